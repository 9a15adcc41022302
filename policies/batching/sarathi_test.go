package batching

import (
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// engineOf returns a specification with one engine. Its steps take a constant time, plus the time
// each for every token.
func engineOf(constant, each time.Duration, perToken time.Duration) *fleet.Spec {
	const sequences = 100
	form := profile.Form{Constant: int64(constant) * profile.Grains, Prefill: int64(each) * profile.Grains, Decode: int64(each) * profile.Grains}
	return &fleet.Spec{
		Models: []fleet.Model{{Name: "m", PerToken: perToken}},
		Deployments: []fleet.Deployment{{
			Lengths: fleet.PlannedLengths{Input: 900, Output: 101},
			Tokens: &tokens.Config{
				StepTime: profile.StepTime{Compute: form}, MaxSequences: sequences, MaxTokens: 2048,
				Chunked: true, Block: 16, Blocks: 10_000, Context: 4096,
			},
		}},
	}
}

func sarathi(t *testing.T, budget int, keeps float64) *Sarathi {
	t.Helper()
	s, err := NewSarathi(budget, keeps)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBudgetsKeepTheObjectivePerToken: steps take 10 ms plus 50 µs per token. So a step of 60 ms
// holds 1000 tokens, which is seven whole tiles of 128. A step of these 896 tokens takes 54.8 ms.
func TestBudgetsKeepTheObjectivePerToken(t *testing.T) {
	const ms, us = time.Millisecond, time.Microsecond
	for _, c := range []struct {
		name     string
		s        *Sarathi
		perToken time.Duration
		change   func(*fleet.Spec)
		want     int
	}{
		{"the largest within the objective", sarathi(t, 0, 1), 60 * ms, nil, 896},
		// steps of 128 tokens compute 7.8 per millisecond, of 256 11.2, and of 896 16.4
		{"half the throughput is enough", sarathi(t, 0, 0.5), 60 * ms, nil, 256},
		{"a long objective", sarathi(t, 0, 1), time.Second, nil, 2048},
		{"no budget is small enough", sarathi(t, 0, 1), 12 * ms, nil, 128},
		{"no objective", sarathi(t, 0, 1), 0, nil, 0},
		{"the strictest class", sarathi(t, 0, 1), time.Second, func(c *fleet.Spec) {
			c.Classes = []fleet.Class{{Name: "gold", PerToken: 60 * ms}, {Name: "silver"}}
		}, 896},
		{"whole prompts in a step", sarathi(t, 0, 1), 60 * ms, func(c *fleet.Spec) { c.Deployments[0].Tokens.Chunked = false }, 0},
		{"prompts alone", sarathi(t, 0, 1), 60 * ms, func(c *fleet.Spec) {
			c.Models[0].Decoder = 1
			c.Models = append(c.Models, fleet.Model{})
		}, 0},
		{"speculation takes places", sarathi(t, 0, 1), 12 * ms, func(c *fleet.Spec) { c.Deployments[0].Tokens.Draft = 3 }, 512},
		{"as it is said", sarathi(t, 300, 1), 60 * ms, nil, 300},
		{"no less than sequences decode", sarathi(t, 50, 1), 60 * ms, nil, 128},
		{"no more than the engine's", sarathi(t, 5000, 1), 60 * ms, nil, 2048},
	} {
		spec := engineOf(10*ms, 50*us, c.perToken)
		if c.change != nil {
			c.change(spec)
		}
		if got := c.s.StepTokens(spec, 0); got != c.want {
			t.Errorf("%s: %d tokens, want %d", c.name, got, c.want)
		}
	}
}
