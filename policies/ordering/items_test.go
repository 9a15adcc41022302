package ordering

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// TestRanksCountItems: a batch of s items takes 10 + s ms, and the objective is 100 ms. One item of
// mean work takes 11 ms.
func TestRanksCountItems(t *testing.T) {
	latency, err := profile.Linear(10*time.Millisecond, time.Millisecond, 32)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		items   float32
		work    float64
		varied  bool
		combine fleet.Combine
		takes   time.Duration // time alone, in ms
	}{
		{0, 1, false, 0, 11}, {0, 2, false, 0, 22}, {0, 2, true, fleet.CombineMean, 22}, {4, 1, true, fleet.CombineMean, 14},
		{4, 2, true, fleet.CombineMax, 28}, {4, 2, true, fleet.CombineSum, 18}, {0, 3, false, fleet.CombineSum, 13},
	} {
		spec := simtest.OneModel(latency, 1, 1)
		m := &spec.Models[0]
		m.Target, m.Varied, m.Combine = 100*time.Millisecond, c.varied, c.combine
		f := fleet.New(spec)
		v := sim.ViewOf(f, 0)
		r := &fleet.Request{Items: c.items, Work: c.work, Arrival: kernel.Time(time.Second)}
		takes := c.takes * time.Millisecond
		want := sim.RankOfWork(float64(takes) / float64(11*time.Millisecond))
		for _, o := range []sim.Order{SJF(), SRPT()} {
			if got := o.Rank(v, r); got != want {
				t.Errorf("%v, %+v: rank %d, want %d", o, c, got, want)
			}
		}
		late := int64(time.Second + 100*time.Millisecond - takes)
		if got := LeastSlack().Rank(v, r); got < late-1 || got > late+1 {
			t.Errorf("least-slack, %+v: rank %d, want %d", c, got, late)
		}
	}
}
