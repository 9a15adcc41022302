package metrics

import (
	"math"
	"testing"
	"time"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestWhatFinishesAfterTheLastStepIsInNone has four steps of 300 ms. The last is cut at
// 1 s. A request that finishes after 1 s counts in no step, even at 1.2 s, where a whole step would
// end.
func TestWhatFinishesAfterTheLastStepIsInNone(t *testing.T) {
	c := &fleet.Spec{Models: []fleet.Model{{Name: "m"}}, Deployments: []fleet.Deployment{{}}, Types: []fleet.MachineType{{Name: "t"}}, Kinds: []string{"cpu"}}
	for at, want := range map[time.Duration]float64{time.Second: 1, 1200 * time.Millisecond: 0} {
		s := NewSeries(c, kernel.Time(time.Second), 300*time.Millisecond)
		request := &fleet.Request{Arrival: kernel.Time(900 * time.Millisecond)}
		s.Observe(&sim.Fact{Kind: sim.RequestArrived, At: request.Arrival, Request: request})
		s.Observe(&sim.Fact{Kind: sim.RequestStarted, At: request.Arrival, Request: request})
		s.Observe(&sim.Fact{Kind: sim.RequestFinished, At: kernel.Time(at), Request: request})
		s.Observe(&sim.Fact{Kind: sim.Ended, At: kernel.Time(at)})
		finished, since := 0.0, 0.0
		for _, one := range rows.Samples(s.TimeSeries()) {
			if one.Metric == "throughput" {
				finished += one.Value * (one.Seconds - since)
				since = one.Seconds
			}
		}
		if finished < want-1e-9 || finished > want+1e-9 {
			t.Errorf("%v finished by %v, want %v", finished, at, want)
		}
	}
}

// TestThePlannedDemandIsThatOfTheLastPlan has plans at 0.2 and 0.6 s, in steps of 0.4 s, and one
// without a demand at 0.7 s. Nothing is known before the first plan.
func TestThePlannedDemandIsThatOfTheLastPlan(t *testing.T) {
	c := &fleet.Spec{Models: []fleet.Model{{Name: "m"}, {Name: "n"}}, Deployments: []fleet.Deployment{{}}, Types: []fleet.MachineType{{Name: "t"}}, Kinds: []string{"cpu"}}
	of := func(plans map[int][]float64) map[string][]float64 {
		s := NewSeries(c, kernel.Time(1200*time.Millisecond), 400*time.Millisecond)
		for at := range 12 {
			if demand, planned := plans[100*at]; planned {
				s.Observe(&sim.Fact{Kind: sim.Decided, At: kernel.Time(100 * at * int(time.Millisecond)), Plan: &sim.Plan{Demand: demand}})
			}
		}
		s.Observe(&sim.Fact{Kind: sim.Ended, At: kernel.Time(1200 * time.Millisecond)})
		got := map[string][]float64{}
		for _, one := range rows.Samples(s.TimeSeries()) {
			if one.Metric == "demand_planned" {
				got[one.Scope] = append(got[one.Scope], one.Value)
			}
		}
		return got
	}
	got := of(map[int][]float64{200: {10, 1}, 600: {30, 2}, 700: nil})
	for scope, want := range map[string][]float64{"m": {10, 20, 30}, "n": {1, 1.5, 2}, "all": {11, 21.5, 32}} {
		if len(got[scope]) != len(want) {
			t.Fatalf("%s: got %v, want %v", scope, got[scope], want)
		}
		for i, v := range want {
			if math.Abs(got[scope][i]-v) > 1e-9 {
				t.Errorf("%s: got %v, want %v", scope, got[scope], want)
			}
		}
	}
	if late := of(map[int][]float64{800: {10, 1}}); len(late["m"]) != 1 || late["m"][0] != 10 {
		t.Errorf("a plan at 0.8 s: got %v, want one sample of 10", late["m"])
	}
	if none := of(map[int][]float64{0: nil}); len(none) != 0 {
		t.Errorf("an allocator without forecasts: got %v", none)
	}
}
