package linear

import (
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/policies/optimize/program"
)

// dualOf returns the dual of a program that minimises, as a program that maximises: one column for
// each finite bound of rows and columns, one row for each column.
//
//	maximise  Σ bound·multiplier   such that   Σ_i a[i][j]·(y⁺−y⁻)[i] + z⁺[j] − z⁻[j] = cost[j]
func dualOf(p *program.Program) *program.Program {
	var b program.Builder
	inf := math.Inf(1)
	for j := range p.Cost {
		b.Row(p.Cost[j], p.Cost[j])
	}
	columns := make([][2]int, p.Height()) // columns of the lower and the upper bound
	for i := range p.RowLower {
		columns[i] = [2]int{-1, -1}
		if p.RowLower[i] == p.RowUpper[i] {
			columns[i][0] = b.Column(p.RowLower[i], -inf, inf)
			continue
		}
		if !math.IsInf(p.RowLower[i], 0) {
			columns[i][0] = b.Column(p.RowLower[i], 0, inf)
		}
		if !math.IsInf(p.RowUpper[i], 0) {
			columns[i][1] = b.Column(p.RowUpper[i], -inf, 0)
		}
	}
	for j := range p.Cost {
		if !math.IsInf(p.Lower[j], 0) {
			b.Add(j, b.Column(p.Lower[j], 0, inf), 1)
		}
		if !math.IsInf(p.Upper[j], 0) {
			b.Add(j, b.Column(p.Upper[j], -inf, 0), 1)
		}
		rows, values := p.Column(j)
		for k, i := range rows {
			for _, c := range columns[i] {
				if c >= 0 {
					b.Add(j, c, values[k])
				}
			}
		}
	}
	d := b.Program()
	d.Maximize, d.Offset = true, p.Offset
	return d
}

// mirrored replaces every second column by its negative, and maximises the negative objective
// instead of minimising.
func mirrored(p *program.Program) *program.Program {
	b := &program.Builder{}
	for i := range p.RowLower {
		b.Row(p.RowLower[i], p.RowUpper[i])
	}
	for j := range p.Cost {
		f := float64(1 - 2*(j%2))
		low, high := p.Lower[j], p.Upper[j]
		if f < 0 {
			low, high = -high, -low
		}
		b.Column(-f*p.Cost[j], low, high)
		rows, values := p.Column(j)
		for k, i := range rows {
			b.Add(i, j, f*values[k])
		}
	}
	q := b.Program()
	q.Maximize, q.Offset = true, -p.Offset
	return q
}

// stretched multiplies rows and columns by very different powers of ten.
func stretched(p *program.Program, r *rand.Rand, most int) *program.Program {
	b := &program.Builder{}
	row := make([]float64, p.Height())
	for i := range row {
		row[i] = math.Pow(10, float64(r.IntN(2*most+1)-most))
		b.Row(p.RowLower[i]*row[i], p.RowUpper[i]*row[i])
	}
	for j := range p.Cost {
		f := math.Pow(10, float64(r.IntN(2*most+1)-most))
		b.Column(p.Cost[j]*f, p.Lower[j]/f, p.Upper[j]/f)
		rows, values := p.Column(j)
		for k, i := range rows {
			b.Add(i, j, f*row[i]*values[k])
		}
	}
	return finished(b, p)
}

// bounded turns the bounds of columns into rows, so that all columns are free.
func bounded(p *program.Program) *program.Program {
	b := rebuilt(p, func(int) bool { return true })
	for j := range p.Cost {
		b.Add(b.Row(p.Lower[j], p.Upper[j]), j, 1)
	}
	q := finished(b, p)
	for j := range q.Cost {
		q.Lower[j], q.Upper[j] = math.Inf(-1), math.Inf(1)
	}
	return q
}

// better adds a row that requires an objective better than the optimum. The program then has no
// solution.
func better(p *program.Program, optimum float64) *program.Program {
	b := rebuilt(p, func(int) bool { return true })
	row := b.Row(math.Inf(-1), optimum-p.Offset-1e-2*(1+math.Abs(optimum)))
	for j, c := range p.Cost {
		b.Add(row, j, c)
	}
	return finished(b, p)
}

// TestNetlibInOtherForms solves every program in other forms with a known optimum, and in one form
// that has no solution.
func TestNetlibInOtherForms(t *testing.T) {
	netlib(t, func(t *testing.T, name string, p *program.Program) {
		if p.Height() > 700 {
			t.Skip("large: its other forms take long")
		}
		want, r := optima[name], rand.New(rand.NewPCG(uint64(p.Height()), 1))
		check := func(form string, q *program.Program, want float64) {
			got, err := Solve(t.Context(), q, Controls{})
			if err != nil {
				t.Fatal(err)
			}
			if off := math.Abs(got.Objective-want) / (1 + math.Abs(want)); got.Status != Optimal || off > 1e-6 {
				t.Errorf("%s: %v %.10g, want %.10g (%d steps)", form, got.Status, got.Objective, want, got.Iterations)
			}
		}
		check("dual", dualOf(p), want)
		check("mirrored", mirrored(p), -want)
		check("stretched", stretched(p, r, 2), want)
		check("bounded", bounded(p), want)
		none := better(p, want)
		got, err := Solve(t.Context(), none, Controls{})
		if err != nil {
			t.Fatal(err)
		}
		if err := certify(none, got); got.Status != Infeasible || err != nil {
			t.Errorf("better than the optimum: %v (%v)", got.Status, err)
		}
	})
}
