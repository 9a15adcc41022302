// Package program states linear and mixed-integer programs as plain data. It solves nothing.
//
//	Program  the data, checked by Validate; its coefficients are stored column by column
//	Builder  makes a Program from coefficients in any order
//
// Package linear solves programs without integers. Package integer solves programs with integers.
package program

import "math"

// Program is a linear or mixed-integer program over n columns (variables) and m rows
// (constraints):
//
//	minimise (or maximise)  Offset + Σ Cost[j]·x[j]
//	such that               RowLower[i] ≤ Σ a[i][j]·x[j] ≤ RowUpper[i]   for each row i
//	                        Lower[j] ≤ x[j] ≤ Upper[j]                  for each column j
//	                        x[j] is a whole number if Integer[j]
//
// A bound may be −Inf or +Inf. The coefficients of column j are Values[k] in the rows Rows[k], for
// k from Starts[j] to Starts[j+1]−1. Within a column the rows ascend, and no coefficient is 0.
type Program struct {
	Name     string
	Maximize bool
	Offset   float64

	Cost         []float64
	Lower, Upper []float64
	Integer      []bool // per column; nil: none must be whole

	RowLower, RowUpper []float64

	Starts []int
	Rows   []int
	Values []float64

	Names    []string // names of the columns; nil: no names
	RowNames []string // names of the rows; nil: no names
}

// Columns returns the number of columns.
func (p *Program) Columns() int { return len(p.Cost) }

// Height returns the number of rows.
func (p *Program) Height() int { return len(p.RowLower) }

// Column returns the rows and the values of column j's coefficients, as parts of Rows and Values.
func (p *Program) Column(j int) (rows []int, values []float64) {
	from, to := p.Starts[j], p.Starts[j+1]
	return p.Rows[from:to], p.Values[from:to]
}

// Whole reports whether column j must be a whole number.
func (p *Program) Whole(j int) bool { return p.Integer != nil && p.Integer[j] }

// Integers returns the number of columns that must be whole.
func (p *Program) Integers() int {
	count := 0
	for _, whole := range p.Integer {
		if whole {
			count++
		}
	}
	return count
}

// Objective returns the objective at x, including the offset.
func (p *Program) Objective(x []float64) float64 {
	sum := p.Offset
	for j, c := range p.Cost {
		sum += float64(c * x[j])
	}
	return sum
}

// Activity returns Σ a[i][j]·x[j] for every row i.
func (p *Program) Activity(x []float64) []float64 {
	activity := make([]float64, p.Height())
	for j := range p.Cost {
		rows, values := p.Column(j)
		for k, i := range rows {
			activity[i] += float64(values[k] * x[j])
		}
	}
	return activity
}

// Violation returns the largest violation of a row or bound at x, and the largest distance of an
// integer from a whole number. The violation of a row is divided by 1 + its largest term.
func (p *Program) Violation(x []float64) (rows, integers float64) {
	activity, scale := make([]float64, p.Height()), make([]float64, p.Height())
	for j := range p.Cost {
		rows = max(rows, outside(x[j], p.Lower[j], p.Upper[j])/(1+math.Abs(x[j])))
		if p.Whole(j) {
			integers = max(integers, math.Abs(x[j]-math.Round(x[j])))
		}
		in, values := p.Column(j)
		for k, i := range in {
			term := float64(values[k] * x[j])
			activity[i] += term
			scale[i] = max(scale[i], math.Abs(term))
		}
	}
	for i, a := range activity {
		rows = max(rows, outside(a, p.RowLower[i], p.RowUpper[i])/(1+scale[i]))
	}
	return rows, integers
}

// outside returns the distance of a value to its bounds, or 0 if it is within them.
func outside(value, lower, upper float64) float64 { return max(0, lower-value, value-upper) }
