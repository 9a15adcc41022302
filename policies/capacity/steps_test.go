package capacity

import (
	"math"
	"testing"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// TestLoneRequestLastsAsSimulated compares the plan's formula with the engine.
func TestLoneRequestLastsAsSimulated(t *testing.T) {
	form, err := profile.NewForm(profile.Coefficients{Constant: 7e-3, Prefill: 20e-6, Decode: 1e-4, Context: 1e-7, Attention: 2e-9})
	if err != nil {
		t.Fatal(err)
	}
	c := tokens.Config{StepTime: profile.StepTime{Compute: form}, MaxSequences: 8, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 1000, Context: 8192}
	r := tokens.New(&c, &tokens.Pool{})
	r.Enqueue(0, tokens.EngineRequest{Prompt: 1000, Output: 200})
	at := r.Wake(0)
	for r.Step(at); r.Running() > 0; r.Step(at) {
		at = r.Next()
	}
	if got, want := wholeSeconds(&c, 1, 1000, 200), time.Duration(at).Seconds(); math.Abs(got/want-1) > 0.01 {
		t.Errorf("planned %v s, simulated %v s", got, want)
	}
}

// TestFullReplicaLastsAsSimulated compares the formula with an engine that always has the same
// number of requests: a new request replaces each one that ends, after the step of the others.
// Steps without a prompt are bound by memory.
func TestFullReplicaLastsAsSimulated(t *testing.T) {
	compute, err := profile.NewForm(profile.Coefficients{Constant: 1e-3, Prefill: 60e-6, Decode: 60e-6})
	if err != nil {
		t.Fatal(err)
	}
	memory, err := profile.NewForm(profile.Coefficients{Constant: 12e-3, Context: 15e-8})
	if err != nil {
		t.Fatal(err)
	}
	c := tokens.Config{StepTime: profile.StepTime{Compute: compute, Memory: memory}, MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 20000, Context: 8192}
	for _, c.PrefillFirst = range []bool{false, true} {
		for _, n := range []int32{4, 20, 60, 120} {
			r := tokens.New(&c, &tokens.Pool{})
			began, sum, done := make([]kernel.Time, n), time.Duration(0), 0
			at := kernel.Time(0)
			for id := range n {
				// different lengths, so the first requests do not end together
				r.Enqueue(id, tokens.EngineRequest{Prompt: 700, Output: 250 - id*240/n, Ordinal: int64(id)})
			}
			at = r.Wake(0)
			for done < 40*int(n) {
				for _, o := range r.Step(at) {
					if o.Kind == tokens.Finished {
						if done++; done > 10*int(n) {
							sum += at.Sub(began[o.ID])
						}
						began[o.ID] = at
						r.Enqueue(o.ID, tokens.EngineRequest{Prompt: 700, Output: 250, Ordinal: int64(done)})
					}
				}
				at = r.Wake(at)
			}
			got := sum.Seconds() / float64(done-10*int(n))
			if want := wholeSeconds(&c, float64(n), 700, 250); math.Abs(got/want-1) > 0.08 {
				t.Errorf("%d at a time, prefill first %v: planned %.3f s, simulated %.3f s", n, c.PrefillFirst, want, got)
			} else {
				t.Logf("%d at a time, prefill first %v: planned %.3f s, simulated %.3f s", n, c.PrefillFirst, want, got)
			}
		}
	}
}
