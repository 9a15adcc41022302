package fit

import (
	"testing"
	"time"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// TestOverheadsAreToldApartFromTheSteps fits a model to logs of an engine with constant times
// before and after its steps. The times of steps change with the load, and the overheads do not, so
// the fit can tell them apart. For an engine without such an overhead, the fit must find none.
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
