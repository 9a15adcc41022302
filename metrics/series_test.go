package metrics

import (
	"testing"
	"time"

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
		for _, one := range s.Samples() {
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
