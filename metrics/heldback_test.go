package metrics

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestOnlyModelsWithALimitHoldBack: the share that was held back counts only requests to models
// with a limit.
func TestOnlyModelsWithALimitHoldBack(t *testing.T) {
	c := &fleet.Spec{Models: []fleet.Model{{Name: "limited", Capped: true}, {Name: "open"}}}
	m := NewHeldBack(c, MeasuredSpan{Until: kernel.Time(10 * time.Second)})
	for i := range 8 {
		at := kernel.Time(time.Duration(i) * time.Second)
		m.Observe(&sim.Fact{Kind: sim.RequestArrived, At: at, Model: fleet.ModelID(i % 2), Request: &fleet.Request{Model: fleet.ModelID(i % 2), Arrival: at}})
	}
	m.Observe(&sim.Fact{Kind: sim.RequestHeldBack, At: kernel.Time(10 * time.Second), Span: 5 * time.Second, Request: &fleet.Request{}})
	got := map[string]float64{}
	for _, one := range m.Measures() {
		got[one.Scope+" "+one.Metric] = one.Value
	}
	for key, want := range map[string]float64{"all wanted": 5, "all held_back": 1, "all client_wait_mean": 1, "all client_wait_max": 5, "limited wanted": 5} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	if _, told := got["open wanted"]; told {
		t.Errorf("%v", got)
	}
}
