package optimize

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// scarce returns a problem of two models. Model 0 can use machines of type 1 for 1 $/h, or of type
// 0 for 3 $/h. Model 1 can only use type 1. A machine serves 10 requests per second.
func scarce(machines int) Problem {
	return Problem{
		Demand: []float64{10, 8}, Penalty: 100,
		Types: []HostType{{Price: 3, Max: 9, Host: []int64{1}}, {Price: 1, Max: machines, Host: []int64{1}}},
		Configurations: []Configuration{
			{Model: 0, Type: 1, Capacity: 10, Host: []int64{1}},
			{Model: 0, Type: 0, Capacity: 10, Host: []int64{1}},
			{Model: 1, Type: 1, Capacity: 10, Host: []int64{1}},
		},
	}
}

// The relaxation gives 0.8 of the only machine of type 1 to model 1. One more machine of type 1
// would save 2 $/h, because it would replace one of type 0. For both models, one more request per
// second costs a tenth of 3 $/h: a request of model 1 displaces one of model 0 to type 0. With
// enough machines the price is a tenth of 1 $/h, and the limit has no price.
func TestAScarceTypeHasAPrice(t *testing.T) {
	for _, c := range []struct {
		machines     int
		price, limit float64
	}{{1, 0.3, 2}, {2, 0.1, 0}} {
		for _, s := range []Solver{LP{}, Best{}, MILP{}} {
			a, err := Solve(s, scarce(c.machines))
			if err != nil {
				t.Fatal(err)
			}
			if !near(a.Prices[0], c.price) || !near(a.Prices[1], c.price) || !near(a.Limits[1], c.limit) || a.Limits[0] != 0 {
				t.Errorf("%s, %d machines: prices %v and %v, want %v and %v", s, c.machines, a.Prices, a.Limits, c.price, c.limit)
			}
		}
	}
}

// TestNoDemandCostsLessThanItsPriceSays: the optimum of the relaxation is convex in the demand, and
// the price is its slope.
func TestNoDemandCostsLessThanItsPriceSays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := realistic(3, 4, 2, rapid.Float64Range(10, 3000).Draw(r, "demand"), rapid.IntRange(1, 9).Draw(r, "max"))
		p.AccuracyWeight = rapid.SampledFrom([]float64{0, 0.001}).Draw(r, "weight")
		for c := range p.Configurations {
			f := &p.Configurations[c]
			f.Switch = rapid.SampledFrom([]float64{0, 0.5}).Draw(r, "switch")
			if n := rapid.IntRange(0, 3).Draw(r, "present"); n > 0 {
				p.Present = append(p.Present, alone(p, c, n))
			}
		}
		before := solvedRelaxation(r, p)
		m := rapid.IntRange(0, len(p.Demand)-1).Draw(r, "model")
		change := p.Demand[m] * rapid.Float64Range(-0.9, 2).Draw(r, "change")
		p.Demand[m] += change
		if after := solvedRelaxation(r, p); after.bound < before.bound+change*before.prices[m]-1e-6*(1+math.Abs(before.bound)) {
			r.Fatalf("%v more requests per second cost %v $/h, the price of one is %v", change, after.bound-before.bound, before.prices[m])
		}
	})
}

// solvedRelaxation solves the relaxation of a problem.
func solvedRelaxation(r *rapid.T, p Problem) relaxed {
	x := newIndex(p)
	out, err := x.relax().solve(x)
	if err != nil {
		r.Fatal(err)
	}
	return out
}

// A model without demand has no price. If one configuration serves all of a demand, the price is
// the price of this configuration.
func TestOneConfigurationSetsThePrice(t *testing.T) {
	p := scarce(9)
	p.Demand[1] = 0
	a, err := Solve(LP{}, p)
	if err != nil || !near(a.Prices[0], 0.1) || !math.IsNaN(a.Prices[1]) {
		t.Errorf("prices %v, want 0.1 and none (%v)", a.Prices, err)
	}
}

// TestOneMoreMachineSavesAtMostItsPrice: the optimum of the relaxation is convex in the limits. So
// one more machine saves at most the price of the limit, and nothing if the price is 0. This holds
// with rented, reserved and kept machines, and with a budget.
func TestOneMoreMachineSavesAtMostItsPrice(t *testing.T) {
	binding := 0
	rapid.Check(t, func(r *rapid.T) {
		p := realistic(3, 4, 2, rapid.Float64Range(10, 3000).Draw(r, "demand"), 3)
		for k := range p.Types {
			number := func(name string) int { return rapid.IntRange(0, 4).Draw(r, name) }
			p.Types[k].Max, p.Types[k].Rented, p.Types[k].Reserved, p.Types[k].Switch = number("max"), number("rented"), number("reserved"), float64(number("switch"))
			p.Types[k].Min = min(number("min"), p.Types[k].Max)
		}
		if rapid.Bool().Draw(r, "limited") {
			p.Budget = rapid.Float64Range(5, 40).Draw(r, "budget")
		}
		before := solvedRelaxation(r, p)
		k := rapid.IntRange(0, len(p.Types)-1).Draw(r, "type")
		price := before.limits[k]
		if p.Types[k].Max == 0 {
			if !math.IsNaN(price) {
				r.Fatalf("the price of a type with a limit of 0 machines is %v, want NaN", price)
			}
			return
		}
		p.Types[k].Max++
		if saves := before.bound - solvedRelaxation(r, p).bound; saves > price+1e-6*(1+math.Abs(before.bound)) || price < 0 {
			r.Fatalf("one machine more saves %v $/h, its price is %v", saves, price)
		}
		if price > 0 {
			binding++
			if before.machines[k] < float64(p.Types[k].Max-1)-1e-6 {
				r.Fatalf("the limit has the price %v, with %v machines of %v", price, before.machines[k], p.Types[k].Max-1)
			}
		}
	})
	if binding == 0 {
		t.Error("no limit was ever tight")
	}
}
