package program

import (
	"math"
	"strings"
	"testing"
)

// knapsack returns this program: maximise 5x + 4y + 1 such that 2x + 3y ≤ 7, 0 ≤ x ≤ 3, 0 ≤ y ≤ 3,
// and x is a whole number.
func knapsack() *Program {
	var b Builder
	x, y := b.Integer(5, 0, 3), b.Column(4, 0, 3)
	row := b.Row(math.Inf(-1), 7)
	b.Add(row, y, 1)
	b.Add(row, x, 2)
	b.Add(row, y, 2)
	p := b.Program()
	p.Maximize, p.Offset = true, 1
	return p
}

func TestBuilderSortsAndAddsUp(t *testing.T) {
	p := knapsack()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if rows, values := p.Column(1); len(rows) != 1 || rows[0] != 0 || values[0] != 3 {
		t.Errorf("column y is %v %v, want row 0 with 3", rows, values)
	}
	if !p.Whole(0) || p.Whole(1) || p.Integers() != 1 {
		t.Error("x alone must be whole")
	}
	if got := p.Objective([]float64{2, 1}); got != 15 {
		t.Errorf("objective %v, want 15", got)
	}
}

func TestViolationTellsRowsAndIntegers(t *testing.T) {
	p := knapsack()
	if rows, integers := p.Violation([]float64{2, 1}); rows != 0 || integers != 0 {
		t.Errorf("(2, 1) is feasible, told %v and %v", rows, integers)
	}
	if rows, integers := p.Violation([]float64{2.25, 3}); rows != 6.5/10 || integers != 0.25 {
		t.Errorf("(2.25, 3) is told %v and %v, want 0.65 and 0.25", rows, integers)
	}
}

func TestValidateTellsFaults(t *testing.T) {
	for _, c := range []struct {
		want  string
		spoil func(*Program)
	}{
		{"Lower has 1 entries; it must have 2", func(p *Program) { p.Lower = p.Lower[:1] }},
		{"the cost of column 1 is NaN", func(p *Program) { p.Cost[1] = math.NaN() }},
		{"the lower bound of column 0 is +Inf", func(p *Program) { p.Lower[0] = math.Inf(1) }},
		{"the upper bound of row 0 is NaN", func(p *Program) { p.RowUpper[0] = math.NaN() }},
		{"row 7, which does not exist", func(p *Program) { p.Rows[0] = 7 }},
		{"column 0 has the coefficient 0 in row 0", func(p *Program) { p.Values[0] = 0 }},
		{"Starts must begin with 0", func(p *Program) { p.Starts[2] = 1 }},
		{"column 0 ends before it starts", func(p *Program) { p.Starts[1] = 9 }},
	} {
		p := knapsack()
		c.spoil(p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}
