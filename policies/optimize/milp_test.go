package optimize

import "testing"

// TestSearchesOverReplicasCloseTheGap: the search over whole replicas goes on until the gap is at
// most what is asked. More nodes end with the optimum.
func TestSearchesOverReplicasCloseTheGap(t *testing.T) {
	for _, seed := range []uint64{1, 3, 5} {
		p := seeded(seed, 10, 10, 1, 100, 400)
		near, err := Solve(MILP{Nodes: 1e5, Gap: 0.01}, p)
		if err != nil {
			t.Fatal(err)
		}
		best, err := Solve(MILP{Nodes: 1e5}, p)
		if err != nil {
			t.Fatal(err)
		}
		if !best.Exact || near.Objective > 1.0101*near.Bound || near.Bound > best.Objective || best.Objective > near.Objective {
			t.Errorf("seed %d: %v with bound %v for a gap of 1 %%; %v, exact %v, with bound %v", seed,
				near.Objective, near.Bound, best.Objective, best.Exact, best.Bound)
		}
		soon, err := Solve(MILP{}, p)
		if err != nil {
			t.Fatal(err)
		}
		if soon.Objective > 1.1*best.Objective || !(soon.Bound > 0.85*best.Objective) {
			t.Errorf("seed %d: %v with bound %v by default, the optimum is %v", seed, soon.Objective, soon.Bound, best.Objective)
		}
	}
}
