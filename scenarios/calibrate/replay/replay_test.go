package replay_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/scenarios/calibrate/calibratetest"
	"wavetank/scenarios/calibrate/replay"
)

// TestWindowsAreFeaturesTimesCoefficients compares the simulated times with the features of the
// simulated steps, multiplied by the coefficients of the step-time model. Some engines have too few
// KV blocks.
func TestWindowsAreFeaturesTimesCoefficients(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := calibratetest.Engine(t)
		c.Blocks = rapid.IntRange(130, 600).Draw(r, "blocks")
		c.PrefixCache = rapid.Bool().Draw(r, "cache")
		c.Before = time.Duration(rapid.IntRange(0, 30).Draw(r, "before")) * time.Millisecond
		if rapid.Bool().Draw(r, "speculative") {
			c.Draft, c.Acceptance = 2, 0.7
		}
		d := calibratetest.Draws(60, rapid.Float64Range(0.5, 50).Draw(r, "rate"), rapid.Uint64().Draw(r, "seed"))
		d.Cap = rapid.IntRange(0, 20).Draw(r, "cap")
		served, err := replay.Serve(&c, d)
		if err != nil {
			r.Fatal(err)
		}
		model := c.StepTime.Vector()
		for i, s := range served {
			first, rest := s.First-s.Sent-c.Before.Seconds(), s.Last-s.First
			if off := model.Dot(&s.ToFirst) - first; math.Abs(off) > 1e-6+1e-3*first {
				r.Errorf("request %d: %.6f s to the first token, by its features %.6f s", i, first, first+off)
			}
			if off := model.Dot(&s.Decode) - rest; math.Abs(off) > 1e-6+1e-3*rest {
				r.Errorf("request %d: %.6f s to the last token, by its features %.6f s", i, rest, rest+off)
			}
		}
	})
}

// TestClientsKeepTheirCap counts the requests that clients have in flight at a time.
func TestClientsKeepTheirCap(t *testing.T) {
	c := calibratetest.Engine(t)
	for _, limit := range []int{1, 5, 40} {
		d := calibratetest.Draws(200, 1000, 1)
		d.Cap = limit
		served, err := replay.Serve(&c, d)
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for _, s := range served {
			flying := 0
			for _, o := range served {
				if o.Sent <= s.Sent && s.Sent < o.Last {
					flying++
				}
			}
			most = max(most, flying)
		}
		if most != limit {
			t.Errorf("%d requests are in flight under a cap of %d", most, limit)
		}
	}
}

// TestRefusedRequestsAreTold checks that refused requests are reported, and that the others are
// served.
func TestRefusedRequestsAreTold(t *testing.T) {
	c := calibratetest.Engine(t)
	d := calibratetest.Draws(10, 10, 1)
	d.Requests[3].Input = 9000
	served, err := replay.Serve(&c, d)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range served {
		if (s.Refused != "") != (i == 3) || (s.Last == 0) != (i == 3) {
			t.Errorf("request %d: %+v", i, s)
		}
	}
}

// TestClientsWaitForTheEnd lets one client send one request after another. Each is sent when the
// client has the whole answer to the one before.
func TestClientsWaitForTheEnd(t *testing.T) {
	c := calibratetest.Engine(t)
	c.Before, c.PerToken, c.After = 5*time.Millisecond, 2*time.Millisecond, 30*time.Millisecond
	d := calibratetest.Draws(20, 1e6, 1)
	d.Cap = 1
	served, err := replay.Serve(&c, d)
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
