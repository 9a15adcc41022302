package optimize

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
)

// randomFleet draws a problem of the size of the scenario quickstart: several models on several
// types of machines. On some types, a replica takes a part of a device.
func randomFleet(seed uint64) Problem {
	r := rand.New(rand.NewPCG(seed, 7))
	p := Problem{Penalty: 100}
	for range 2 + r.IntN(4) {
		p.Demand = append(p.Demand, 5*math.Exp(3*r.Float64()))
	}
	for range 2 + r.IntN(3) {
		size := int64(1) << r.IntN(3)
		t := HostType{Max: 40, Host: []int64{8 * size, 32 * size}, Price: 0.3 * float64(size) * (0.8 + 0.4*r.Float64())}
		if r.IntN(2) == 0 {
			t.Devices, t.Device = int(size), []int64{1000, 24}
			t.Price += 0.7 * float64(size) * (0.8 + 0.4*r.Float64())
		}
		p.Types = append(p.Types, t)
	}
	for m := range p.Demand {
		speed := math.Exp(r.Float64())
		for k, t := range p.Types {
			f := Configuration{Model: m, Type: k, Capacity: 4 * speed * (0.7 + 0.6*r.Float64()), Host: []int64{int64(2 + r.IntN(3)), int64(4 + r.IntN(8))}}
			if t.Devices > 0 {
				f.Capacity *= 5
				f.Device = []int64{int64(200 + 100*r.IntN(9)), int64(3 + r.IntN(12))}
			}
			p.Configurations = append(p.Configurations, f)
		}
	}
	return p
}

var fleetCount = flag.Uint64("fleets", 150, "number of random fleets whose optimum is compared")

// TestHeuristicsAreNearTheOptimum compares the solvers on random fleets with the optimum that milp
// proves. On average, greedy and lp are at most 2 % above the optimum, and dp and best are no worse
// than lp. No solver leaves demand unserved that the optimum serves.
func TestHeuristicsAreNearTheOptimum(t *testing.T) {
	fleets := *fleetCount
	if testing.Short() {
		fleets = 30
	}
	excess, exact, proved := map[string]float64{}, map[string]int{}, 0.
	for seed := range fleets {
		p := randomFleet(seed)
		judge, err := Solve(MILP{Nodes: 2000}, p)
		if err != nil {
			t.Fatal(err)
		}
		if !judge.Exact {
			continue
		}
		proved++
		for _, s := range solvers {
			a, err := Solve(s, p)
			if err != nil {
				t.Fatal(err)
			}
			if over := a.Objective/judge.Objective - 1; over < -1e-6 {
				t.Errorf("fleet %d: %s found %v, below the proved optimum %v", seed, s, a.Objective, judge.Objective)
			} else {
				excess[s.String()] += over
			}
			if a.Exact && !near(a.Objective, judge.Objective) {
				t.Errorf("fleet %d: %s calls %v exact, the optimum is %v", seed, s, a.Objective, judge.Objective)
			}
			if a.Exact {
				exact[s.String()]++
			}
			if short := total(a.Shortfall) - total(judge.Shortfall); short > 1e-6*total(p.Demand) {
				t.Errorf("fleet %d: %s leaves %v/s unserved that can be served", seed, s, short)
			}
		}
	}
	t.Logf("%v of %d proved", proved, fleets)
	for name, sum := range excess {
		t.Logf("%s: %.2f %% above the optimum in the mean, exact in %d", name, 100*sum/proved, exact[name])
		if sum/proved > 0.02 {
			t.Errorf("%s: %.2f %% above the optimum in the mean, want at most 2", name, 100*sum/proved)
		}
	}
	if proved < 0.8*float64(fleets) {
		t.Errorf("milp proves %v of %d", proved, fleets)
	}
}
