package linear

import (
	"context"
	"math"
	"strings"
	"testing"

	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
)

func TestFaultsOfAProgramAreToldTogether(t *testing.T) {
	p := optimizetest.Covering(1, 3, 4)
	p.Cost[1], p.Lower[2] = math.NaN(), math.Inf(1)
	_, err := Solve(t.Context(), p, Controls{})
	if err == nil || !strings.Contains(err.Error(), "column 1") || !strings.Contains(err.Error(), "column 2") {
		t.Errorf("got %v", err)
	}
	if _, err := New(p); err == nil {
		t.Error("New returns no error")
	}
}

func TestACancelledContextStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []Controls{{}, {NoPresolve: true}} {
		if r, err := Solve(ctx, optimizetest.Covering(1, 60, 90), c); err != nil || r.Status != Stopped {
			t.Errorf("%v %v", r.Status, err)
		}
	}
}

// TestAnOptimumBeyondAllNumbersIsNotClaimed: the best solution is known, but its objective or an
// activity overflows.
func TestAnOptimumBeyondAllNumbersIsNotClaimed(t *testing.T) {
	for coefficient, want := range map[float64]Status{1: Optimal, 1e300: Overflow} {
		var ofCost, ofRow program.Builder
		ofCost.Column(coefficient, 1e10, 1e15)
		ofRow.Column(1, 1e10, 1e15)
		ofRow.Add(ofRow.Row(0, math.Inf(1)), 0, coefficient)
		for _, b := range []*program.Builder{&ofCost, &ofRow} {
			for _, maximize := range []bool{false, true} {
				p := b.Program()
				p.Maximize = maximize
				if r, err := Solve(t.Context(), p, Controls{}); err != nil || r.Status != want {
					t.Errorf("coefficient %v, maximize %v: %v, want %v (%v)", coefficient, maximize, r.Status, want, err)
				}
			}
		}
	}
}

func TestIterationsAreLimited(t *testing.T) {
	p := optimizetest.Covering(1, 60, 90)
	whole, err := Solve(t.Context(), p, Controls{})
	if err != nil || whole.Status != Optimal {
		t.Fatal(whole.Status, err)
	}
	s, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	steps, bound := 0, math.Inf(-1)
	for {
		r := s.Solve(t.Context(), Budget{Iterations: 5})
		if r.Iterations > 6 { // one more than the limit, because the last step may have a flip
			t.Fatalf("%d iterations", r.Iterations)
		}
		if r.Bound > whole.Objective+1e-6 {
			t.Fatalf("bound %v, the optimum is %v", r.Bound, whole.Objective)
		}
		bound = max(bound, r.Bound)
		steps++
		if r.Status == Optimal {
			break
		}
		if r.Status != IterationLimit {
			t.Fatal(r.Status)
		}
	}
	if steps < 4 || math.Abs(bound-whole.Objective) > 1e-6*whole.Objective {
		t.Errorf("%d rounds to the bound %v, the optimum is %v", steps, bound, whole.Objective)
	}
	if r, err := Solve(t.Context(), p, Controls{Iterations: 3}); err != nil || r.Status != IterationLimit {
		t.Errorf("%v %v", r.Status, err)
	}
}

// TestTheCutoffEndsTheSearch holds for programs that minimise and that maximise.
func TestTheCutoffEndsTheSearch(t *testing.T) {
	for _, maximise := range []bool{false, true} {
		p := optimizetest.Covering(3, 150, 200)
		sign := 1.
		if maximise {
			p.Maximize, sign = true, -1
			for j := range p.Cost {
				p.Cost[j] = -p.Cost[j]
			}
		}
		p.Offset = 7
		whole, err := Solve(t.Context(), p, Controls{})
		if err != nil || whole.Status != Optimal {
			t.Fatal(whole.Status, err)
		}
		s, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		cutoff := whole.Objective - sign*0.5*math.Abs(whole.Objective)
		r := s.Solve(t.Context(), Budget{HasCutoff: true, Cutoff: cutoff})
		if r.Status != Cutoff || sign*r.Bound < sign*cutoff || r.Iterations >= whole.Iterations {
			t.Errorf("%v after %d of %d steps: bound %v, cutoff %v", r.Status, r.Iterations, whole.Iterations, r.Bound, cutoff)
		}
		r = s.Solve(t.Context(), Budget{HasCutoff: true, Cutoff: whole.Objective + sign})
		if r.Status != Optimal || math.Abs(r.Objective-whole.Objective) > 1e-7*math.Abs(whole.Objective) {
			t.Errorf("beyond the optimum: %v %v, want %v", r.Status, r.Objective, whole.Objective)
		}
	}
}

// TestBealesCycleEnds: on this program the simplex method cycles for ever if only the steepest
// reduced cost counts (Beale, 1955). The optimum is −1/20.
func TestBealesCycleEnds(t *testing.T) {
	var b program.Builder
	inf := math.Inf(1)
	for _, c := range []float64{-0.75, 150, -0.02, 6} {
		b.Column(c, 0, inf)
	}
	for i, row := range [][]float64{{0.25, -60, -0.04, 9}, {0.5, -90, -0.02, 3}, {0, 0, 1, 0}} {
		b.Row(-inf, []float64{0, 0, 1}[i])
		for j, a := range row {
			b.Add(i, j, a)
		}
	}
	r, err := Solve(t.Context(), b.Program(), Controls{})
	if err != nil || r.Status != Optimal || math.Abs(r.Objective+0.05) > 1e-12 {
		t.Fatal(r.Status, r.Objective, err)
	}
}

func TestEmptyProgramsHaveEnds(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name  string
		build func(*program.Builder)
		want  Status
	}{
		{"nothing", func(*program.Builder) {}, Optimal},
		{"columns alone", func(b *program.Builder) { b.Column(1, 2, 3); b.Column(-1, 2, 3) }, Optimal},
		{"a column without an end", func(b *program.Builder) { b.Column(-1, 0, inf) }, Unbounded},
		{"a free column without cost", func(b *program.Builder) { b.Column(0, -inf, inf) }, Optimal},
		{"a row that holds", func(b *program.Builder) { b.Row(-1, 1) }, Optimal},
		{"a row that cannot hold", func(b *program.Builder) { b.Row(1, 2) }, Infeasible},
		{"bounds that cross", func(b *program.Builder) { b.Column(1, 2, 1) }, Infeasible},
	} {
		var b program.Builder
		c.build(&b)
		p := b.Program()
		r, err := Solve(t.Context(), p, Controls{})
		if err != nil || r.Status != c.want {
			t.Errorf("%s: %v %v, want %v", c.name, r.Status, err, c.want)
		} else if err := certify(p, r); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestABoundHoldsForAnyMultipliers: weak duality.
func TestABoundHoldsForAnyMultipliers(t *testing.T) {
	p := optimizetest.Transport(4, 12, 7)
	r, err := Solve(t.Context(), p, Controls{})
	if err != nil || r.Status != Optimal {
		t.Fatal(r.Status, err)
	}
	if bound := optimizetest.DualBound(p, r.Duals); math.Abs(bound-r.Objective) > 1e-9*r.Objective {
		t.Errorf("the multipliers of the optimum prove %v of %v", bound, r.Objective)
	}
	for k, factor := range []float64{-1, 0, 0.5, 0.9, 1.1, 3} {
		duals := make([]float64, len(r.Duals))
		for i, y := range r.Duals {
			duals[i] = y * factor
			if i%3 == k%3 {
				duals[i] = y
			}
		}
		if bound := optimizetest.DualBound(p, duals); bound > r.Objective*(1+1e-9) {
			t.Errorf("factor %v: bound %v is beyond the optimum %v", factor, bound, r.Objective)
		}
	}
}
