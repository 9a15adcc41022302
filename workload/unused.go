package workload

import "slices"

// Unused returns the columns of a trace of one request per line that are not read. They are those
// of the header, or in JSON the members of the first object. What they say of the requests is lost.
func Unused(f File, c Columns) (names []string, err error) {
	in, err := openLines(f)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if c.JSON {
		line, _ := in.next()
		names = members(line)
	} else if names, err = in.header(); err != nil {
		return nil, err
	}
	named := c.named()
	return slices.DeleteFunc(names, func(name string) bool {
		return name == "" || slices.ContainsFunc(named, func(n usedColumn) bool { return n.column == name })
	}), nil
}
