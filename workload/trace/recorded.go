package trace

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"wavetank/workload"
	"wavetank/workload/records"
	"wavetank/workload/table"
)

// Records is a form of records that another program writes, one for each request. Versions of the
// program write the same figure under different names, so a form has several names for a column;
// the first one that the file has counts. Records may be in the order in which requests ended, so
// they are sorted.
type Records struct {
	name  string
	kind  string     // kind of the documents that hold the records; "": rows of a table
	marks [][]string // columns that every such file has, each under one of several names

	time, input, output, session []string
	unit                         table.Unit
	// columns of the blocks of the prompt, and of their size
	prefix, block string
	where         []table.Condition // those whose columns the file has count
	answers       []answer
}

// answer is a column that says when the answer to a request came. Name is that of logs:
// first_token, last_token, ttft or e2e.
type answer struct {
	name    string
	columns []string
	unit    string // unit of time; "": the end of the column's name tells it, or it is a date
	unitAt  string // column that holds the unit, if there is one
}

// late is how far the records of a file may be out of order.
const late = time.Hour

// mostSampled is the number of records that show which columns a file has.
const mostSampled = 100

// columnsOf returns the columns of a table. Objects may have different members, so it looks at
// many.
func columnsOf(f table.File) (names []string, json bool, err error) {
	in, err := table.Open(f)
	if err != nil {
		return nil, false, err
	}
	names = slices.Clone(in.Columns())
	for n := 0; in.JSON() && n < mostSampled && in.Next(); n++ {
		for _, name := range in.Members() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, in.JSON(), errors.Join(in.Broken(), in.Close())
}

// matches reports whether a file with the given columns, from documents of a kind, has the form.
func (r *Records) matches(kind string, columns []string) bool {
	if kind != r.kind {
		return false
	}
	return !slices.ContainsFunc(r.marks, func(names []string) bool { return one(columns, names) == "" })
}

// one returns the first of several names that a file has, or "".
func one(columns, names []string) string {
	for _, name := range names {
		if slices.Contains(columns, name) {
			return name
		}
	}
	return ""
}

// columns returns the columns of a file as they are read for a trace.
func (r *Records) columns(f table.File) (c Columns, unfolded table.File, err error) {
	unfolded, kind, err := records.Open(f)
	if err != nil {
		return c, f, err
	}
	found, json, err := columnsOf(unfolded)
	if err != nil {
		return c, f, err
	}
	if !r.matches(kind, found) {
		return c, f, &table.FileError{File: f.Name, Err: fmt.Errorf("this is not of the form %s; the columns are %s", r.name, table.Listed(found))}
	}
	c = Columns{
		JSON: json, Time: one(found, r.time), Unit: r.unit, Input: one(found, r.input), Output: one(found, r.output), Session: one(found, r.session),
		Where: r.conditions(found), Disorder: late,
	}
	c.Optional = []string{c.Session}
	if r.prefix != "" && slices.Contains(found, r.prefix) {
		c.Prefix = r.prefix
		if c.Block, err = blockSize(unfolded, r.block); err != nil {
			return c, f, err
		}
	}
	if c.Time == "" {
		return c, f, &table.FileError{File: f.Name, Err: &table.MissingColumn{Names: r.time, Found: found}}
	}
	return c, unfolded, nil
}

// conditions returns the conditions on columns that the file has.
func (r *Records) conditions(found []string) (list []table.Condition) {
	for _, w := range r.where {
		if slices.ContainsFunc(found, func(c string) bool { return c == w.Column || within(c, w.Column) }) {
			list = append(list, w)
		}
	}
	return list
}

// within reports whether a column is a member of an object.
func within(column, object string) bool {
	return len(column) > len(object) && column[:len(object)] == object && column[len(object)] == '.'
}

// blockSize returns the tokens of a block, which all records say.
func blockSize(f table.File, column string) (int, error) {
	in, err := table.Open(f)
	if err != nil {
		return 0, err
	}
	size := int32(0)
	at, err := in.Need(column)
	if err == nil && in.Next() {
		size = in.Count(at[0])
	}
	return int(size), errors.Join(err, in.Broken(), in.Close())
}

// Scan implements RecordedForm.
func (r Records) Scan(f table.File) (Summary, error) {
	c, unfolded, err := r.columns(f)
	if err != nil {
		return Summary{}, err
	}
	return c.Scan(unfolded)
}

// Prepare implements RecordedForm.
func (r Records) Prepare(f table.File, _ *workload.Mix) (Replayer, error) {
	c, unfolded, err := r.columns(f)
	if err != nil {
		return nil, err
	}
	return func(l workload.Lane) (workload.Source, error) { return OpenTable(l, unfolded, c) }, nil
}

// Unused implements RecordedForm. Columns that say when answers came are used by wavetank fit.
func (r Records) Unused(f table.File) ([]string, error) {
	c, unfolded, err := r.columns(f)
	if err != nil {
		return nil, err
	}
	return c.Unused(unfolded)
}

// LoadLog reads a table of measurements. If it is of a form of records, failed requests are left
// out, and the columns that say when requests were sent and answered get the names that logs have.
// Form is the name of the form, or empty.
func LoadLog(f table.File) (t *table.Table, form string, leftOut int, err error) {
	unfolded, kind, err := records.Open(f)
	if err != nil {
		return nil, "", 0, err
	}
	if t, err = table.Load(unfolded); err != nil {
		return nil, "", 0, err
	}
	for _, r := range recordForms {
		if !r.matches(kind, t.Columns()) {
			continue
		}
		all := t.Len()
		for _, w := range r.conditions(t.Columns()) {
			if err := t.KeepIf(w); err != nil {
				return nil, "", 0, err
			}
		}
		return t, r.name, all - t.Len(), r.rename(t)
	}
	return t, "", 0, nil
}

// rename gives the columns of a table the names that logs have.
func (r *Records) rename(t *table.Table) error {
	unit := ""
	if r.unit != table.Auto {
		unit = r.unit.String()
	}
	list := []answer{{name: "send", columns: r.time, unit: unit}, {name: "input", columns: r.input}, {name: "output", columns: r.output}}
	for _, a := range append(list, r.answers...) {
		column := one(t.Columns(), a.columns)
		if column == "" {
			continue
		}
		unit := a.unit
		if a.unitAt != "" && slices.Contains(t.Columns(), a.unitAt) {
			for row := range t.Len() {
				if written := t.Text(row, a.unitAt); row == 0 {
					unit = written
				} else if written != unit {
					return t.Fault(row, a.unitAt, "%q, but %q above", written, unit)
				}
			}
		}
		if err := t.Rename(column, a.name, unit); err != nil {
			return err
		}
	}
	return nil
}
