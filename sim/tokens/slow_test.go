package tokens_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// twice returns a form with twice the coefficients.
func twice(f profile.Form) profile.Form {
	return profile.Form{
		Constant: 2 * f.Constant, Sequence: 2 * f.Sequence, Prefill: 2 * f.Prefill, Attention: 2 * f.Attention, Decode: 2 * f.Decode, Context: 2 * f.Context,
	}
}

// withoutSlow leaves out the acts that slow a replica. The act before such an act may have been
// quiet because this one came at the same instant, so it no longer is.
func withoutSlow(acts []act) (rest []act) {
	for i := range acts {
		if acts[i].what != "slow" {
			rest = append(rest, acts[i])
		} else if n := len(rest); n > 0 {
			rest[n-1].quiet = false
		}
	}
	return rest
}

// TestHalfTheSpeedIsTwiceTheCoefficients: a replica that is slow by a factor of 2 from the start
// does what one with twice the coefficients does. Experts, tables and mean numbers of drafts are
// left out, because products with their coefficients are rounded.
func TestHalfTheSpeedIsTwiceTheCoefficients(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		c.StepTime.Experts, c.StepTime.Table, c.StepTime.Compute.Constant = profile.Mixture{}, nil, c.StepTime.Compute.Constant+profile.Grains
		c.RandomAcceptance = c.Draft > 0
		acts := withoutSlow(drawActs(t, c))
		slow := append([]act{{what: "slow", factor: 2}}, acts...)
		got, _ := serve(c, slow)
		double := *c
		double.StepTime.Compute, double.StepTime.Memory, double.StepTime.Overhead = twice(c.StepTime.Compute), twice(c.StepTime.Memory), twice(c.StepTime.Overhead)
		if c.Offload != nil {
			double.Offload = &tokens.Offload{Blocks: c.Offload.Blocks, Grains: 2 * c.Offload.Grains}
		}
		if a := c.Adapters; a != nil {
			double.Adapters = &tokens.Adapters{Slots: a.Slots, Host: a.Host, Copy: 2 * a.Copy, Fetch: 2 * a.Fetch}
		}
		want, _ := serve(&double, slow[1:])
		if !slices.Equal(want, got[1:]) {
			t.Fatalf("%+v\n%v\nat half the speed: %v", *c, want, got)
		}
	})
}

// TestFullSpeedChangesNothing tells replicas at many instants that they are not slow.
func TestFullSpeedChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		acts := withoutSlow(drawActs(t, c))
		want, _ := serve(c, acts)
		var more []act
		for _, a := range acts {
			more = append(more, act{what: "slow", factor: 1, at: a.at, late: a.late, known: true, quiet: a.quiet}, a)
		}
		got, _ := serve(c, more)
		got = slices.DeleteFunc(got, func(o told) bool { return o.What == "slow" })
		if !slices.Equal(want, got) {
			t.Fatalf("%v\ntold that it is not slow: %v", want, got)
		}
	})
}

// TestASlowSpanIsTheClosedForm: 100 steps of 1 ms each, of which those that begin from 20.5 ms to
// 50 ms take three times as long. Steps end at 21, 24, 27 … 51 ms, then every millisecond: 21 full
// steps, 10 slow ones, and 69 full ones.
func TestASlowSpanIsTheClosedForm(t *testing.T) {
	c := &tokens.Config{
		StepTime:     profile.StepTime{Compute: profile.Form{Constant: 1e6 * profile.Grains}},
		MaxSequences: 1, MaxTokens: 64, Chunked: true, Block: 16, Blocks: 100, Context: 200,
	}
	ms := func(x float64) kernel.Time { return kernel.Time(x * float64(time.Millisecond)) }
	acts := []act{
		{what: "arrive", request: tokens.EngineRequest{Prompt: 10, Output: 100}, known: true},
		{what: "slow", factor: 3, at: ms(20.5), known: true},
		{what: "slow", factor: 1, at: ms(50), known: true},
	}
	trace, steps := serve(c, acts)
	if got := outcomes(trace, tokens.Finished)[0][0].At; got != ms(21+30+69) {
		t.Errorf("finished at %v, not at 120 ms", got)
	}
	single := 0
	for _, s := range steps {
		if s.Time == 3e6*profile.Grains {
			single += s.Count
		}
	}
	if single != 10 || len(steps) > 14 {
		t.Errorf("%d slow steps in %d runs", single, len(steps))
	}
}
