package fit

import (
	"testing"
	"time"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// TestOverheadsAreToldApartFromTheSteps gives a log of an engine with spans outside it: where the
// load changes the time of steps, what does not change with it is found to be outside, and an
// engine without such spans is given none.
func TestOverheadsAreToldApartFromTheSteps(t *testing.T) {
	c := calibratetest.Engine(t)
	for _, want := range []time.Duration{0, 60 * time.Millisecond} {
		c.Before, c.After = 20*time.Millisecond, want
		blank := c
		blank.StepTime, blank.Before, blank.After = profile.StepTime{}, 0, 0
		list := []replay.MeasuredLoad{calibratetest.Logged(t, c, calibratetest.Draws(300, 6, 2), 0.01)}
		replay.HoldOut(list, 2, 0)
		fit, err := ToMeasurements(FitOptions{Config: blank, Shape: "linear", Overheads: true}, list)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("after %v: before %v, per token %v, after %v", want, fit.Before, fit.PerToken, fit.After)
		if off := fit.After - want; off.Abs() > 12*time.Millisecond {
			t.Errorf("%v after the last token are found to be %v", want, fit.After)
		}
		if fit.PerToken > time.Millisecond {
			t.Errorf("%v per token are found", fit.PerToken)
		}
		for _, m := range replay.Compare(list, fit.Simulated, func(held bool) bool { return held }) {
			if m.MeanAbsolute > 0.08 {
				t.Errorf("%s is off by %.1f %%", m.Name, 100*m.MeanAbsolute)
			}
		}
	}
}
