package trace

import (
	"wavetank/workload/table"
)

import "slices"

// Unused returns the columns of a trace of one request per line that are not read. They are those
// of the header, or in JSON the members of the first object. What they say of the requests is lost.
func Unused(f table.File, c Columns) (names []string, err error) {
	in, err := table.OpenLines(f)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if c.JSON {
		line, _ := in.Next()
		names = table.Members(line)
	} else if names, err = in.Header(); err != nil {
		return nil, err
	}
	named := c.named()
	return slices.DeleteFunc(names, func(name string) bool {
		return name == "" || slices.ContainsFunc(named, func(n usedColumn) bool { return n.column == name })
	}), nil
}
