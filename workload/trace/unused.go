package trace

import (
	"errors"
	"slices"

	"wavetank/workload/table"
)

// Unused implements RecordedForm. It returns the columns that are not read, from the header or, for
// JSON lines, from the members of the first object.
func (c Columns) Unused(f table.File) (names []string, err error) {
	in, err := table.Open(f)
	if err != nil {
		return nil, err
	}
	used := c.named(&places{})
	names = slices.DeleteFunc(slices.Clone(in.Columns()), func(name string) bool {
		return name == "" || slices.ContainsFunc(used, func(n namedColumn) bool { return n.column == name })
	})
	return names, errors.Join(in.Broken(), in.Close())
}
