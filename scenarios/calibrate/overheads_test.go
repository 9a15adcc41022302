package calibrate

import (
	"math"
	"testing"
	"time"

	"wavetank/sim/profile"
)

// TestOverheadsAreToldApartFromTheLaw gives a log of an engine with spans outside it: where the load changes the time of steps, what
// does not change with it is found to be outside, and an engine without such spans is given none.
func TestOverheadsAreToldApartFromTheLaw(t *testing.T) {
	c := engine(t)
	for _, want := range []time.Duration{0, 60 * time.Millisecond} {
		c.Before, c.After = 20*time.Millisecond, want
		blank := c
		blank.Law, blank.Before, blank.After = profile.Step{}, 0, 0
		list := []Experiment{measured(t, c, draws(300, 6, 2), 0.01)}
		Hold(list, 2, 0)
		fit, err := FitLaw(Options{Config: blank, Shape: "linear", Overheads: true}, list)
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
		for _, m := range Compare(list, fit.Outcomes, func(held bool) bool { return held }) {
			if m.Off > 0.08 {
				t.Errorf("%s is off by %.1f %%", m.Name, 100*m.Off)
			}
		}
	}
}

// TestClientsWaitForTheEnd lets one client ask again and again: the next request is sent when the one before has ended for the client.
func TestClientsWaitForTheEnd(t *testing.T) {
	c := engine(t)
	c.Before, c.PerToken, c.After = 5*time.Millisecond, 2*time.Millisecond, 30*time.Millisecond
	d := draws(20, 1e6, 1)
	d.Cap = 1
	served, err := Replay(&c, d)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range served[1:] {
		if last := served[i].Last; math.Abs(s.Sent-last) > 1e-6 {
			t.Errorf("request %d ends at %v s, and the next is sent at %v s", i, last, s.Sent)
		}
		if rest := s.Last - s.First; rest < 0.03+0.002*float64(d.Requests[i+1].Output-1) {
			t.Errorf("request %d: %v s from the first token to the end of %d", i+1, rest, d.Requests[i+1].Output)
		}
	}
}
