// Package program states linear and mixed-integer programs as plain data. It solves nothing.
//
//	Program  the data, checked by Validate; its coefficients lie column by column
//	Builder  makes a Program from coefficients in any order
//
// Package linear solves programs without integers, package integer those with them.
package program

import "math"

// Program is a linear or mixed-integer program over n columns (variables) and m rows
// (constraints):
//
//	minimise (or maximise)  Offset + Σ Cost[j]·x[j]
//	such that               RowLower[i] ≤ Σ a[i][j]·x[j] ≤ RowUpper[i]   for each row i
//	                        Lower[j] ≤ x[j] ≤ Upper[j]                  for each column j
//	                        x[j] is whole where Integer[j]
//
// A bound may be −Inf or +Inf. The coefficients of column j are Values[k], each in row Rows[k], for
// k from Starts[j] to Starts[j+1]−1. The rows of a column ascend, and no coefficient is 0.
type Program struct {
	Name     string
	Maximize bool
	Offset   float64

	Cost         []float64
	Lower, Upper []float64
	Integer      []bool // nil: no column is whole

	RowLower, RowUpper []float64

	Starts []int
	Rows   []int
	Values []float64

	Names    []string // of the columns; nil: none
	RowNames []string // nil: none
}

// Columns returns the number of columns.
func (p *Program) Columns() int { return len(p.Cost) }

// Height returns the number of rows.
func (p *Program) Height() int { return len(p.RowLower) }

// Column returns the rows and the values of column j's coefficients. They are parts of the
// program's own slices.
func (p *Program) Column(j int) (rows []int, values []float64) {
	from, to := p.Starts[j], p.Starts[j+1]
	return p.Rows[from:to], p.Values[from:to]
}

// Whole says whether column j must be a whole number.
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

// Objective returns the objective at x, with the offset.
func (p *Program) Objective(x []float64) float64 {
	sum := p.Offset
	for j, c := range p.Cost {
		sum += c * x[j]
	}
	return sum
}

// Activity returns the left side of every row at x.
func (p *Program) Activity(x []float64) []float64 {
	activity := make([]float64, p.Height())
	for j := range p.Cost {
		rows, values := p.Column(j)
		for k, i := range rows {
			activity[i] += values[k] * x[j]
		}
	}
	return activity
}

// Violation returns how far x is outside of the rows and bounds, and how far its integers are from
// whole numbers. A row's violation is relative to 1 + the largest term of the row.
func (p *Program) Violation(x []float64) (rows, integers float64) {
	activity, scale := make([]float64, p.Height()), make([]float64, p.Height())
	for j := range p.Cost {
		rows = max(rows, outside(x[j], p.Lower[j], p.Upper[j])/(1+math.Abs(x[j])))
		if p.Whole(j) {
			integers = max(integers, math.Abs(x[j]-math.Round(x[j])))
		}
		in, values := p.Column(j)
		for k, i := range in {
			term := values[k] * x[j]
			activity[i] += term
			scale[i] = max(scale[i], math.Abs(term))
		}
	}
	for i, a := range activity {
		rows = max(rows, outside(a, p.RowLower[i], p.RowUpper[i])/(1+scale[i]))
	}
	return rows, integers
}

// outside returns how far a value is outside of its bounds.
func outside(value, lower, upper float64) float64 { return max(0, lower-value, value-upper) }
