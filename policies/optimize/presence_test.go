package optimize

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// located draws a small problem in which loads cost, and some machines run.
func located(t *rapid.T) Problem {
	p := smallProblem(t, false)
	for c := range p.Configurations {
		p.Configurations[c].Switch = float64(rapid.IntRange(0, 6).Draw(t, "load")) / 2
	}
	p.Present = drawnPresent(t, p)
	for k := range p.Types {
		p.Types[k].Rented = 0
		for _, m := range p.Present {
			if m.Type == k {
				p.Types[k].Rented += m.Count
			}
		}
	}
	return p
}

// TestWhatStaysCostsNoLoadAndWhatMovesDoes compares the solvers with the optimum by enumeration of
// every way to fill each present machine.
func TestWhatStaysCostsNoLoadAndWhatMovesDoes(t *testing.T) {
	claims, best, all := map[string]int{}, map[string]int{}, 0
	rapid.Check(t, func(t *rapid.T) {
		p := located(t)
		least := exhaustive(p)
		all++
		for _, s := range solvers {
			a, err := Solve(s, p)
			if err != nil {
				t.Fatal(err)
			}
			slack := 1e-6 * (1 + math.Abs(least))
			if a.Objective < least-slack || a.Bound > least+slack || a.Exact && a.Objective > least+slack {
				t.Fatalf("%s: %v (exact %v) with bound %v, the optimum is %v", a.Method, a.Objective, a.Exact, a.Bound, least)
			}
			if a.Exact {
				claims[s.String()]++
			}
			if a.Objective <= least+slack {
				best[s.String()]++
			}
		}
	})
	t.Logf("of %d, optimal: %v, proved: %v", all, best, claims)
	if claims["milp"] < all*8/10 {
		t.Errorf("milp proves %d of %d", claims["milp"], all)
	}
}

// TestAssignmentsAreBest compares assignments with the best of all permutations.
func TestAssignmentsAreBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(0, 5).Draw(t, "rows"), rapid.IntRange(0, 5).Draw(t, "columns")
		value := rapid.SliceOfN(rapid.IntRange(0, 6), rows*columns, rows*columns).Draw(t, "values")
		at := func(i, j int) float64 { return float64(value[i*columns+j]) }
		sum, taken := 0., make([]bool, columns)
		for i, j := range assignment(rows, columns, at) {
			if j < 0 {
				continue
			}
			if taken[j] {
				t.Fatalf("column %d is given twice", j)
			}
			taken[j] = true
			sum += at(i, j)
		}
		used := make([]bool, columns)
		var most func(i int) float64
		most = func(i int) float64 {
			if i == rows {
				return 0
			}
			best := most(i + 1)
			for j := range used {
				if !used[j] {
					used[j] = true
					best = max(best, at(i, j)+most(i+1))
					used[j] = false
				}
			}
			return best
		}
		if want := most(0); sum != want {
			t.Fatalf("the sum is %v, the largest is %v", sum, want)
		}
	})
}

// Two machines hold a replica of model 0, and one a replica of model 1. Machines have two places.
func TestAReplicaThatMovesIsLoaded(t *testing.T) {
	p := Problem{
		Demand: []float64{20, 10}, Penalty: 1000,
		Types:          []HostType{{Price: 5, Max: 4, Rented: 3, Host: []int64{2}}},
		Configurations: []Configuration{{Model: 0, Capacity: 10, Host: []int64{1}, Switch: 1}, {Model: 1, Capacity: 10, Host: []int64{1}, Switch: 3}},
	}
	p.Present = []FilledHosts{alone(p, 0, 2), alone(p, 1, 1)}
	// Three replicas fit on two machines: one of model 0 moves for 1, not that of model 1 for 3.
	for _, s := range solvers {
		if a, err := Solve(s, p); err != nil || a.Machines[0] != 2 || a.Switching != 1 || !slices.Equal(a.Replicas, []int{2, 1}) {
			t.Errorf("%s: %d machines, switching %v (%v)", s, a.Machines[0], a.Switching, err)
		}
	}
	p.Types[0].Price = 0.5 // a machine that costs less than the load stays
	for _, s := range []Solver{Best{}, MILP{}} {
		if a, err := Solve(s, p); err != nil || a.Machines[0] != 3 || a.Switching != 0 {
			t.Errorf("%s: %d machines, switching %v (%v)", s, a.Machines[0], a.Switching, err)
		}
	}
}

func TestFaultsOfPresentMachinesAreNamed(t *testing.T) {
	p := Problem{
		Demand:         []float64{1},
		Types:          []HostType{{Max: 1, Host: []int64{4}, Devices: 2, Device: []int64{10}}, {Max: 1, Host: []int64{4}}},
		Configurations: []Configuration{{Capacity: 1, Host: []int64{1}, Device: []int64{5}}, {Type: 1, Capacity: 1, Host: []int64{1}}},
	}
	on := func(kind, count, c, device, replicas int) FilledHosts {
		return FilledHosts{Type: kind, Count: count, Loads: []PlacedReplicas{{Configuration: c, Device: device, Replicas: replicas}}}
	}
	p.Present = []FilledHosts{on(0, 1, 0, 1, 2), on(1, 3, 1, -1, 1)}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	p.Present = []FilledHosts{on(2, 1, 0, 0, 1), on(0, 0, 0, 0, 1), on(0, 1, 1, -1, 1), on(0, 1, 0, 0, 0), on(0, 1, 0, 2, 1), on(0, 1, 0, -1, 1)}
	err := p.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"present machines 0: machine type 2 does not exist",
		"present machines 1: count is 0",
		"present machines 2: configuration 1 is not one of machine type 0",
		"present machines 3: replicas of configuration 0 is 0",
		"present machines 4: configuration 0 is on devices [2]; the machine has 2",
		"present machines 5: configuration 0 is on 0 devices; it takes 1",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}
