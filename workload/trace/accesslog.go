package trace

import (
	"errors"

	"wavetank/workload"
	"wavetank/workload/records"
	"wavetank/workload/table"
)

// errNoPattern is the fault of a log whose lines are of none of the usual formats.
var errNoPattern = errors.New("its lines are of none of the usual formats of NGINX and Envoy: give the format of a line, as in their configuration (pattern, --pattern)")

// AccessLog is the form of the access logs of NGINX and Envoy. Requests have no lengths.
type AccessLog struct {
	Pattern string // format of a line, as in their configurations; "": a usual one
}

// open returns the table of a log, and its columns.
func (a AccessLog) open(f table.File) (Columns, table.File, error) {
	c := Columns{JSON: true, Time: "start_time", Unit: table.Nanoseconds, Disorder: late}
	p, err := records.UsualPattern(f)
	if a.Pattern != "" {
		p, err = records.ParsePattern(a.Pattern)
	}
	if err != nil {
		return c, f, &table.FileError{File: f.Name, Err: err}
	}
	if p == nil {
		return c, f, &table.FileError{File: f.Name, Err: errNoPattern}
	}
	for _, status := range []string{"status", "response_code"} {
		if p.Has(status) {
			c.Where = append(c.Where, table.Below(status, 400))
		}
	}
	return c, p.OpenLog(f), nil
}

// Scan implements RecordedForm.
func (a AccessLog) Scan(f table.File) (Summary, error) {
	c, rows, err := a.open(f)
	if err != nil {
		return Summary{}, err
	}
	return c.Scan(rows)
}

// Prepare implements RecordedForm.
func (a AccessLog) Prepare(f table.File, _ *workload.Mix) (Replayer, error) {
	c, rows, err := a.open(f)
	if err != nil {
		return nil, err
	}
	return func(l workload.Lane) (workload.Source, error) { return OpenTable(l, rows, c) }, nil
}

// Unused implements RecordedForm.
func (a AccessLog) Unused(f table.File) ([]string, error) {
	c, rows, err := a.open(f)
	if err != nil {
		return nil, err
	}
	return c.Unused(rows)
}
