package integer

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"wavetank/policies/optimize/program"
)

// TestPropagationKeepsEverySolution: bounds that follow from rows exclude no solution, and are
// never wider than before.
func TestPropagationKeepsEverySolution(t *testing.T) {
	tightened := 0
	for seed := range uint64(randomPrograms) {
		p, low, high := draw(rand.New(rand.NewPCG(seed, 4)))
		if p.Columns() != len(low) {
			continue // not for programs with columns that need not be whole
		}
		m := newModel(p)
		d := newDomain(m)
		for i := range m.rows {
			d.enqueue(i)
		}
		left := d.propagate()
		x := slices.Clone(low)
		for {
			if rows, _ := p.Violation(x); rows == 0 {
				for j, v := range x {
					if !left || v < d.lower[j] || v > d.upper[j] {
						t.Fatalf("program %d: %v is a solution, but the bounds are %v and %v", seed, x, d.lower, d.upper)
					}
				}
			}
			j := 0
			for ; j < len(x) && x[j] == high[j]; j++ {
				x[j] = low[j]
			}
			if j == len(x) {
				break
			}
			x[j]++
		}
		for j := range x {
			if left && (d.lower[j] > m.lower[j] || d.upper[j] < m.upper[j]) {
				tightened++
				break
			}
		}
		d.undo(0)
		for j := range x {
			if d.lower[j] != m.lower[j] || d.upper[j] != m.upper[j] {
				t.Fatalf("program %d: bounds of column %d are not taken back", seed, j)
			}
		}
	}
	if tightened < randomPrograms/10 {
		t.Errorf("bounds of only %d programs were tightened", tightened)
	}
}

func TestCutoffTightensColumnsWithACost(t *testing.T) {
	var b program.Builder
	b.Integer(3, 0, 10)
	b.Integer(-1, 0, 4)
	d := newDomain(newModel(b.Program()))
	d.cutoff = 5 // 3x − y ≤ 5 with y ≤ 4
	d.enqueue(0) // there are no rows, so index 0 is the objective
	if !d.propagate() || d.upper[0] != 3 {
		t.Errorf("x is at most %v, want 3", d.upper[0])
	}
}

func TestPropagationEnds(t *testing.T) {
	// x ≤ y/2 + 1 and y ≤ x/2 + 1 would tighten each other without end.
	var b program.Builder
	x, y := b.Column(0, 0, 1e6), b.Column(0, 0, 1e6)
	for _, c := range [][2]int{{x, y}, {y, x}} {
		i := b.Row(math.Inf(-1), 1)
		b.Add(i, c[0], 1)
		b.Add(i, c[1], -0.5)
	}
	d := newDomain(newModel(b.Program()))
	d.enqueue(0)
	d.enqueue(1)
	if !d.propagate() || d.upper[x] < 2 || len(d.queue) != 0 {
		t.Errorf("x is at most %v, which excludes 2; or rows wait still: %v", d.upper[x], d.queue)
	}
}
