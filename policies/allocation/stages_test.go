package allocation_test

import (
	"math"
	"slices"
	"testing"
	"time"
	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/policies/allocation/place"
	"wavetank/policies/allocation/plan"
	"wavetank/policies/forecast"
	"wavetank/policies/optimize"
	"wavetank/policies/policytest"
	"wavetank/scenarios/theory"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// must returns a value, or panics.
func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// share returns the options that close the share alpha of a gap, upwards and downwards.
func share(alpha float64) control.AutoAdjustOptions {
	return control.AutoAdjustOptions{Up: alpha, Down: alpha}
}

// load returns a demand without a backlog.
func load(rates ...float64) allocation.Demands { return allocation.Demands{Level: rates, Load: rates} }

// lastWindow returns an estimator that expects the rate of the last window.
func lastWindow() *allocation.Expect {
	return must(allocation.NewExpect(allocation.DefaultDemandOptions()))
}

// cheapest returns an allocator with the given controller and the planner that takes the cheapest
// deployments first.
func cheapest(c allocation.Controller) *allocation.Stages {
	return &allocation.Stages{
		Demand: lastWindow(), Capacity: planned{}, Control: c, Plan: must(plan.NewCheapestFirst(1)), Place: place.BestFit{},
	}
}

// planned counts replicas of policytest.Pair by their planned capacity.
type planned struct{}

// Rate implements allocation.Capacity.
func (planned) Rate(d fleet.DeploymentID, n int) (float64, error) {
	return allocation.Planned{Spec: policytest.Pair()}.Rate(d, n)
}

// literal charges the rent for the boot and load of an added replica to one control period.
var literal = plan.SolvedOptions{
	MinReplicas: 1, Switching: plan.DefaultSwitching, Payback: func(time.Duration) time.Duration { return 0 },
}

// solved returns an allocator that plans by the given solver.
func solved(s optimize.Solver) *allocation.Stages {
	return &allocation.Stages{
		Label: s.String(), Demand: lastWindow(), Capacity: planned{}, Control: control.Follow{},
		Plan: must(plan.NewSolved(s, literal)), Place: place.BestFit{},
	}
}

// seen returns a view of an empty fleet at the end of window number k, in which the rates were
// offered.
func seen(c *fleet.Spec, k int, rates ...float64) *sim.View {
	w := sim.Expectation(c, rates, time.Second)
	shift := kernel.Time(k) * kernel.Time(time.Second)
	w.Start, w.End = w.Start+shift, w.End+shift
	return sim.ViewOf(fleet.New(c), w.End).WithWindow(w, time.Second)
}

// counter is a forecaster that counts its observations.
type counter struct{ fed int }

func (c *counter) Observe(float64)      { c.fed++ }
func (c *counter) Forecast(int) float64 { return float64(c.fed) }
func (*counter) String() string         { return "counter" }

func TestWindowsAreObservedOnce(t *testing.T) {
	c := policytest.Pair()
	o := allocation.DefaultDemandOptions()
	o.Forecaster = func() forecast.Forecaster { return &counter{} }
	e := must(allocation.NewExpect(o))
	for i, window := range []int{0, 0, 1, 1, 1, 5} {
		want := []float64{1, 1, 2, 2, 2, 3}[i]
		if got := must(e.Estimate(seen(c, window, 7, 7))).Load; got[0] != want || got[1] != want {
			t.Errorf("decision %d: fed %v times, want %v", i, got, want)
		}
	}
}

func TestHeadroomMultipliesTheDemandAndNoNumberIsNone(t *testing.T) {
	o := allocation.DefaultDemandOptions()
	o.Headroom = 1.5
	e := must(allocation.NewExpect(o))
	if got := must(e.Estimate(seen(policytest.Pair(), 0, 8, 0))).Load; got[0] != 12 || got[1] != 0 {
		t.Errorf("demand %v, want 12 and 0", got)
	}
	o.Forecaster = func() forecast.Forecaster { return wild(math.NaN()) }
	e = must(allocation.NewExpect(o))
	if got := must(e.Estimate(seen(policytest.Pair(), 0, 8, 0))).Load; got[0] != 0 {
		t.Errorf("demand %v of no number", got)
	}
}

type wild float64

func (wild) Observe(float64)        {}
func (w wild) Forecast(int) float64 { return float64(w) }
func (wild) String() string         { return "wild" }

func TestAutoAdjustFollowsItsClosedForm(t *testing.T) {
	c := policytest.Pair()
	const alpha = 0.4
	a := must(control.NewAutoAdjust(share(alpha)))
	wanted := func(k int, rate float64) float64 {
		now := allocation.NewSituation(seen(c, k, rate, 0), load(rate, 0), "", false)
		return a.Control(now).Amount[0]
	}
	wanted(0, 100)
	for k := 1; k < 20; k++ {
		if got, want := wanted(k, 40), 40+60*math.Pow(1-alpha, float64(k)); math.Abs(got-want) > 1e-9 {
			t.Fatalf("step %d: planned %v, want %v", k, got, want)
		}
	}
}

func TestFillTakesTheCheapestFirstAndStaysWithinTheLimits(t *testing.T) {
	c := policytest.Pair()
	for _, test := range []struct {
		wanted []float64
		want   []int
	}{
		{[]float64{0, 0}, []int{0, 0, 0}},
		{[]float64{11, 0}, []int{2, 0, 0}},    // 0.05 $ per request against 0.06
		{[]float64{90, 0}, []int{6, 1, 0}},    // all six cheap replicas serve 60/s
		{[]float64{9999, 0}, []int{6, 2, 0}},  // all machines are rented
		{[]float64{30, 30}, []int{3, 0, 3}},   // shared
		{[]float64{400, 60}, []int{5, 2, 1}},  // more of the model that misses more
		{[]float64{0, 9999}, []int{0, 0, 6}},  // the second model has no fast deployment
		{[]float64{1e-6, 99}, []int{1, 0, 5}}, // a little demand is served first
	} {
		now := allocation.NewSituation(seen(c, 0, 0, 0), load(test.wanted...), "", false)
		got := must(must(plan.NewCheapestFirst(0)).Plan(now, test.wanted)).Replicas
		if sum := got[0] + got[2]; sum > 6 || got[1] > 2 {
			t.Errorf("%v: %v is beyond the limits", test.wanted, got)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.wanted, got, test.want)
		}
	}
}

func TestDeploymentsAreChosenByName(t *testing.T) {
	a := cheapest(control.Follow{})
	a.Deployment = "@fast"
	got := must(a.Targets(seen(policytest.Pair(), 0, 60, 5)))
	if !slices.Equal(got.Replicas, []int{0, 2, 0}) || !slices.Equal(got.Shortfall, []float64{0, 5}) {
		t.Errorf("replicas %v, shortfall %v", got.Replicas, got.Shortfall)
	}
}

// static returns static-peak for a load per window and model, and a counter of how often the load
// was asked for.
func static(offered [][]float64) (a *allocation.Stages, asked *int) {
	asked = new(int)
	a = cheapest(control.Follow{})
	a.Capacity = allocation.NewErlang(policytest.Pair())
	a.WholeRun = true
	a.Demand = must(allocation.NewPeakForesight(func() ([][]float64, error) { *asked++; return offered, nil }, 1))
	return a, asked
}

func TestStaticPeakIsTheMostThatAnyWindowNeeds(t *testing.T) {
	c := policytest.Pair()
	offered := [][]float64{{3, 0}, {55, 20}, {17, 10}, {0, 1}}
	s, asked := static(offered)
	got := must(s.Targets(seen(c, 0, 0, 0)))
	most := got.Replicas[0]
	// The smallest number by definition: with one replica less, too many requests wait too long.
	k := &c.Deployments[0]
	speed := 1 / k.Latency.Latency(1).Seconds()
	spare := (c.Models[0].Target - k.Latency.Latency(1)).Seconds()
	tail := func(n int) float64 {
		q, err := theory.NewMMc(n, 55, speed)
		if err != nil {
			return 1 // too few servers for the load
		}
		return q.WaitAbove(spare)
	}
	if !(tail(most) <= 0.01) || tail(most-1) <= 0.01 {
		t.Errorf("with %d replicas %v wait too long, with one less %v", most, tail(most), tail(most-1))
	}
	again := must(s.Targets(seen(c, 1, 500, 500)))
	if !slices.Equal(again.Replicas, got.Replicas) || *asked != 1 {
		t.Errorf("%v after %v, asked %d times: it was to decide once", again.Replicas, got.Replicas, *asked)
	}
}

func TestSolversKeepAReplicaOfAnIdleModel(t *testing.T) {
	eachSolver(t, func(s *allocation.Stages) {
		got := must(s.Targets(seen(policytest.Pair(), 0, 12, 0)))
		if got.Replicas[2] != 1 || got.Capacity[0] < 12 || got.Demand[1] != 0 {
			t.Errorf("%s: %+v", s, got)
		}
	})
}

// eachSolver calls do with an allocator of every solver.
func eachSolver(t *testing.T, do func(s *allocation.Stages)) {
	t.Helper()
	for _, solver := range []optimize.Solver{optimize.GreedyCover{}, optimize.DP{}, optimize.LP{}} {
		do(solved(solver))
	}
}

func TestAnIdleModelKeepsItsReplicaWhereLimitsAreTight(t *testing.T) {
	eachSolver(t, func(s *allocation.Stages) {
		c := policytest.Pair()
		c.Types[0].Max, c.Types[1].Max = 1, 0
		got, err := s.Targets(seen(c, 0, 500, 0))
		if err != nil || !slices.Equal(got.Replicas, []int{1, 0, 1}) {
			t.Errorf("%s: %v (%v), want one replica each", s, got.Replicas, err)
		}
	})
}

func TestNoPriceIsAReasonToLeaveDemandUnserved(t *testing.T) {
	eachSolver(t, func(s *allocation.Stages) {
		c := policytest.Pair()
		c.Types[0].Price, c.Types[1].Price = 1e5, 3e5
		got, err := s.Targets(seen(c, 0, 35, 20))
		if err != nil || got.Shortfall[0] != 0 || got.Shortfall[1] != 0 {
			t.Errorf("%s: shortfall %v (%v)", s, got.Shortfall, err)
		}
	})
}

func TestShortfallIsWhatTheLimitsLeave(t *testing.T) {
	for _, s := range []*allocation.Stages{solved(optimize.DP{}), cheapest(must(control.NewAutoAdjust(share(0.5))))} {
		plan := must(s.Allocate(seen(policytest.Pair(), 0, 500, 0)))
		if served := plan.Capacity[0] + plan.Shortfall[0]; math.Abs(served-500) > 1e-9 || plan.Capacity[0] > 160 {
			t.Errorf("%s: capacity %v and shortfall %v of 500", s, plan.Capacity, plan.Shortfall)
		}
	}
}

func TestAutoAdjustCallsNoGapAShortfallThatItIsClosing(t *testing.T) {
	a := cheapest(must(control.NewAutoAdjust(share(0.1))))
	for k, rate := range []float64{10, 100} {
		got := must(a.Targets(seen(policytest.Pair(), k, rate, 0)))
		if got.Shortfall[0] != 0 {
			t.Errorf("shortfall %v with capacity %v for %v", got.Shortfall[0], got.Capacity[0], rate)
		}
	}
}

func TestAutoscalerKeepsUtilizationAtItsTarget(t *testing.T) {
	h := cheapest(must(control.NewHPA(control.DefaultHPAOptions())))
	f := fleet.New(policytest.Pair())
	stand := func(replicas int) { // places two replicas on each machine
		for f.Count(0).Ready < replicas {
			on := fleet.MachineID(f.Replicas() / 2)
			if int(on) == f.Machines() {
				f.Boot(must(f.Order(0, 0, 0)))
			}
			f.MakeReady(must(f.Place(0, on, 0, 0)), 0)
		}
	}
	for k, c := range []struct {
		busy float64 // share of the last window
		want int
	}{{0, 2}, {0.75, 2}, {1, 3}, {0.69, 3}, {0.1, 3}} { // the first fleet serves 20/s
		w := sim.Expectation(f.Spec(), []float64{20, 0}, time.Second)
		w.End = kernel.Time(k) * kernel.Time(time.Minute)
		w.Deployments[0] = sim.DeploymentWindow{Busy: time.Duration(c.busy * float64(time.Minute)), Ready: time.Minute}
		targets := must(h.Targets(sim.ViewOf(f, w.End).WithWindow(w, time.Minute)))
		if targets.Replicas[0] != c.want {
			t.Errorf("decision %d: %d replicas, want %d", k, targets.Replicas[0], c.want)
		}
		stand(targets.Replicas[0])
	}
}

// TestTheStaticFleetIsForTheWholeRun: the number of machines that can be rented at the start does
// not limit the static fleet.
func TestTheStaticFleetIsForTheWholeRun(t *testing.T) {
	decide := func(limit int) []int {
		f := fleet.New(policytest.Pair())
		f.SetLimit(0, limit)
		s, _ := static([][]float64{{100, 0}})
		return must(s.Targets(sim.ViewOf(f, 0))).Replicas
	}
	if few, all := decide(0), decide(99); !slices.Equal(few, all) {
		t.Errorf("it decides on %v with no machine there, and on %v with all", few, all)
	}
}

// TestSolversCountSlices: solvers put as many slices of each profile on a GPU as NVIDIA lists.
func TestSolversCountSlices(t *testing.T) {
	c := policytest.Pair()
	c.Models, c.Variants = c.Models[:1], c.Variants[:1]
	c.Types = []fleet.MachineType{{Cores: 64, Memory: 1 << 40, GPUs: 1, GPUMemory: 40 << 30, Sliced: true, Max: 9, Price: 1}}
	shape := c.Deployments[0]
	c.Deployments = nil
	for _, s := range fleet.Slices() {
		shape.Need = s.Need(fleet.Resources{Cores: 1, Memory: 1}, 40<<30)
		c.Deployments = append(c.Deployments, shape)
	}
	p := allocation.NewSituation(sim.ViewOf(fleet.New(c), 0), load(0), "", false).Problem
	var per []int
	for d := range p.Configurations {
		per = append(per, p.PerMachine(d))
	}
	if !slices.Equal(per, []int{7, 4, 3, 2, 1, 1}) {
		t.Errorf("on a GPU there is room for %v", per)
	}
}
