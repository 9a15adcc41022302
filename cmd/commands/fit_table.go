package commands

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/workload/table"
	"wavetank/workload/trace"
)

// tableOptions say which rows of a table are read, and which columns hold which quantities.
type tableOptions struct{ where, columns, values []string }

func (o *tableOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&o.where, "where", nil, "read only rows that meet a condition: column=value, column!=value, column>number; an empty value means an empty cell")
	f.StringArrayVar(&o.columns, "column", nil, "say which column holds a quantity, and the unit of a time: ttft=mean_first:ms; without a unit, the end of the column's name gives it: send=sent_us")
	f.StringArrayVar(&o.values, "value", nil, "give all rows the same value of a quantity that is no column: input=1000")
}

// given reports whether any of these flags is given.
func (o *tableOptions) given() bool { return len(o.where)+len(o.columns)+len(o.values) > 0 }

// open opens a table and applies the choice of rows and columns.
func (o *tableOptions) open(notes io.Writer, path string) (*table.Table, error) {
	t, form, leftOut, err := trace.LoadLog(table.OnDisk(path))
	if err != nil {
		return nil, err
	}
	if leftOut > 0 {
		fmt.Fprintf(notes, "note: %s: %s; %s left out: warm-up, failed or cancelled\n", t.Name, form, count(leftOut, "record is", "records are"))
	}
	for _, w := range o.where {
		c, err := table.ParseCondition(w)
		if err != nil {
			return nil, fmt.Errorf("--where %s: %w", w, err)
		}
		if err := t.KeepIf(c); err != nil {
			return nil, err
		}
	}
	for _, w := range o.values {
		name, value, ok := strings.Cut(w, "=")
		if _, err := table.ParseNumber([]byte(value)); !ok || name == "" || err != nil {
			return nil, fmt.Errorf("--value %s: want name=number", w)
		}
		if t.Has(name) {
			return nil, fmt.Errorf("--value %s: %s has a column %s", w, t.Name, name)
		}
		t.Add(name, func(int) string { return value })
	}
	for _, w := range o.columns {
		name, column, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("--column %s: want name=column or name=column:unit", w)
		}
		column, unit, _ := strings.Cut(column, ":")
		if err := t.Rename(column, name, unit); err != nil {
			return nil, fmt.Errorf("--column %s: %w", w, err)
		}
	}
	return t, nil
}

// hint adds to the fault of a missing column how flags give what it would hold.
func hint(err error) error {
	missing, is := errors.AsType[*table.MissingColumn](err)
	if !is {
		return err
	}
	name := missing.Names[0]
	return fmt.Errorf("%w (if another column holds it: --column %s=NAME; if it is the same in all rows: --value %s=NUMBER)", err, name, name)
}
