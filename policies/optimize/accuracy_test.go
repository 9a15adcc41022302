package optimize

import (
	"math"
	"testing"
)

// networks returns a problem with a large network (10/s, accuracy 90 %) and a small network (50/s,
// accuracy 70 %), on eight boxes that hold one replica each.
func networks(demand float64) Problem {
	return Problem{
		Demand: []float64{demand}, Penalty: 1000, Types: []HostType{{Price: 1, Max: 8, Host: []int64{1}}},
		Configurations: []Configuration{
			{Capacity: 10, Host: []int64{1}, Accuracy: 90}, {Capacity: 50, Host: []int64{1}, Accuracy: 70},
		},
	}
}

func TestMachinesThatArePaidServeAsAccuratelyAsTheyCan(t *testing.T) {
	for _, demand := range []float64{40, 180} {
		for name, set := range map[string]func(*Problem){
			"reserved, a weight": func(p *Problem) { p.Types[0].Reserved, p.AccuracyWeight = 8, 0.001 },
			"rented, a weight":   func(p *Problem) { p.Types[0].Min, p.AccuracyWeight = 8, 0.001 },
			"a dear weight":      func(p *Problem) { p.AccuracyWeight = 1 },
			"a floor":            func(p *Problem) { p.MinAccuracy = []float64{75.5} },
		} {
			p := networks(demand)
			set(&p)
			for _, s := range solvers {
				a, err := Solve(s, p)
				if err != nil {
					t.Fatal(err)
				}
				accuracy := (90*a.Rates[0] + 70*a.Rates[1]) / a.Served[0]
				most := min(90, (50*90+130*70)/180.) // at 180/s five large, three small
				if demand == 40 {
					most = 90
				}
				if a.Shortfall[0] > 0 || accuracy < 75.5 || p.AccuracyWeight > 0 && math.Abs(accuracy-most) > 1e-9 {
					t.Errorf("%s, %v/s, %s: served %v/s at %.2f %% by %v", name, demand, s, a.Served[0], accuracy, a.Replicas)
				}
			}
		}
	}
}

func TestABudgetBuysTheBestServiceWithinIt(t *testing.T) {
	p := networks(180)
	p.AccuracyWeight, p.Budget = 1, 5
	for _, s := range solvers {
		a, err := Solve(s, p)
		// Four small replicas and a large one serve everything. With two large replicas 10/s would
		// be unserved.
		if err != nil || a.Cost != 5 || a.Replicas[0] != 1 || a.Replicas[1] != 4 || a.Shortfall[0] > 0 {
			t.Errorf("%s: %v at %v $/h, %v/s left, %v", s, a.Replicas, a.Cost, a.Shortfall[0], err)
		}
	}
}

// sizes returns a problem with four sizes of requests, on shares of an expensive and a cheap GPU.
// Each GPU is better for some of the sizes.
func sizes() Problem {
	host := []int64{64, 1000}
	p := Problem{
		Demand: []float64{5, 2.5, 7.5, 5}, Penalty: 1e5,
		Types: []HostType{
			{Price: 3.67, Max: 20, Host: host, Devices: 1, Device: []int64{1000, 80}},
			{Price: 1.01, Max: 20, Host: host, Devices: 1, Device: []int64{1000, 24}},
		},
	}
	for m, seconds := range [][2]float64{{1, 10}, {10, 20}, {0.4, 4}, {1, 20}} {
		for k, s := range seconds {
			p.Configurations = append(p.Configurations, Configuration{Model: m, Type: k, Capacity: 1 / s, Host: []int64{1, 1}, Device: []int64{50, 1}})
		}
	}
	return p
}

func TestReplicasOfATwentiethOfADeviceAreNotPlannedInWholeMachinesOnly(t *testing.T) {
	p := sizes()
	for _, s := range solvers {
		a, err := Solve(s, p)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s (%s): %v $/h, bound %v, exact %v, machines %v", s, a.Method, a.Objective, a.Bound, a.Exact, a.Machines)
		if a.Objective > 5.69+1e-9 || a.Exact && a.Objective > 5.69 {
			t.Errorf("%s: %v $/h, 5.69 is enough", s, a.Objective)
		}
	}
}
