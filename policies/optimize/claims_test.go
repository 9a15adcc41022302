package optimize

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestNoPlanIsBelowABound solves random fleets with all solvers: new and standing ones, with plenty
// and with few machines, with least replicas, budgets and prices of loads. No solution may have a
// lower objective than the bound of any solver.
func TestNoPlanIsBelowABound(t *testing.T) {
	fleets := *fleetCount
	if testing.Short() {
		fleets = 20
	}
	gaps := map[string]float64{}
	for seed := range fleets {
		r := rand.New(rand.NewPCG(seed, 3))
		p := randomFleet(seed)
		if r.IntN(3) == 0 {
			for k := range p.Types {
				p.Types[k].Max = 2 + r.IntN(8)
			}
		}
		if r.IntN(4) == 0 {
			p.MinReplicas = make([]int, len(p.Demand))
			p.MinReplicas[0] = r.IntN(5)
		}
		if r.IntN(4) == 0 {
			p.Budget = 5 + 10*r.Float64()
		}
		if r.IntN(4) > 0 {
			p = standing(p)
		}
		low, high, by, from := math.Inf(1), math.Inf(-1), "", ""
		for _, s := range solvers {
			found, err := Solve(s, p)
			if err != nil {
				t.Errorf("fleet %d: %v", seed, err)
				continue
			}
			if found.Objective < low {
				low, by = found.Objective, s.String()
			}
			if found.Bound > high {
				high, from = found.Bound, s.String()
			}
			if !math.IsNaN(found.Bound) {
				gaps[s.String()] += (found.Objective - found.Bound) / found.Objective / float64(fleets)
			}
		}
		if high > low+float64(1e-6*(1+low)) {
			t.Errorf("fleet %d: %s has the bound %v, but %s found %v", seed, from, high, by, low)
		}
	}
	for name, gap := range gaps {
		t.Logf("%s: mean gap %.2f %%", name, 100*gap)
	}
}
