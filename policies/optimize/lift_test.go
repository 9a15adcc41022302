package optimize

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestLiftedBoundsStayBelowTheOptimum compares lifted bounds with the optimum by enumeration. The
// penalty is low, so that it can be best to leave a little unserved, or high as in runs.
func TestLiftedBoundsStayBelowTheOptimum(t *testing.T) {
	lifted, proved, cases := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := smallProblem(t, false)
		p.AccuracyWeight, p.MinAccuracy = 0, nil
		for k := range p.Types {
			p.Types[k].Price *= rapid.SampledFrom([]float64{0.1, 0.526, 0.7137}).Draw(t, "unit")
		}
		if rapid.Bool().Draw(t, "high penalty") {
			p.Penalty *= 1000
		}
		best := exhaustive(p)
		x := newIndex(p)
		a := x.greedy(0)
		l := newFillings(x)
		l.basics(&a)
		r := l.generate(1e6)
		if a.raise(r.bound); !r.solved || a.Share < 1 || a.Exact {
			return
		}
		cases++
		before := a.Bound
		l.lift(&a, r)
		if a.Bound > best+1e-6*(1+math.Abs(best)) {
			t.Fatalf("the bound %v is lifted to %v, above the optimum %v", before, a.Bound, best)
		}
		if a.Exact && !near(a.Objective, best) {
			t.Fatalf("%v is called exact by the bound %v, the optimum is %v", a.Objective, a.Bound, best)
		}
		if a.Bound > before+1e-6*(1+math.Abs(before)) {
			lifted++
		}
		if a.Exact {
			proved++
		}
	})
	t.Logf("%d of %d open bounds lifted, %d solutions proved", lifted, cases, proved)
	if cases >= 20 && lifted == 0 {
		t.Errorf("none of %d bounds was lifted", cases)
	}
}

// Machines cost 3 and 5. So fleets cost 3, 5, 6, 8, 9, …: after 0.1 comes 3, and after 6.5 comes 8.
func TestBoundsRiseToTheNextSumOfPrices(t *testing.T) {
	p := Problem{Types: []HostType{{Price: 3, Max: 9}, {Price: 5, Max: 9}, {Price: 1, Max: 2, Min: 1, Reserved: 2}}}
	x := newIndex(p)
	for _, c := range []struct{ bound, most, want float64 }{
		{0, 100, 0}, {0.1, 100, 3}, {3 + 1e-12, 100, 3}, {6.5, 100, 8}, {6.5, 7, 7}, {6.5, 8, 8}, {71, 100, 72},
	} {
		if got := x.nextSum(c.bound, c.most); got != c.want {
			t.Errorf("after %v below %v: %v, want %v", c.bound, c.most, got, c.want)
		}
	}
}

// Replicas of 3/s and 5/s serve 9 of 10/s, or all: then they lack nothing.
func TestTheLeastLackOfADemand(t *testing.T) {
	p := Problem{Demand: []float64{10}, Types: []HostType{{Price: 1, Max: 9, Host: []int64{9}}}}
	for _, capacity := range []float64{3, 5} {
		p.Configurations = append(p.Configurations, Configuration{Capacity: capacity, Host: []int64{1}})
	}
	x := newIndex(p)
	if got := x.leastLack(0, 100); got != 1 {
		t.Errorf("lacks %v, want 1", got)
	}
	if got := x.leastLack(0, 0.5); !math.IsInf(got, 1) {
		t.Errorf("lacks %v below 0.5, want none", got)
	}
}
