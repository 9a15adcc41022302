package batching

import (
	"testing"

	"wavetank/sim"
)

// TestNexusLeavesTimeForServicesThatVary: batches of the stage take 1 ms and 1 ms for each request,
// and the objective is 10 ms. At 5 ms, one that came at 0 is in time in a batch of four. Where
// works have a squared coefficient of variation of 1, four take 5 ms and half of that more. With
// one of 9 they would be late in any case, so that is not reckoned with.
func TestNexusLeavesTimeForServicesThatVary(t *testing.T) {
	for _, c := range []struct {
		spread float64
		want   sim.BatchDecision
	}{
		{0, sim.BatchDecision{Count: 4}},
		{1, sim.BatchDecision{Drop: 1, Count: 4}},
		{9, sim.BatchDecision{Count: 4}},
	} {
		f := stage(t, 1, false, 0, 4*ms, 4*ms, 4*ms, 4*ms)
		f.Spec().Models[0].Target = 10 * 1e6
		f.Spec().Models[0].Spread = c.spread
		b, err := NewNexus(0)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Batch(sim.ViewOf(f, 5*ms), 0); got != c.want {
			t.Errorf("spread %v: %+v, want %+v", c.spread, got, c.want)
		}
	}
}
