package optimize

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestScarceMachinesGoToThoseThatNeedThem(t *testing.T) {
	// Model 0 needs a GPU. Model 1 is cheapest on a GPU, too, but can also run on CPU machines. All
	// seven GPUs and five of the six CPU machines serve both models in full.
	gpu, replica := []int64{1000, 16}, Configuration{Host: []int64{2}, Device: []int64{1000, 16}, Devices: 1}
	p := Problem{
		Demand: []float64{78, 80}, Penalty: 100,
		Types: []HostType{{Price: 0.53, Max: 7, Host: []int64{4}, Devices: 1, Device: gpu}, {Price: 0.33, Max: 6, Host: []int64{4}}},
	}
	picky, easy := replica, replica
	picky.Capacity, easy.Model, easy.Capacity = 14, 1, 28
	p.Configurations = []Configuration{picky, easy, {Model: 1, Type: 1, Capacity: 35. / 3, Host: []int64{4}}}
	for _, s := range solvers {
		a, err := Solve(s, p)
		if err != nil || a.Share != 1 || a.Shortfall[0]+a.Shortfall[1] > 0 || !near(a.Cost, 7*0.53+5*0.33) {
			t.Errorf("%s: %+v, %v", s, a, err)
		}
	}
	for k := range p.Types { // few machines, and all of them are always paid
		p.Types[k].Reserved = p.Types[k].Max
	}
	for _, s := range solvers {
		if a, err := Solve(s, p); err != nil || a.Share != 1 || a.Shortfall[0]+a.Shortfall[1] > 0 {
			t.Errorf("%s: %+v, %v", s, a, err)
		}
	}
}

func TestNoModelIsStarvedToServeAnother(t *testing.T) {
	box := HostType{Price: 1, Max: 10, Host: []int64{1}}
	p := Problem{
		Demand: []float64{1000, 10, 40}, Penalty: 1000, Types: []HostType{box},
		Configurations: []Configuration{ // each of them needs 10 machines
			{Model: 0, Capacity: 100, Host: []int64{1}}, {Model: 1, Capacity: 1, Host: []int64{1}}, {Model: 2, Capacity: 4, Host: []int64{1}},
		},
	}
	budget := p
	budget.Types, budget.Budget = []HostType{{Price: 1, Max: 99, Host: []int64{1}}}, 10
	for name, p := range map[string]Problem{"machines": p, "budget": budget} {
		for _, s := range solvers {
			a, err := Solve(s, p)
			if err != nil || a.Machines[0] != 10 || !near(a.Share, 0.3) {
				t.Errorf("%s short, %s: served %v of %v, least share %v (%v)", name, s, a.Served, p.Demand, a.Share, err)
			}
		}
	}
}

func TestWhatIsNotWorthItsPriceIsNoShortage(t *testing.T) {
	p := Problem{
		Demand: []float64{10, 1}, Penalty: 1, Types: []HostType{{Price: 5, Max: 1, Host: []int64{1}}},
		Configurations: []Configuration{{Model: 0, Capacity: 10, Host: []int64{1}}, {Model: 1, Capacity: 10, Host: []int64{1}}},
	}
	for _, s := range solvers {
		a, err := Solve(s, p)
		if err != nil || a.Share != 1 || a.Served[0] != 10 || a.Served[1] != 0 {
			t.Errorf("%s: served %v, share %v, %v", s, a.Served, a.Share, err)
		}
	}
}

// scarceProblem draws a problem whose models together need more than the machines can serve.
func scarceProblem(t *rapid.T) Problem {
	draw := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
	p := Problem{Penalty: 1000}
	for range draw("models", 2, 3) {
		p.Demand = append(p.Demand, float64(draw("demand", 10, 60)))
	}
	for range draw("types", 1, 2) {
		p.Types = append(p.Types, HostType{Price: float64(draw("price", 1, 5)), Max: draw("max", 1, 3), Host: []int64{int64(draw("cores", 1, 3))}})
	}
	for m := range p.Demand {
		for k := range p.Types {
			if k == 0 || rapid.Bool().Draw(t, "there, too") {
				p.Configurations = append(p.Configurations, Configuration{Model: m, Type: k, Capacity: float64(draw("capacity", 2, 20)), Host: []int64{1}})
			}
		}
	}
	if draw("with budget", 0, 2) == 0 {
		p.Budget = float64(draw("budget", 3, 15))
	}
	return p
}

func TestTheLeastShareServedIsNearlyTheLargestThereIs(t *testing.T) {
	sum, problems := map[Solver]float64{}, 0
	rapid.Check(t, func(t *rapid.T) {
		p := scarceProblem(t)
		x, most := newIndex(p), 0.
		everyFilling(p, func(replicas, machines []int, _ float64) { most = max(most, x.leastShare(replicas, machines)) })
		problems++
		for _, s := range solvers {
			a, err := Solve(s, p)
			if err != nil {
				t.Fatal(err)
			}
			if a.Share > most+1e-9 {
				t.Fatalf("%s: a least share of %v, the largest is %v", s, a.Share, most)
			}
			if most > 0 {
				sum[s] += math.Min(1, a.Share/most)
			} else {
				sum[s]++
			}
		}
	})
	for _, s := range solvers {
		mean := sum[s] / float64(problems)
		t.Logf("%s: %.4f of the largest least share", s, mean)
		if mean < 0.97 {
			t.Errorf("%s: only %.3f of the largest least share in the mean", s, mean)
		}
	}
}

// TestWhatNoSolutionServesIsABound compares it with every filling of machines. The objective's
// bound is compared by Verify.
func TestWhatNoSolutionServesIsABound(t *testing.T) {
	lacking, met := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := scarceProblem(t)
		x, least := newIndex(p), math.Inf(1)
		everyFilling(p, func(replicas, machines []int, _ float64) {
			short := 0.
			for m, demand := range p.Demand {
				served, _ := x.split(m, replicas, nil)
				short += max(0, demand-served)
			}
			least = min(least, short)
		})
		for _, s := range solvers {
			a, err := Solve(s, p)
			if err != nil {
				t.Fatal(err)
			}
			if a.Unservable > least && !near(a.Unservable, least) {
				t.Fatalf("%s: %v/s cannot be served, but a solution leaves %v/s", s, a.Unservable, least)
			}
			if s == (LP{}) && a.Share < 1 {
				lacking++
				if near(a.Unservable, least) {
					met++
				}
			}
		}
	})
	t.Logf("%d of %d bounds are met", met, lacking)
	if 5*met < lacking {
		t.Errorf("only %d of %d bounds are met", met, lacking)
	}
}

// TestAPlanThatNothingCanBetterIsProved: the budget pays no machine, or none but the one that is
// there, and the relaxation would rent a part of one.
func TestAPlanThatNothingCanBetterIsProved(t *testing.T) {
	for name, c := range map[string]struct {
		types  []HostType
		short  float64
		budget float64
	}{
		"no machine is affordable":  {[]HostType{{Price: 2, Max: 5, Host: []int64{1}}}, 30, 1},
		"one machine is affordable": {[]HostType{{Price: 2, Max: 5, Host: []int64{1}}}, 20, 3},
		"one machine is reserved":   {[]HostType{{Price: 2, Max: 5, Reserved: 1, Host: []int64{1}}}, 20, 3},
		"no machine is there":       {[]HostType{{Price: 2, Host: []int64{1}}}, 30, 0},
	} {
		p := Problem{
			Demand: []float64{30}, Penalty: 1000, Budget: c.budget, Types: c.types,
			Configurations: []Configuration{{Capacity: 10, Host: []int64{1}}},
		}
		for _, s := range solvers[1:] { // greedy knows no bound
			a, err := Solve(s, p)
			if err != nil || !a.Exact || !near(a.Unservable, c.short) || !near(a.Shortfall[0], c.short) {
				t.Errorf("%s, %s: exact %v, %v/s unserved, %v/s proved so (%v)", name, s, a.Exact, a.Shortfall[0], a.Unservable, err)
			}
		}
	}
}
