package integer

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"wavetank/policies/optimize/program"
)

// widened returns the program with other units for its rows and for the columns that need not be
// whole, so that its coefficients differ widely.
func widened(r *rand.Rand, p *program.Program, whole int) *program.Program {
	q := *p
	q.Values = slices.Clone(p.Values)
	q.Cost = slices.Clone(p.Cost)
	q.Lower, q.Upper = slices.Clone(p.Lower), slices.Clone(p.Upper)
	q.RowLower, q.RowUpper = slices.Clone(p.RowLower), slices.Clone(p.RowUpper)
	rows := make([]float64, p.Height())
	for i := range rows {
		rows[i] = math.Pow(10, float64(r.IntN(8)-3))
		q.RowLower[i] *= rows[i]
		q.RowUpper[i] *= rows[i]
	}
	for j := range q.Cost {
		by := 1.0
		if j >= whole {
			by = math.Pow(10, float64(r.IntN(7)-3))
			q.Lower[j] /= by
			q.Upper[j] /= by
			q.Cost[j] *= by
		}
		for k := q.Starts[j]; k < q.Starts[j+1]; k++ {
			q.Values[k] *= by * rows[q.Rows[k]]
		}
	}
	return &q
}

func TestProgramsInOtherUnitsHaveTheSameBest(t *testing.T) {
	for seed := range uint64(randomPrograms) {
		r := rand.New(rand.NewPCG(seed, 10))
		p, low, high := draw(r)
		best, feasible := enumerate(t, p, low, high)
		q := widened(r, p, len(low))
		o := solve(t, q, Terms{})
		if (o.Ending == Optimal) != feasible || feasible && math.Abs(o.Objective-best) > 1e-5*(1+math.Abs(best)) {
			t.Errorf("program %d: %v with %v, want %v %v", seed, o.Ending, o.Objective, feasible, best)
		}
	}
}

// switched returns a program in which whole columns switch other columns on by a large coefficient
// (big M), and a box in which the whole columns lie. The whole columns come first.
func switched(r *rand.Rand) (p *program.Program, low, high []float64) {
	var b program.Builder
	n := 2 + r.IntN(4)
	for range n {
		b.Integer(float64(5+r.IntN(40)), 0, 1)
		low, high = append(low, 0), append(high, 1)
	}
	large := math.Pow(10, float64(2+r.IntN(5)))
	total := 0.0
	var rows []int
	for range 1 + r.IntN(2) {
		need := float64(1 + r.IntN(30))
		rows = append(rows, b.Row(need, math.Inf(1)))
		total += need
	}
	for j := range n {
		flow := b.Column(0.1*float64(r.IntN(30)), 0, math.Inf(1))
		for _, i := range rows {
			if r.IntN(4) > 0 {
				b.Add(i, flow, float64(1+r.IntN(3)))
			}
		}
		i := b.Row(math.Inf(-1), 0)
		b.Add(i, flow, 1)
		b.Add(i, j, -large)
		if r.IntN(2) == 0 {
			b.Add(b.Row(math.Inf(-1), total*r.Float64()), flow, 1)
		}
	}
	return b.Program(), low, high
}

func TestLargeNumbersDoNotLeak(t *testing.T) {
	for seed := range uint64(randomPrograms) {
		p, low, high := switched(rand.New(rand.NewPCG(seed, 11)))
		best, feasible := enumerate(t, p, low, high)
		o := solve(t, p, Terms{})
		checkSeed(t, seed, p, o, best, feasible)
		if o.Ending != Optimal && o.Ending != Infeasible {
			t.Fatalf("program %d ended as %v", seed, o.Ending)
		}
	}
}
