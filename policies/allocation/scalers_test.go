package allocation

import (
	"math"
	"slices"
	"testing"
	"time"

	"wavetank/policies/optimize"
	"wavetank/scenarios/theory"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// pair is one model on two types of machine: cheap ones of which two replicas fit, each of 10 requests per
// second, and fast ones for one replica of 50.
func pair() *fleet.Spec {
	law := func(rate float64) profile.Batch {
		b, err := profile.Table([]profile.Point{{Size: 1, Latency: kernel.Seconds(0.5 / rate)}})
		if err != nil {
			panic(err)
		}
		return b
	}
	return &fleet.Spec{
		Kinds: []string{"cpu"},
		Types: []fleet.MachineType{{Name: "cheap", Cores: 4, Price: 1, Max: 3}, {Name: "fast", Cores: 4, Price: 3, Max: 2}},
		Models: []fleet.Model{
			{Name: "one", Variants: []fleet.VariantID{0}, Target: time.Second, Percentile: 99, QueueLimit: -1},
			{Name: "two", Variants: []fleet.VariantID{1}, Target: time.Second, Percentile: 99, QueueLimit: -1},
		},
		Variants: []fleet.Variant{{Name: "one"}, {Name: "two", Model: 1}},
		Deployments: []fleet.Deployment{
			{Name: "one@cheap", Need: fleet.Resources{Cores: 2}, Latency: law(10), MaxBatch: 1, Slots: 1, Capacity: 10},
			{Name: "one@fast", Type: 1, Need: fleet.Resources{Cores: 3}, Latency: law(50), MaxBatch: 1, Slots: 1, Capacity: 50},
			{Name: "two@cheap", Variant: 1, Model: 1, Need: fleet.Resources{Cores: 2}, Latency: law(10), MaxBatch: 1, Slots: 1, Capacity: 10},
		},
	}
}

// seen returns a view of an empty fleet at the end of window number k, in which the rates were offered.
func seen(c *fleet.Spec, k int, rates ...float64) *sim.View {
	w := sim.Expectation(c, rates, time.Second)
	shift := kernel.Time(k) * kernel.Time(time.Second)
	w.Start, w.End = w.Start+shift, w.End+shift
	return sim.ViewOf(fleet.New(c), w.End).WithWindow(w, time.Second)
}

// counter is a forecaster that tells how often it was fed.
type counter struct{ fed int }

func (c *counter) Observe(float64)      { c.fed++ }
func (c *counter) Forecast(int) float64 { return float64(c.fed) }

func TestWindowsAreObservedOnce(t *testing.T) {
	c := pair()
	o := DefaultOptions()
	o.Forecaster = func() Forecaster { return &counter{} }
	e := newEstimate(o)
	for i, window := range []int{0, 0, 1, 1, 1, 5} {
		want := []float64{1, 1, 2, 2, 2, 3}[i]
		if got := e.demand(seen(c, window, 7, 7)); got[0] != want || got[1] != want {
			t.Errorf("decision %d: fed %v times, want %v", i, got, want)
		}
	}
}

func TestHeadroomMultipliesTheDemandAndNoNumberIsNone(t *testing.T) {
	o := DefaultOptions()
	o.Headroom = 1.5
	e := newEstimate(o)
	if got := e.demand(seen(pair(), 0, 8, 0)); got[0] != 12 || got[1] != 0 {
		t.Errorf("demand %v, want 12 and 0", got)
	}
	o.Forecaster = func() Forecaster { return wild(math.NaN()) }
	e = newEstimate(o)
	if got := e.demand(seen(pair(), 0, 8, 0)); got[0] != 0 {
		t.Errorf("demand %v of no number", got)
	}
}

type wild float64

func (wild) Observe(float64)        {}
func (w wild) Forecast(int) float64 { return float64(w) }

func TestAutoAdjustFollowsItsClosedForm(t *testing.T) {
	c := pair()
	const alpha = 0.4
	a, err := NewAutoAdjust(alpha, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Scale(seen(c, 0, 100, 0)); err != nil {
		t.Fatal(err)
	}
	for k := 1; k < 20; k++ {
		if _, err := a.Scale(seen(c, k, 40, 0)); err != nil {
			t.Fatal(err)
		}
		if want := 40 + 60*math.Pow(1-alpha, float64(k)); math.Abs(a.planned[0]-want) > 1e-9 {
			t.Fatalf("step %d: planned %v, want %v", k, a.planned[0], want)
		}
	}
}

func TestFillTakesTheCheapestFirstAndStaysWithinTheLimits(t *testing.T) {
	c := pair()
	for _, test := range []struct {
		wanted []float64
		want   []int
	}{
		{[]float64{0, 0}, []int{0, 0, 0}},
		{[]float64{11, 0}, []int{2, 0, 0}},    // 0.05 $ per request against 0.06
		{[]float64{90, 0}, []int{6, 1, 0}},    // the cheap ones run out at 60
		{[]float64{9999, 0}, []int{6, 2, 0}},  // all there is
		{[]float64{30, 30}, []int{3, 0, 3}},   // shared
		{[]float64{400, 60}, []int{5, 2, 1}},  // each to the larger missing share, while there is room
		{[]float64{0, 9999}, []int{0, 0, 6}},  // no fast deployment
		{[]float64{1e-6, 99}, []int{1, 0, 5}}, // a little demand is served first
	} {
		p := Problem(seen(c, 0, 0, 0), test.wanted, "")
		got := fill(p, cheapest(p), test.wanted)
		if sum := got[0] + got[2]; sum > 6 || got[1] > 2 {
			t.Errorf("%v: %v is beyond the limits", test.wanted, got)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.wanted, got, test.want)
		}
	}
}

func TestDeploymentsAreChosenByName(t *testing.T) {
	o := DefaultOptions()
	o.Deployment = "@fast"
	f, err := NewFollow(o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Scale(seen(pair(), 0, 60, 5))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Replicas, []int{0, 2, 0}) || !slices.Equal(got.Shortfall, []float64{0, 5}) {
		t.Errorf("replicas %v, shortfall %v", got.Replicas, got.Shortfall)
	}
}

func TestStaticPeakIsTheMostThatAnyWindowNeeds(t *testing.T) {
	c := pair()
	offered := [][]float64{{3, 0}, {55, 20}, {17, 10}, {0, 1}}
	asked := 0
	s, err := NewStaticPeak(func() ([][]float64, error) { asked++; return offered, nil }, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Scale(seen(c, 0, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	most := 0
	for _, rates := range offered {
		most = max(most, servers(c, 0, rates[0]))
	}
	if got.Replicas[0] != most || most == 0 {
		t.Errorf("%d replicas, the windows need at most %d", got.Replicas[0], most)
	}
	// The smallest number by the definition: too many wait too long with one less.
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
	again, err := s.Scale(seen(c, 1, 500, 500))
	if err != nil || !slices.Equal(again.Replicas, got.Replicas) || asked != 1 {
		t.Errorf("%v after %v, asked %d times: it was to decide once (%v)", again.Replicas, got.Replicas, asked, err)
	}
}

func TestSolversKeepAReplicaOfAnIdleModel(t *testing.T) {
	eachSolver(t, func(s *Solved) {
		got, err := s.Scale(seen(pair(), 0, 12, 0))
		if err != nil {
			t.Fatal(err)
		}
		if got.Replicas[2] != 1 || got.Capacity[0] < 12 || got.Demand[1] != 0 {
			t.Errorf("%s: %+v", s, got)
		}
	})
}

// eachSolver calls do with the scaler of every solver.
func eachSolver(t *testing.T, do func(s *Solved)) {
	t.Helper()
	for _, solver := range []optimize.Solver{optimize.GreedyCover{}, optimize.DP{}, optimize.LP{}} {
		s, err := NewSolved(solver, DefaultSwitching, DefaultOptions())
		if err != nil {
			t.Fatal(err)
		}
		do(s)
	}
}

func TestAnIdleModelKeepsItsReplicaWhereLimitsAreTight(t *testing.T) {
	eachSolver(t, func(s *Solved) {
		c := pair()
		c.Types[0].Max, c.Types[1].Max = 1, 0
		got, err := s.Scale(seen(c, 0, 500, 0))
		if err != nil || !slices.Equal(got.Replicas, []int{1, 0, 1}) {
			t.Errorf("%s: %v (%v), want one replica each", s, got.Replicas, err)
		}
	})
}

func TestNoPriceIsAReasonToLeaveDemandUnserved(t *testing.T) {
	eachSolver(t, func(s *Solved) {
		c := pair()
		c.Types[0].Price, c.Types[1].Price = 1e5, 3e5
		got, err := s.Scale(seen(c, 0, 35, 20))
		if err != nil || got.Shortfall[0] != 0 || got.Shortfall[1] != 0 {
			t.Errorf("%s: shortfall %v (%v)", s, got.Shortfall, err)
		}
	})
}

func TestShortfallIsWhatTheLimitsLeave(t *testing.T) {
	solved, err := NewSolved(optimize.DP{}, DefaultSwitching, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	adjust, err := NewAutoAdjust(0.5, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Scaler{solved, adjust} {
		plan, err := Compose(s, BestFit{}).Allocate(seen(pair(), 0, 500, 0))
		if err != nil {
			t.Fatal(err)
		}
		if served := plan.Capacity[0] + plan.Shortfall[0]; math.Abs(served-500) > 1e-9 || plan.Capacity[0] > 160 {
			t.Errorf("%s: capacity %v and shortfall %v of 500", s, plan.Capacity, plan.Shortfall)
		}
	}
}

func TestAutoAdjustCallsNoGapAShortfallThatItIsClosing(t *testing.T) {
	a, err := NewAutoAdjust(0.1, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for k, rate := range []float64{10, 100} {
		got, err := a.Scale(seen(pair(), k, rate, 0))
		if err != nil {
			t.Fatal(err)
		}
		if got.Shortfall[0] != 0 {
			t.Errorf("shortfall %v with capacity %v for %v", got.Shortfall[0], got.Capacity[0], rate)
		}
	}
}

func TestAutoscalerKeepsUtilizationAtItsTarget(t *testing.T) {
	h, err := NewHPA(DefaultHPAOptions())
	if err != nil {
		t.Fatal(err)
	}
	f := standing(t, 3)
	for k, c := range []struct {
		busy float64 // share of the last window
		want int
	}{{0.75, 3}, {1, 5}, {0.69, 5}, {0.1, 5}} {
		w := sim.Expectation(f.Spec(), []float64{20, 0}, time.Second)
		w.End = kernel.Time(k) * kernel.Time(time.Minute)
		w.Deployments[0] = sim.DeploymentWindow{Busy: time.Duration(c.busy * float64(time.Minute)), Ready: time.Minute}
		targets, err := h.Scale(sim.ViewOf(f, w.End).WithWindow(w, time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if targets.Replicas[0] != c.want {
			t.Errorf("decision %d: %d replicas, want %d", k, targets.Replicas[0], c.want)
		}
		for f.Count(0).Ready < targets.Replicas[0] {
			on := fleet.MachineID(f.Replicas() / 2)
			if int(on) == f.Machines() {
				if on, err = f.Order(0, 0, 0); err != nil {
					t.Fatal(err)
				}
				f.Boot(on)
			}
			at, err := f.Place(0, on, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			f.MakeReady(at, 0)
		}
	}
}

// TestTheStaticFleetIsForTheWholeRun: what is to be had at the start does not bound it.
func TestTheStaticFleetIsForTheWholeRun(t *testing.T) {
	decide := func(limit int) []int {
		f := fleet.New(pair())
		f.SetLimit(0, limit)
		s, err := NewStaticPeak(func() ([][]float64, error) { return [][]float64{{100, 0}}, nil }, DefaultOptions())
		if err != nil {
			t.Fatal(err)
		}
		targets, err := s.Scale(sim.ViewOf(f, 0))
		if err != nil {
			t.Fatal(err)
		}
		return targets.Replicas
	}
	if few, all := decide(0), decide(99); !slices.Equal(few, all) {
		t.Errorf("it decides on %v with no machine there, and on %v with all", few, all)
	}
}
