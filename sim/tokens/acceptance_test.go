package tokens_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// TestNoDraftAcceptedIsTheMean: if no draft is ever accepted, nothing is random.
func TestNoDraftAcceptedIsTheMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		c.Draft, c.Acceptance, c.RandomAcceptance = 1, 0, false
		c.MaxTokens = max(c.MaxTokens, 2*c.MaxSequences)
		acts := drawActs(t, c)
		mean, _ := serve(c, acts)
		random := *c
		random.RandomAcceptance = true
		if got, _ := serve(&random, acts); !slices.Equal(got, mean) {
			t.Fatalf("%v\nat random: %v", mean, got)
		}
	})
}

// TestAcceptedDraftsHaveTheirMean compares the tokens of a step with k drafts, each right with
// probability p, with the closed forms (Leviathan et al. 2023, eq. 1). A step has at least i
// further tokens with probability pⁱ, for i ≤ k. Requests have one long answer each.
func TestAcceptedDraftsHaveTheirMean(t *testing.T) {
	const k, output, requests = 4, 20000, 5
	for _, p := range []float64{0.2, 0.7, 0.95} {
		c := &tokens.Config{
			StepTime:     profile.StepTime{Compute: profile.Form{Constant: profile.Grains}},
			MaxSequences: 1, MaxTokens: 100, Chunked: true, Block: 16, Blocks: 2000, Context: 30000, Draft: k, Acceptance: p, RandomAcceptance: true,
		}
		var acts []act
		for i := range int32(requests) {
			acts = append(acts, act{what: "arrive", id: i, request: tokens.EngineRequest{Prompt: 10, Output: output, Ordinal: int64(i), Luck: kernel.Mix(uint64(i))}, known: true})
		}
		_, steps := serve(c, acts)
		var n float64
		least := make([]float64, k+2) // steps with at least so many tokens
		sum := 0.0
		for _, s := range steps {
			if s.Decoding == 1 {
				n++
				sum += float64(s.Tokens)
				for i := range s.Tokens {
					least[i+1]++
				}
			}
		}
		mean := (1 - math.Pow(p, k+1)) / (1 - p)
		if got := sum / n; math.Abs(got-mean) > 4*k/2/math.Sqrt(n) || sum != requests*(output-1) {
			t.Errorf("p = %v: %v tokens a step, want %v; %v tokens", p, got, mean, sum)
		}
		for i := 1; i <= k; i++ {
			q := math.Pow(p, float64(i))
			if got := least[i+1] / n; math.Abs(got-q) > 4*math.Sqrt(q*(1-q)/n)+requests/n {
				t.Errorf("p = %v: a share %v of the steps accept %d drafts or more, want %v", p, got, i, q)
			}
		}
	}
}
