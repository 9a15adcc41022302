package program

import (
	"errors"
	"fmt"
	"math"
)

// Validate returns every fault of the program, joined. A lower bound above its upper bound is no
// fault: such a program is infeasible.
func (p *Program) Validate() error {
	n, m := p.Columns(), p.Height()
	if err := errors.Join(
		length("Lower", len(p.Lower), n), length("Upper", len(p.Upper), n),
		length("RowUpper", len(p.RowUpper), m), length("Starts", len(p.Starts), n+1),
		length("Rows", len(p.Rows), len(p.Values)),
		optional("Integer", len(p.Integer), n), optional("Names", len(p.Names), n),
		optional("RowNames", len(p.RowNames), m),
	); err != nil {
		return err
	}
	if p.Starts[0] != 0 || p.Starts[n] != len(p.Values) {
		return fmt.Errorf("Starts must begin with 0 and end with the number of coefficients, %d", len(p.Values))
	}
	var faults []error
	add := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	if !finite(p.Offset) {
		add(fmt.Errorf("the offset is %v; it must be a finite number", p.Offset))
	}
	for j, c := range p.Cost {
		if !finite(c) {
			add(fmt.Errorf("the cost of column %d is %v; it must be a finite number", j, c))
		}
		add(bounds("column", j, p.Lower[j], p.Upper[j]))
		add(p.validateColumn(j))
	}
	for i := range p.RowLower {
		add(bounds("row", i, p.RowLower[i], p.RowUpper[i]))
	}
	return errors.Join(faults...)
}

func (p *Program) validateColumn(j int) error {
	if p.Starts[j] > p.Starts[j+1] || p.Starts[j+1] > len(p.Values) {
		return fmt.Errorf("column %d ends before it starts", j)
	}
	rows, values := p.Column(j)
	for k, i := range rows {
		switch {
		case i < 0 || i >= p.Height():
			return fmt.Errorf("column %d has a coefficient in row %d, which does not exist", j, i)
		case k > 0 && i <= rows[k-1]:
			return fmt.Errorf("column %d: its rows must ascend, and row %d does not", j, i)
		case values[k] == 0 || math.IsNaN(values[k]) || math.IsInf(values[k], 0):
			return fmt.Errorf("column %d has the coefficient %v in row %d", j, values[k], i)
		}
	}
	return nil
}

func length(name string, has, want int) error {
	if has != want {
		return fmt.Errorf("%s has %d entries; it must have %d", name, has, want)
	}
	return nil
}

func optional(name string, has, want int) error {
	if has == 0 {
		return nil
	}
	return length(name, has, want)
}

func finite(value float64) bool { return !math.IsNaN(value) && !math.IsInf(value, 0) }

func bounds(of string, index int, lower, upper float64) error {
	switch {
	case math.IsNaN(lower) || math.IsInf(lower, 1):
		return fmt.Errorf("the lower bound of %s %d is %v", of, index, lower)
	case math.IsNaN(upper) || math.IsInf(upper, -1):
		return fmt.Errorf("the upper bound of %s %d is %v", of, index, upper)
	}
	return nil
}
