package optimize

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestLeastSumIsTheLeast compares with all sums of up to 40 of each value.
func TestLeastSumIsTheLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfNDistinct(rapid.Float64Range(1, 10), 1, 3, rapid.ID).Draw(t, "values")
		slices.Sort(values)
		slices.Reverse(values)
		target := rapid.Float64Range(0, 40).Draw(t, "target")
		sums := []float64{0}
		for _, v := range values {
			var more []float64
			for _, s := range sums {
				for n := range 41 {
					if more = append(more, s+float64(float64(n)*v)); s+float64(float64(n)*v) >= target {
						break
					}
				}
			}
			sums = more
		}
		want := math.Inf(1)
		for _, s := range sums {
			if s >= target {
				want = min(want, s)
			}
		}
		if got, ok := leastSum(values, target); ok && !near(got, want) {
			t.Fatalf("%v, want %v", got, want)
		} else if !ok && len(values) < 3 {
			t.Fatal("no answer for two values")
		}
	})
	if _, ok := leastSum(nil, 1); ok {
		t.Error("a sum of no values")
	}
	if _, ok := leastSum([]float64{1.1, 1.01, 1.001, 1}, 1000); ok {
		t.Error("the search has no end")
	}
}

// TestRoundedDemandHasTheSameOptimum: if an optimal solution of the raised problem serves all, it
// is an optimal one of the problem.
func TestRoundedDemandHasTheSameOptimum(t *testing.T) {
	raised, same := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		p := seeded(seed, rapid.IntRange(1, 2).Draw(t, "models"), rapid.IntRange(1, 2).Draw(t, "types"), 1, 50, 5)
		p.Penalty = 1e6 // no demand is worth neglecting
		q := p.RoundUp()
		for m, demand := range q.Demand {
			if demand < p.Demand[m]*(1-1e-6) {
				t.Fatalf("the demand %v became %v", p.Demand[m], demand)
			}
			if demand > p.Demand[m]*(1+1e-9) {
				raised++
			}
		}
		a, errA := Solve(MILP{Nodes: 10_000}, p)
		b, errB := Solve(MILP{Nodes: 10_000}, q)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if !a.Exact || !b.Exact || b.Share < 1 || a.Share < 1 || total(a.Shortfall) > 0 {
			return
		}
		same++
		if !near(a.Objective, b.Objective) {
			t.Fatalf("the optimum is %v, that of the raised problem %v", a.Objective, b.Objective)
		}
	})
	if raised == 0 || same == 0 {
		t.Errorf("%d demands were raised and %d optima compared", raised, same)
	}
}

// TestDemandStaysWhereAccuracyCounts: there the share of each replica counts, too.
func TestDemandStaysWhereAccuracyCounts(t *testing.T) {
	p := realistic(2, 2, 1, 50, 5)
	for name, change := range map[string]func(*Problem){
		"weight": func(p *Problem) { p.AccuracyWeight = 1 },
		"floors": func(p *Problem) { p.MinAccuracy = []float64{70, 70} },
	} {
		q := p
		if change(&q); !slices.Equal(q.RoundUp().Demand, p.Demand) {
			t.Errorf("%s: %v became %v", name, p.Demand, q.RoundUp().Demand)
		}
	}
	if q := p.RoundUp(); slices.Equal(q.Demand, p.Demand) {
		t.Error("no demand was raised")
	}
	// The penalty of a thousandth of a replica is lower than the price of a replica.
	p = Problem{Demand: []float64{10.001}, Penalty: 1, Types: []HostType{{Price: 100, Max: 9, Host: []int64{1}}}, Configurations: []Configuration{{Capacity: 10, Host: []int64{1}}}}
	if q := p.RoundUp(); !near(q.Demand[0], 10) {
		t.Errorf("a demand of 10.001 became %v, want 10", q.Demand[0])
	}
}
