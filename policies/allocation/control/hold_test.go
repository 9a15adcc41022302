package control

import (
	"testing"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// TestLoadsInBurstsAreHeldLonger: an order takes two minutes. A dispersion that a Poisson stream
// may have does not lengthen the span.
func TestLoadsInBurstsAreHeldLonger(t *testing.T) {
	spec := policytest.Pair()
	for _, c := range []struct {
		period     time.Duration
		dispersion []float64
		want       time.Duration
	}{
		{15 * time.Second, []float64{1, 1}, 3 * time.Minute},
		{55 * time.Second, []float64{2, 1}, 220 * time.Second},
		{5 * time.Minute, []float64{1, 1}, 4 * time.Minute},
		{15 * time.Second, []float64{2.5, 1}, 5 * time.Minute},
		{15 * time.Second, []float64{30, 1}, 8 * time.Minute},
		{15 * time.Second, nil, 8 * time.Minute}, // the dispersion is not known
	} {
		v := sim.ViewOf(fleet.New(spec), 0).WithWindow(sim.Expectation(spec, []float64{1, 1}, c.period), c.period)
		s := &allocation.Situation{View: v, Demand: allocation.Demands{Dispersion: c.dispersion}, Lead: []time.Duration{2 * time.Minute, 0}}
		if got := HoldBursts(s, 0); got != c.want {
			t.Errorf("periods of %v, dispersion %v: held for %v, want %v", c.period, c.dispersion, got, c.want)
		}
	}
}
