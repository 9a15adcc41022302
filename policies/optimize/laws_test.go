package optimize

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// shuffled returns the problem with its types and configurations in random order. The list to holds
// the new index of each type.
func shuffled(p Problem, r *rand.Rand) (q Problem, to []int) {
	to = r.Perm(len(p.Types))
	q = p
	q.Types = make([]HostType, len(p.Types))
	for k, t := range p.Types {
		q.Types[to[k]] = t
	}
	q.Configurations = make([]Configuration, len(p.Configurations))
	at := r.Perm(len(p.Configurations))
	for c, f := range p.Configurations {
		q.Configurations[at[c]] = f
	}
	q.Present = nil
	for _, m := range p.Present {
		m.Type, m.Loads = to[m.Type], slices.Clone(m.Loads)
		for i := range m.Loads {
			m.Loads[i].Configuration = at[m.Loads[i].Configuration]
		}
		q.Present = append(q.Present, m)
	}
	r.Shuffle(len(q.Present), func(i, j int) { q.Present[i], q.Present[j] = q.Present[j], q.Present[i] })
	for c := range q.Configurations {
		q.Configurations[c].Type = to[q.Configurations[c].Type]
	}
	return q, to
}

func TestTheOrderOfTheListsChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := smallProblem(t, rapid.Bool().Draw(t, "whole"))
		if len(p.Types) > 1 && rapid.Bool().Draw(t, "twins") {
			p.Types[1] = p.Types[0]
			p.Types[1].Rented, p.Present = 1, nil
			for c := range p.Configurations {
				p.Configurations[c].Host, p.Configurations[c].Device, p.Configurations[c].Devices = []int64{1}, nil, 0
			}
		}
		q, to := shuffled(p, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
		for _, s := range solvers {
			a, err := Solve(s, p)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Solve(s, q)
			if err != nil {
				t.Fatal(err)
			}
			if a.Objective != b.Objective || a.Share != b.Share || a.Method != b.Method {
				t.Fatalf("%s: objective %v, share %v by %s; in another order %v, %v by %s", s, a.Objective, a.Share, a.Method, b.Objective, b.Share, b.Method)
			}
			if err := Verify(p, a); err != nil {
				t.Fatal(err)
			}
			for k, n := range a.Machines {
				if equalTypes := p.Types[0].compare(&p.Types[len(p.Types)-1]) == 0; b.Machines[to[k]] != n && !equalTypes {
					t.Fatalf("%s: machines %v, in another order %v (types went to %v)", s, a.Machines, b.Machines, to)
				}
			}
			slices.Sort(a.Machines)
			if slices.Sort(b.Machines); !slices.Equal(a.Machines, b.Machines) {
				t.Fatalf("%s: machines %v, in another order %v", s, a.Machines, b.Machines)
			}
		}
	})
}

func TestOfEqualOnesThoseThatRunNowAreTaken(t *testing.T) {
	box := HostType{Price: 1, Max: 4, Host: []int64{1}}
	p := Problem{Demand: []float64{10}, Penalty: 100, Types: []HostType{box, box, box}}
	for k := range p.Types {
		p.Configurations = append(p.Configurations, Configuration{Type: k, Capacity: 10, Host: []int64{1}})
	}
	p.Types[2].Rented = 1
	for _, s := range solvers {
		if a, err := Solve(s, p); err != nil || !slices.Equal(a.Machines, []int{0, 0, 1}) {
			t.Errorf("%s: machines %v (%v), want the one that is rented", s, a.Machines, err)
		}
	}
	p.Types[2].Rented, p.Present = 0, []FilledHosts{alone(p, 1, 1)}
	for _, s := range solvers {
		if a, err := Solve(s, p); err != nil || !slices.Equal(a.Machines, []int{0, 1, 0}) {
			t.Errorf("%s: machines %v (%v), want the one with the replica", s, a.Machines, err)
		}
	}
	p.Present = nil
	for _, s := range solvers {
		if a, err := Solve(s, p); err != nil || !slices.Equal(a.Machines, []int{1, 0, 0}) {
			t.Errorf("%s: machines %v (%v), want the first", s, a.Machines, err)
		}
	}
}

func TestNoSolverIsWorseThanGreedy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := smallProblem(t, false)
		var found []Solution
		for _, s := range solvers {
			a, err := Solve(s, p)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, a)
		}
		greedy, best := found[0], found[len(found)-1]
		for i := range found {
			if worse(&found[i], &greedy) || worse(&best, &found[i]) {
				t.Fatalf("%s: objective %v, share %v; greedy %v, %v; best %v, %v", solvers[i], found[i].Objective, found[i].Share,
					greedy.Objective, greedy.Share, best.Objective, best.Share)
			}
		}
	})
}

// worse reports whether solution a is worse than b by more than rounding errors.
func worse(a, b *Solution) bool {
	return b.better(a) && (!near(a.Objective, b.Objective) || !near(a.Share, b.Share))
}

// paid returns a problem of one model on one type of machine, which holds one replica of 10/s for 1
// $/h.
func paid(demand float64, t HostType) Problem {
	t.Price, t.Host = 1, []int64{1}
	return Problem{
		Demand: []float64{demand}, Penalty: 100, Types: []HostType{t},
		Configurations: []Configuration{{Capacity: 10, Host: []int64{1}}},
	}
}

func TestMachinesThatArePaidOrRentedAnyway(t *testing.T) {
	for name, c := range map[string]struct {
		p                       Problem
		machines                int
		cost, switching, served float64
	}{
		"at least so many":                   {paid(10, HostType{Max: 9, Min: 3}), 3, 3, 0, 10},
		"no more than exist":                 {paid(10, HostType{Max: 2, Min: 3}), 2, 2, 0, 10},
		"reserved ones cost nothing":         {paid(35, HostType{Max: 9, Reserved: 3}), 4, 1, 0, 35},
		"reserved ones are not all rented":   {paid(15, HostType{Max: 9, Reserved: 3}), 2, 0, 0, 15},
		"rented ones need no boot":           {paid(35, HostType{Max: 9, Rented: 3, Switch: 0.5}), 4, 4, 0.5, 35},
		"a boot may not be worth it":         {paid(10.001, HostType{Max: 9, Rented: 1, Switch: 0.5}), 1, 1, 0, 10},
		"a budget pays beyond reserved ones": {budgeted(paid(90, HostType{Max: 9, Reserved: 3}), 5), 5, 2, 0, 50},
		"a budget that is spent already":     {budgeted(paid(90, HostType{Max: 9, Reserved: 3}), 2), 3, 0, 0, 30},
		"a budget below the least":           {budgeted(paid(90, HostType{Max: 9, Min: 3}), 2), 3, 3, 0, 30},
	} {
		for _, s := range solvers {
			a, err := Solve(s, c.p)
			if err != nil {
				t.Fatal(err)
			}
			if a.Machines[0] != c.machines || a.Cost != c.cost || a.Switching != c.switching || a.Served[0] != c.served {
				t.Errorf("%s, %s: %d machines, cost %v, switching %v, served %v", name, s, a.Machines[0], a.Cost, a.Switching, a.Served[0])
			}
			if _, greedy := s.(GreedyCover); !greedy && !(a.Bound <= a.Objective+1e-9) {
				t.Errorf("%s, %s: bound %v of %v", name, s, a.Bound, a.Objective)
			}
		}
	}
}

func budgeted(p Problem, budget float64) Problem {
	p.Budget = budget
	return p
}
