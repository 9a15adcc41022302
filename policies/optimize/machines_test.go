package optimize

import "testing"

// TestBoundsOfFewMachinesAreTight: on these standing fleets a few machines serve the demand, and a
// new one has to boot. The relaxation over fillings rents a fraction of it, so its bound was 14 to
// 43 % below the solution.
func TestBoundsOfFewMachinesAreTight(t *testing.T) {
	for seed, most := range map[uint64]float64{7: 0.01, 23: 0.06, 32: 0.01, 49: 0.01, 50: 0.02} {
		p := standing(randomFleet(seed))
		for _, s := range []Solver{LP{}, DP{}, MILP{}} {
			found, err := Solve(s, p)
			if err != nil {
				t.Fatal(err)
			}
			if gap := (found.Objective - found.Bound) / found.Objective; gap > most {
				t.Errorf("fleet %d: %s has a gap of %.1f %%: %v, bound %v", seed, s, 100*gap, found.Objective, found.Bound)
			}
		}
	}
}

// TestMachineNodesBranchOnTheLargestFraction: whole numbers are not branched on.
func TestMachineNodesBranchOnTheLargestFraction(t *testing.T) {
	for _, c := range []struct {
		rented []float64
		tier   int
	}{{nil, -1}, {[]float64{1, 0, 3}, -1}, {[]float64{1, 0.1, 2.5, 3.7}, 2}, {[]float64{2 + 1e-9, 4.999}, 1}} {
		n := machineNode{root: root{rented: c.rented}}
		if tier, value := n.fraction(); tier != c.tier || tier >= 0 && value != c.rented[tier] {
			t.Errorf("%v: tier %d with %v, want %d", c.rented, tier, value, c.tier)
		}
	}
}
