package allocation_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/policies/allocation/plan"
	"wavetank/policies/optimize"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// The load of 12/s takes two replicas on cheap machines. The other model has no load, but keeps one
// replica, which counts as a demand of 10/s. Two replicas fill a machine of 1 $/h. So a request per
// second has a price of 0.05 $/h, and the plan costs 2 $/h. No machine type is scarce.
func TestPlansTellWhatTheirSolverKnows(t *testing.T) {
	for _, s := range []optimize.Solver{optimize.LP{}, optimize.Best{}, optimize.MILP{}} {
		got := must(solved(s).Allocate(seen(policytest.Pair(), 0, 12, 0))).Optimality
		if got == nil {
			t.Fatalf("%s tells nothing", s)
		}
		if !strings.HasPrefix(got.Method, s.String()) || got.Objective != 2 || !(got.Bound <= 2) || got.Altered || got.Exact && got.Gap() != 0 {
			t.Errorf("%s: %+v", s, got)
		}
		for i := range 2 {
			if math.Abs(got.Demand[i]-0.05) > 1e-9 || got.Limits[i] != 0 {
				t.Errorf("%s: prices %v and %v, want 0.05 and 0", s, got.Demand, got.Limits)
			}
		}
	}
	if got := must(solved(optimize.MILP{}).Allocate(seen(policytest.Pair(), 0, 12, 0))).Optimality; !got.Exact {
		t.Errorf("milp does not prove %+v", got)
	}
	if got := must(cheapest(control.Follow{}).Allocate(seen(policytest.Pair(), 0, 12, 0))).Optimality; got != nil {
		t.Errorf("cheapest solves nothing, but tells %+v", got)
	}
	if got := must(solved(optimize.LP{}).Fits(policytest.Pair(), []float64{12, 0})).Optimality; got != nil {
		t.Errorf("a part of a schedule tells %+v", got)
	}
}

// The price of demand that cannot be served would be the penalty, which says nothing about
// machines.
func TestAShortageHasNoPrices(t *testing.T) {
	got := must(solved(optimize.LP{}).Allocate(seen(policytest.Pair(), 0, 500, 0))).Optimality
	if got.Demand != nil || got.Limits != nil || math.IsNaN(got.Objective) {
		t.Errorf("%+v", got)
	}
}

// counted is a controller that wants numbers of replicas instead of capacity.
type counted struct{ control.Follow }

func (counted) Control(*allocation.Situation) allocation.Wanted {
	return allocation.Wanted{Amount: []float64{2, 1}, Counts: true}
}

func TestAPriceOfReplicasIsNoPriceOfRequests(t *testing.T) {
	a := solved(optimize.LP{})
	a.Control = counted{}
	if got := must(a.Allocate(seen(policytest.Pair(), 0, 12, 0))).Optimality; got.Demand != nil || got.Limits == nil {
		t.Errorf("%+v", got)
	}
}

// A minimum of three replicas of each model is part of the problem. They fit on three cheap
// machines, and no solver's plan has to be altered.
func TestAMinimumIsInTheProblem(t *testing.T) {
	for _, s := range []optimize.Solver{optimize.GreedyCover{}, optimize.DP{}, optimize.LP{}, optimize.MILP{}} {
		a, o := solved(s), literal
		o.MinReplicas = 3
		a.Plan = must(plan.NewSolved(s, o))
		got := must(a.Targets(seen(policytest.Pair(), 0, 12, 0))).Chosen
		if o := got.Optimality; !slices.Equal(got.Replicas, []int{3, 0, 3}) || o.Objective != 3 || o.Altered || got.Layout == nil {
			t.Errorf("%s: replicas %v, %+v", s, got.Replicas, o)
		}
	}
}

// counting is a solver that counts how often it is asked.
type counting struct {
	optimize.LP
	asked *int
}

func (c counting) Solve(p optimize.Problem) (optimize.Solution, error) {
	*c.asked++
	return c.LP.Solve(p)
}

// A problem that is the same as the last one is not solved again, and what was done to the last
// plan does not show in the next one.
func TestTheSameProblemIsSolvedOnce(t *testing.T) {
	asked := 0
	a := solved(counting{asked: &asked})
	first := must(a.Targets(seen(policytest.Pair(), 0, 12, 0)))
	first.Replicas[0] += 7
	first.Altered()
	for range 2 {
		got := must(a.Targets(seen(policytest.Pair(), 0, 12, 0)))
		if !slices.Equal(got.Replicas, []int{2, 0, 1}) || got.Layout == nil || got.Optimality.Altered || got.Optimality.Demand == nil {
			t.Errorf("%v, %+v", got.Replicas, got.Optimality)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times for one problem", asked)
	}
	if got := must(a.Targets(seen(policytest.Pair(), 0, 22, 0))); asked != 2 || got.Replicas[0] != 3 {
		t.Errorf("asked %d times for two problems: %v", asked, got.Replicas)
	}
}

// altered checks that a plan claims no proof that belongs to another plan, but keeps the prices.
func altered(t *testing.T, got allocation.Chosen) {
	t.Helper()
	o := got.Optimality
	if !o.Altered || o.Exact || !math.IsNaN(o.Gap()) || !math.IsNaN(o.Objective) || got.Layout != nil || o.Demand == nil {
		t.Errorf("%+v with layout %v", o, got.Layout)
	}
}

// A replica that loads is kept, though no load needs it.
func TestAlteredPlansClaimNoProof(t *testing.T) {
	a := solved(optimize.LP{})
	a.KeepLoading = func(time.Duration) time.Duration { return time.Hour }
	c := policytest.Pair()
	f, w := fleet.New(c), sim.Expectation(c, []float64{12, 0}, time.Second)
	fast := must(f.Order(1, 0, 0))
	f.Boot(fast)
	must(f.Place(1, fast, 0, 0))
	got := must(a.Targets(sim.ViewOf(f, w.End).WithWindow(w, time.Second)))
	if got.Replicas[1] != 1 {
		t.Fatalf("%v replicas, want the one that loads among them", got.Replicas)
	}
	altered(t, got.Chosen)
}

// TestLoadingReplicasInSpareRoomAreNotKept: the plan wants three replicas, and a fourth loads in
// spare room. Without UseSpare it would be kept.
func TestLoadingReplicasInSpareRoomAreNotKept(t *testing.T) {
	for _, use := range []bool{true, false} {
		a := solved(optimize.LP{})
		a.KeepLoading, a.UseSpare = func(time.Duration) time.Duration { return time.Hour }, use
		c := policytest.Pair()
		f, w := fleet.New(c), sim.Expectation(c, []float64{12, 0}, time.Second)
		v := sim.ViewOf(f, w.End).WithWindow(w, time.Second)
		if got := must(a.Targets(v)); !slices.Equal(got.Replicas, []int{2, 0, 1}) || got.UseSpare != use {
			t.Fatalf("%v replicas, use of spare room %v", got.Replicas, got.UseSpare)
		}
		for range 2 {
			f.Boot(must(f.Order(0, 0, 0)))
		}
		for id, d := range []fleet.DeploymentID{0, 0, 2, 2} {
			must(f.Place(d, fleet.MachineID(id/2), 0, 0))
		}
		got := must(a.Targets(sim.ViewOf(f, w.End).WithWindow(w, time.Second)))
		if kept := got.Replicas[2] == 2; kept == use || got.Optimality.Altered == use {
			t.Errorf("use of spare room %v: %v replicas, altered %v", use, got.Replicas, got.Optimality.Altered)
		}
	}
}
