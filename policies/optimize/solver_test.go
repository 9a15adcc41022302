package optimize

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
)

var solvers = []Solver{GreedyCover{}, DP{}, LP{}, Best{}, MILP{}}

// smallProblem draws a problem that is small enough for exhaustive. If whole is set, each replica
// fills its machine.
func smallProblem(t *rapid.T, whole bool) Problem {
	draw := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
	p := Problem{Penalty: float64(draw("penalty", 1, 8))}
	for range draw("models", 1, 2) {
		p.Demand = append(p.Demand, float64(draw("demand", 0, 30))/2)
	}
	for range draw("types", 1, 2) {
		p.Types = append(p.Types, HostType{
			Price: float64(draw("price", 1, 12)), Max: draw("max", 0, 3),
			Host: []int64{int64(draw("cores", 2, 5))}, Devices: draw("devices", 0, 3), Device: []int64{1000, int64(draw("memory", 4, 8))},
		})
	}
	for range draw("configurations", 1, 4) {
		k := draw("type", 0, len(p.Types)-1)
		f := Configuration{
			Model: draw("model", 0, len(p.Demand)-1), Type: k, Capacity: float64(draw("capacity", 1, 12)) / 1.5,
			Host: []int64{int64(draw("need", 1, 3))}, Accuracy: float64(draw("accuracy", 50, 99)),
		}
		switch draw("on a device", 0, 4) {
		case 2, 3:
			f.Device = []int64{int64(draw("share", 200, 1000)), int64(draw("device memory", 1, 5))}
		case 4:
			f.Device, f.Devices = p.Types[k].Device, draw("on devices", 2, 3)
		}
		if whole {
			f.Host, f.Device, f.Devices = p.Types[k].Host, nil, 0
		}
		p.Configurations = append(p.Configurations, f)
	}
	if draw("with budget", 0, 2) == 0 {
		p.Budget = float64(draw("budget", 5, 30))
	}
	if draw("with accuracy", 0, 2) == 0 {
		p.AccuracyWeight = float64(draw("weight", 1, 4)) / 50
	}
	if draw("with switching", 0, 3) == 0 {
		for c := range p.Configurations {
			p.Configurations[c].Switch = float64(draw("switch", 0, 4)) / 2
		}
		p.Present = drawnPresent(t, p)
	}
	if draw("with a minimum", 0, 3) == 0 {
		for range p.Demand {
			p.MinReplicas = append(p.MinReplicas, draw("least", 0, 4))
		}
	}
	for k := range p.Types {
		t := &p.Types[k]
		switch draw("paid or rented", 0, 5) {
		case 0:
			t.Min = draw("min", 0, 3)
		case 1:
			t.Reserved = draw("reserved", 0, 3)
		case 2:
			t.Min, t.Reserved = draw("min", 0, 3), draw("reserved", 0, 3)
			fallthrough
		case 3:
			t.Rented, t.Switch = draw("rented", 0, 3), float64(draw("boot", 0, 6))/2
		}
	}
	if !whole && draw("with floor", 0, 3) == 0 {
		p.MinAccuracy = make([]float64, len(p.Demand))
		for m := range p.MinAccuracy {
			p.MinAccuracy[m] = float64(draw("floor", 50, 95))
		}
	}
	return p
}

func TestAnswersAreFeasibleAndOrdered(t *testing.T) {
	exact, ended, proved := 0, 0, 0 // ended, proved: MILP without shortfall
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Bool().Draw(t, "whole")
		p := smallProblem(t, whole)
		best := exhaustive(p)
		for _, s := range solvers {
			a, err := s.Solve(p)
			if err != nil {
				t.Fatal(err)
			}
			if err := Verify(p, a); err != nil {
				t.Fatalf("%s: %v", a.Method, err)
			}
			if a.Objective < best-1e-6*(1+math.Abs(best)) {
				t.Fatalf("%s: objective %v is below the optimum %v", a.Method, a.Objective, best)
			}
			if a.Bound > best+1e-6*(1+math.Abs(best)) {
				t.Fatalf("%s: bound %v is above the optimum %v", a.Method, a.Bound, best)
			}
			if a.Exact && !near(a.Objective, best) {
				t.Fatalf("%s: %v is called exact, the optimum is %v", a.Method, a.Objective, best)
			}
			if _, dp := s.(DP); dp && whole && !tiered(p) && p.MinReplicas == nil {
				if plan := newIndex(p).dynamic(0, "dp"); !plan.Exact || !near(plan.Objective, best) {
					t.Fatalf("not exact on whole machines: %v, the optimum is %v (%v)", plan.Objective, best, plan.Warnings)
				}
			}
			if a.Exact {
				exact++
			}
			if _, is := s.(MILP); is && a.Share == 1 {
				ended++
				if a.Exact {
					proved++
				}
			}
			if _, is := s.(GreedyCover); !is && math.IsNaN(a.Bound) {
				t.Fatalf("%s: no bound: %v", a.Method, a.Warnings)
			}
		}
	})
	if exact == 0 {
		t.Error("no solution was exact")
	}
	if proved < ended*9/10 {
		t.Errorf("milp proved %d of %d solutions", proved, ended)
	}
}

// tiered reports whether some configuration has a switching price and is on a type whose machines
// do not all cost the same. The dynamic program does not know on which of these machines a replica
// is.
func tiered(p Problem) bool {
	return slices.ContainsFunc(p.Configurations, func(f Configuration) bool { return f.Switch > 0 && len(p.tiers(f.Type)) > 1 })
}

func TestSplitIsTheBestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Problem{
			Demand: []float64{float64(rapid.IntRange(0, 4000).Draw(t, "demand")) / 100}, Types: []HostType{{Max: 9, Host: []int64{1}}},
			Penalty: 2, AccuracyWeight: rapid.SampledFrom([]float64{0, 0.1}).Draw(t, "weight"), MinAccuracy: []float64{float64(rapid.SampledFrom([]int{0, 60, 75, 90}).Draw(t, "floor"))},
		} // the linear solver treats demands far below its tolerance of 1e-7 as 0
		replicas := make([]int, 4)
		for c := range replicas {
			replicas[c] = rapid.IntRange(0, 3).Draw(t, "replicas")
			p.Configurations = append(p.Configurations, Configuration{Capacity: 5, Host: []int64{1}, Accuracy: float64(rapid.IntRange(50, 99).Draw(t, "accuracy"))})
		}
		x := newIndex(p)
		for m, demand := range p.Demand {
			var b program.Builder
			served, accurate := b.Row(math.Inf(-1), demand), b.Row(0, math.Inf(1))
			for _, c := range x.byModel[m] {
				f := p.Configurations[c]
				j := b.Column(-(p.Penalty + p.AccuracyWeight*f.Accuracy), 0, f.Capacity*float64(replicas[c]))
				b.Add(served, j, 1)
				b.Add(accurate, j, f.Accuracy-p.floor(m))
			}
			s, err := linear.Solve(context.Background(), b.Program(), linear.Controls{})
			if err != nil || s.Status != linear.Optimal {
				t.Fatal(s.Status, err)
			}
			const tolerance = 1e-6 // tolerance of the linear solver, for a demand of any size
			if _, worth := x.split(m, replicas, nil); math.Abs(worth+s.Objective) > tolerance*(1+worth) {
				t.Fatalf("model %d: worth %v, the best is %v", m, worth, -s.Objective)
			}
		}
	})
}

// realistic returns a problem of models × types × variants, with devices that replicas share.
func realistic(models, types, variants int, demand float64, most int) Problem {
	return seeded(1, models, types, variants, demand, most)
}

// seeded is such a problem of a seed.
func seeded(seed uint64, models, types, variants int, demand float64, most int) Problem {
	r := rand.New(rand.NewPCG(seed, 2))
	p := Problem{Penalty: 2}
	for range models {
		p.Demand = append(p.Demand, demand*(0.5+r.Float64()))
	}
	for k := range types {
		t := HostType{Max: most, Host: []int64{int64(8 << (k % 3)), int64(32<<(k%3)) << 30}}
		t.Price = 0.1 * float64(t.Host[0]) * (0.8 + 0.4*r.Float64())
		if k%2 == 0 {
			t.Devices, t.Device = 1+3*(k%4/2), []int64{1000, 24 << 30}
			t.Price += float64(t.Devices)
		}
		p.Types = append(p.Types, t)
	}
	for m := range models {
		for k, t := range p.Types {
			for v := range variants {
				f := Configuration{Model: m, Type: k, Capacity: (5 + 20*r.Float64()) / float64(v+1), Host: []int64{int64(2 + v), int64(4+2*v) << 30}, Accuracy: 70 + 8*float64(v)}
				if t.Devices > 0 {
					f.Capacity *= 4
					f.Device = []int64{[]int64{250, 500, 1000}[v%3], int64(3+5*v) << 30}
				}
				p.Configurations = append(p.Configurations, f)
			}
		}
	}
	return p
}

func TestSolversComeNearTheBoundOnARealisticProblem(t *testing.T) {
	for _, p := range []Problem{realistic(4, 10, 3, 2000, 40), realistic(4, 10, 3, 300, 4)} {
		for _, s := range solvers {
			a, err := s.Solve(p)
			if err != nil {
				t.Fatal(err)
			}
			if err := Verify(p, a); err != nil {
				t.Fatalf("%s: %v", a.Method, err)
			}
			l, err := LP{}.Solve(p)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: objective %.3f, bound %.3f, shortfall %.1f, machines %v %v %s", a.Method, a.Objective, l.Bound, a.Shortfall, a.Machines, a.Warnings, a.Scale)
			if a.Objective > 1.25*l.Bound {
				t.Errorf("%s: objective %v, bound %v", a.Method, a.Objective, l.Bound)
			}
		}
	}
}

func TestGreedyCostsAtMostTheBoundAndOneMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "types")
		throughput := rapid.SliceOfN(rapid.IntRange(1, 30), n, n).Draw(t, "throughput")
		prices := rapid.SliceOfN(rapid.Float64Range(1, 40), n, n).Draw(t, "price")
		p := coverProblem(throughput, prices, rapid.IntRange(1, 200).Draw(t, "demand"))
		g, err := GreedyCover{}.Solve(p)
		if err != nil {
			t.Fatal(err)
		}
		l, err := LP{}.Solve(p)
		if err != nil {
			t.Fatal(err)
		}
		dense := 0
		for j := range prices {
			if prices[j]*float64(throughput[dense]) < prices[dense]*float64(throughput[j]) {
				dense = j
			}
		}
		if g.Shortfall[0] > 0 || g.Cost > l.Bound+prices[dense]+1e-6 {
			t.Fatalf("greedy costs %v, the bound is %v, and the machine with the lowest price per throughput costs %v", g.Cost, l.Bound, prices[dense])
		}
	})
}

func TestScarceMachinesAreSharedExactly(t *testing.T) {
	// Model 1 can only use type 0. Model 0 can also use more expensive machines. So the best
	// solution leaves type 0 to model 1.
	p := Problem{
		Demand: []float64{10, 10}, Penalty: 100,
		Types: []HostType{{Price: 1, Max: 1, Host: []int64{1}}, {Price: 3, Max: 9, Host: []int64{1}}},
		Configurations: []Configuration{
			{Model: 0, Type: 0, Capacity: 10, Host: []int64{1}},
			{Model: 0, Type: 1, Capacity: 10, Host: []int64{1}},
			{Model: 1, Type: 0, Capacity: 10, Host: []int64{1}},
		},
	}
	a, err := DP{}.Solve(p)
	if err != nil || !a.Exact || a.Cost != 4 || a.Objective != 4 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestAPlanBeyondTheLimitSaysSo(t *testing.T) {
	p := realistic(4, 10, 3, 300, 4)
	a, err := DP{Limit: 4}.Solve(p)
	if err != nil || Verify(p, a) != nil {
		t.Fatal(err, Verify(p, a))
	}
	if a.Method == "dp" || a.Exact || len(a.Warnings) == 0 {
		t.Errorf("method %q, exact %v, warnings %v", a.Method, a.Exact, a.Warnings)
	}
}

func TestShadowPriceIsTheSlopeOfTheBound(t *testing.T) {
	p := realistic(2, 3, 2, 50, 100)
	bound := func() float64 {
		x := newIndex(p)
		r, err := x.relax().solve(x)
		if err != nil {
			t.Fatal(err)
		}
		return r.bound
	}
	a, err := LP{}.Solve(p)
	if err != nil {
		t.Fatal(err)
	}
	before := bound()
	p.Demand[1] += 0.01
	if slope := (bound() - before) / 0.01; math.Abs(slope-a.Prices[1]) > 1e-4*slope || slope <= 0 {
		t.Errorf("slope %v, price %v", slope, a.Prices[1])
	}
}

func TestNothingToServeOrNothingToRent(t *testing.T) {
	idle := realistic(2, 3, 2, 0, 5)
	bare := Problem{Demand: []float64{3}, Penalty: 2}
	for _, s := range solvers {
		if a, err := s.Solve(idle); err != nil || Verify(idle, a) != nil || a.Objective != 0 || len(a.Layout) != 0 {
			t.Errorf("%s: %+v, %v", s, a, err)
		}
		if a, err := s.Solve(bare); err != nil || Verify(bare, a) != nil || a.Objective != 6 {
			t.Errorf("%s: %+v, %v", s, a, err)
		}
	}
}

func TestEveryFaultIsNamed(t *testing.T) {
	good := realistic(1, 1, 1, 5, 5)
	for name, spoil := range map[string]func(*Problem){
		"penalty":  func(p *Problem) { p.Penalty = math.NaN() },
		"demand":   func(p *Problem) { p.Demand[0] = -1 },
		"floors":   func(p *Problem) { p.MinAccuracy = make([]float64, 2) },
		"max":      func(p *Problem) { p.Types[0].Max = -1 },
		"min":      func(p *Problem) { p.Types[0].Min = -1 },
		"reserved": func(p *Problem) { p.Types[0].Reserved = -1 },
		"rented":   func(p *Problem) { p.Types[0].Rented = -1 },
		"boot":     func(p *Problem) { p.Types[0].Switch = math.NaN() },
		"model":    func(p *Problem) { p.Configurations[0].Model = 1 },
		"type":     func(p *Problem) { p.Configurations[0].Type = -1 },
		"need":     func(p *Problem) { p.Configurations[0].Host = []int64{0, 0}; p.Configurations[0].Device = nil },
		"width":    func(p *Problem) { p.Configurations[0].Host = nil },
		"capacity": func(p *Problem) { p.Configurations[0].Capacity = math.Inf(1) },
	} {
		p := good
		p.Demand = append([]float64(nil), good.Demand...)
		p.Types = append([]HostType(nil), good.Types...)
		p.Configurations = append([]Configuration(nil), good.Configurations...)
		spoil(&p)
		for _, s := range solvers {
			if _, err := s.Solve(p); err == nil {
				t.Errorf("%s: %s accepted it", name, s)
			}
		}
	}
}
