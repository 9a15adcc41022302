package replay

import (
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/scenarios/calibrate/measured"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// looped serves a closed loop of eight clients, and returns its log.
func looped(t *testing.T, c *tokens.Config, requests []TimedRequest) []measured.LoggedRequest {
	t.Helper()
	served, err := Serve(c, Demand{Requests: requests, Cap: 8, Pause: 0.002})
	if err != nil {
		t.Fatal(err)
	}
	return logOf(served, requests)
}

func logOf(served []ServedRequest, requests []TimedRequest) (log []measured.LoggedRequest) {
	for i, s := range served {
		log = append(log, measured.LoggedRequest{Sent: s.Sent, First: s.First, Last: s.Last, Input: requests[i].Input, Output: requests[i].Output})
	}
	return log
}

// TestClosedLoopsAreFoundAndSimulated finds the loop of a log, and serves it with steps that are a
// tenth longer: all times grow by a tenth. With the logged instants they would grow by far more.
func TestClosedLoopsAreFoundAndSimulated(t *testing.T) {
	form := func(k float64) profile.StepTime {
		f, err := profile.NewForm(profile.Coefficients{Constant: k * 0.01, Prefill: k * 40e-6, Sequence: k * 0.5e-3})
		if err != nil {
			t.Fatal(err)
		}
		return profile.StepTime{Compute: f}
	}
	c := tokens.Config{StepTime: form(1), MaxSequences: 64, MaxTokens: 8192, Chunked: true, Block: 16, Blocks: 1 << 16, Context: 8192}
	g := rand.New(rand.NewPCG(1, 2))
	var requests []TimedRequest
	for range 200 {
		requests = append(requests, TimedRequest{Input: 200 + int32(g.IntN(800)), Output: 40 + int32(g.IntN(80))})
	}
	log := looped(t, &c, requests)
	loop, is := FindLoop(log)
	if !is || loop.Clients != 8 || math.Abs(loop.Pause-0.002) > 1e-5 {
		t.Fatalf("%v %+v, want eight clients with a pause of 2 ms", is, loop)
	}
	slower := c
	slower.StepTime = form(1.1)
	e := OfLog("loop", log, 0)
	e.Loop(loop)
	for _, k := range []struct {
		config *tokens.Config
		grows  float64
	}{{&c, 1}, {&slower, 1.1}} {
		simulated, err := e.Simulate(k.config)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range Compare([]MeasuredLoad{e}, [][]SimulatedRow{simulated}, func(bool) bool { return true }) {
			if off := m.Simulated/m.Measured - k.grows; math.Abs(off) > 0.01 {
				t.Errorf("%s grows by a factor of %v, want %v", m.Name, m.Simulated/m.Measured, k.grows)
			}
		}
	}
}

// TestOtherLoadsAreNoLoops serves Poisson loads, light and heavy.
func TestOtherLoadsAreNoLoops(t *testing.T) {
	form, err := profile.NewForm(profile.Coefficients{Constant: 0.01, Prefill: 40e-6})
	if err != nil {
		t.Fatal(err)
	}
	c := tokens.Config{StepTime: profile.StepTime{Compute: form}, MaxSequences: 16, MaxTokens: 8192, Chunked: true, Block: 16, Blocks: 1 << 16, Context: 8192}
	for _, rate := range []float64{0.05, 0.5, 3, 15, 40} {
		g, at := rand.New(rand.NewPCG(3, 4)), 0.0
		var requests []TimedRequest
		for range 300 {
			at += g.ExpFloat64() / rate
			requests = append(requests, TimedRequest{Arrival: at, Input: 200 + int32(g.IntN(800)), Output: 40 + int32(g.IntN(80))})
		}
		served, err := Serve(&c, Demand{Requests: requests})
		if err != nil {
			t.Fatal(err)
		}
		if loop, is := FindLoop(logOf(served, requests)); is {
			t.Errorf("a load of %v/s is taken for %+v", rate, loop)
		}
	}
}
