package integer

import (
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/policies/optimize/program"
)

func TestPresolveKeepsTheBest(t *testing.T) {
	smaller := 0
	for seed := range uint64(randomPrograms) {
		p, low, high := draw(rand.New(rand.NewPCG(seed, 3)))
		best, feasible := enumerate(t, p, low, high)
		m := newModel(p)
		if !m.presolve() {
			if feasible {
				t.Fatalf("program %d: presolve finds no solution, the best is %v", seed, best)
			}
			continue
		}
		if len(m.cost) < p.Columns() || len(m.rows) < p.Height() {
			smaller++
		}
		if len(m.cost) == 0 || !boxed(m) {
			continue
		}
		zero := &cut{} // the left side is 0 at every solution
		if some := farthest(t, m, zero); (some == 0) != feasible {
			t.Fatalf("program %d: feasible %v, after presolve %v", seed, feasible, some)
		}
		all := &cut{}
		for j, c := range m.cost {
			all.columns, all.values = append(all.columns, j), append(all.values, -c)
		}
		if got := m.sign * (m.offset - farthest(t, m, all)); feasible && !near(got, best) {
			t.Fatalf("program %d: best %v, after presolve %v", seed, best, got)
		}
	}
	if smaller < randomPrograms/2 {
		t.Errorf("presolve made only %d programs smaller", smaller)
	}
}

// knapsackOf returns a program with one row of binary columns: Σ weights·x ≤ capacity.
func knapsackOf(capacity float64, costs, weights []float64) *program.Program {
	var b program.Builder
	i := b.Row(math.Inf(-1), capacity)
	for j, w := range weights {
		b.Add(i, b.Integer(costs[j], 0, 1), w)
	}
	return b.Program()
}

func TestCoefficientsAreTightened(t *testing.T) {
	// 7x + 2y ≤ 8 with binary x and y: only x = y = 1 is cut off, as by x + y ≤ 1.
	m := newModel(knapsackOf(8, []float64{-1, -1}, []float64{7, 2}))
	if !m.presolve() || len(m.rows) != 1 {
		t.Fatalf("%+v", m.rows)
	}
	r := m.rows[0]
	if r.values[0] != r.values[1] || r.upper != r.values[0] {
		t.Errorf("got %v·x ≤ %v, want x + y ≤ 1", r.values, r.upper)
	}
}

func TestRowsThatAreMultiplesAreMerged(t *testing.T) {
	var b program.Builder
	x, y := b.Integer(-1, 0, 9), b.Integer(-2, 0, 9)
	for _, by := range []float64{1, 2, -3} {
		low, high := math.Inf(-1), 11*by
		if by < 0 {
			low, high = 10*by, math.Inf(1)
		}
		i := b.Row(low, high)
		b.Add(i, x, by)
		b.Add(i, y, 2*by)
	}
	m := newModel(b.Program())
	if !m.presolve() || len(m.rows) != 1 || m.rows[0].upper != 10 {
		t.Errorf("got %+v, want one row with at most 10", m.rows)
	}
}

func TestColumnsThatNothingHoldsAreFixed(t *testing.T) {
	var b program.Builder
	x, y := b.Column(3, 1, 5), b.Integer(0, 0, 7)
	b.Add(b.Row(math.Inf(-1), 6), x, 1)
	b.Add(b.Row(-2, math.Inf(1)), y, 1)
	m := newModel(b.Program())
	if !m.presolve() || len(m.cost) != 0 || m.fixed[x] != 1 {
		t.Errorf("left %d columns, x is %v; want none and 1", len(m.cost), m.fixed[x])
	}
}

func TestColumnIsWholeByAnEquation(t *testing.T) {
	var b program.Builder
	x, y, z := b.Integer(1, 0, 9), b.Integer(1, 0, 9), b.Column(2, 0, 50)
	i := b.Row(7, 7)
	b.Add(i, x, 2)
	b.Add(i, y, 3)
	b.Add(i, z, -1)
	m := newModel(b.Program())
	if m.markWhole(); !m.whole[z] {
		t.Error("2x + 3y − z = 7 makes z whole")
	}
}
