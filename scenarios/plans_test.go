package scenarios

import (
	"context"
	"math"
	"strings"
	"testing"

	"wavetank/policies/optimize"
	"wavetank/sim/kernel"
)

// TestBoundsAreNearTheOptimumOnShippedScenarios solves the problem of each decision of lp. Its
// bound is at most 5 % below the best known plan.
func TestBoundsAreNearTheOptimumOnShippedScenarios(t *testing.T) {
	for _, name := range []string{"quickstart", "mixed-fleet"} {
		e := prepare(t, "library/"+name+".yaml")
		gap, most, n := 0., 0., 0.
		for _, p := range problemsOf(t, e, "lp") {
			a, err := optimize.Solve(optimize.LP{}, p)
			if err != nil {
				t.Fatal(err)
			}
			best, err := optimize.Solve(optimize.MILP{}, p)
			if err != nil {
				t.Fatal(err)
			}
			if best.Share < 1 || best.Objective == 0 {
				continue
			}
			below := 1 - a.Bound/best.Objective
			gap, most, n = gap+below, max(most, below), n+1
		}
		t.Logf("%s: bounds of %v plans are %.2f %% below the best in the mean, %.2f %% at most", name, n, 100*gap/n, 100*most)
		if n < 30 || most > 0.05 {
			t.Errorf("%s: of %v plans, a bound is %.2f %% below the best", name, n, 100*most)
		}
	}
}

// problemsOf returns the allocation problems that a policy solves in the first replication.
func problemsOf(t *testing.T, e *Experiment, policy string) (list []optimize.Problem) {
	t.Helper()
	for i, p := range e.Scenario.Policies {
		if p.Name != policy {
			continue
		}
		one, err := e.trial(context.Background(), i, e.First)
		if err != nil {
			t.Fatal(err)
		}
		w, can := one.watch.Allocator.(watchable)
		if !can || !w.Watch(func(_ kernel.Time, p optimize.Problem) { list = append(list, p) }) {
			t.Fatalf("%s solves no problem", policy)
		}
		one.Observers = nil
		if err := one.run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// TestSolversTellHowGoodTheirPlansAre: one machine of 0.526 $/h serves the load, and it can hold
// only one replica. So each plan of a solver that reports a bound is proved to be the cheapest, and
// a request per second has the price of its share of the machine. Policies without a solver report
// nothing.
func TestSolversTellHowGoodTheirPlansAre(t *testing.T) {
	values := meansOfAll(run(t, prepared(t, rented("", "", "dp, lp, milp, greedy, static-peak, hpa, static-best, oracle")), 2))
	for _, p := range []string{"dp", "lp", "milp", "static-peak"} {
		if values[p+" all plans"] == 0 || values[p+" all plans_exact"] != 100 || values[p+" all plan_gap_max"] != 0 || values[p+" all plans_altered"] != 0 {
			t.Errorf("%s: %v plans, %v %% exact, worst gap %v %%", p, values[p+" all plans"], values[p+" all plans_exact"], values[p+" all plan_gap_max"])
		}
	}
	if price := values["lp resnet shadow_price_demand"]; !(price > 0) || math.Abs(price-values["milp resnet shadow_price_demand"]) > 1e-9 {
		t.Errorf("prices %v of lp, %v of milp", price, values["milp resnet shadow_price_demand"])
	}
	for key, v := range values {
		told := strings.Contains(key, " plan") || strings.Contains(key, "shadow_price")
		for _, p := range []string{"hpa", "static-best", "oracle"} {
			if told && strings.HasPrefix(key, p+" ") {
				t.Errorf("%s is %v, but no solver made that plan", key, v)
			}
		}
		if told && strings.HasPrefix(key, "greedy ") && strings.Contains(key, "gap") {
			t.Errorf("%s is %v, but greedy knows no bound", key, v)
		}
	}
}

// TestEachPoolHasAPrice: both the prefill and the decode replicas have a price per request.
func TestEachPoolHasAPrice(t *testing.T) {
	values := meansOfAll(run(t, prepared(t, partedChat("{compute: {constant: 2ms, prefill: 50µs, decode: 1ms}}", "")), 2))
	for _, pool := range []string{"chat/prefill", "chat/decode"} {
		if price := values["static-peak "+pool+" shadow_price_demand"]; !(price > 0) {
			t.Errorf("%s: price %v", pool, price)
		}
	}
}
