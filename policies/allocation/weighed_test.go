package allocation

import (
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// TestLongRequestsWeighMore: all windows have equal rates. The rate of a window whose requests are
// twice as long as planned is about doubled. The rate stays the same if requests have the planned
// length, if their lengths are not known, and for models without tokens.
func TestLongRequestsWeighMore(t *testing.T) {
	c := wordsAndImages(t)
	plan := fleet.PlannedLengths{Input: 500, Output: 100}
	lengths := [][]fleet.PlannedLengths{{{}, plan}, {{}, {Input: 1000, Output: 200}}, {{}, {}}}
	got, err := Weighed(c, Planned{Spec: c}, [][]float64{{3, 5}, {3, 5}, {3, 5}}, lengths)
	if err != nil {
		t.Fatal(err)
	}
	if got[0][1] != 5 || got[2][1] != 5 || !(got[1][1] > 9 && got[1][1] < 11) {
		t.Errorf("%v, want 5, about 10, and 5", got)
	}
	for w := range got {
		if got[w][0] != 3 {
			t.Errorf("a model without tokens weighs %v of 3", got[w][0])
		}
	}
}

// wordsAndImages returns a specification of a model without tokens and an LLM.
func wordsAndImages(t *testing.T) *fleet.Spec {
	t.Helper()
	form, err := profile.NewForm(profile.Coefficients{Constant: 1e-3, Prefill: 1e-4, Decode: 1e-4})
	if err != nil {
		t.Fatal(err)
	}
	c := one(0)
	c.Models = append(c.Models, fleet.Model{Name: "l", FirstToken: 10 * time.Second, PerToken: time.Second, Percentile: 95})
	c.Deployments = append(c.Deployments, fleet.Deployment{Model: 1, Lengths: fleet.PlannedLengths{Input: 500, Output: 100}, Tokens: &tokens.Config{
		StepTime: profile.StepTime{Compute: form}, MaxSequences: 64, MaxTokens: 4096, Chunked: true, Block: 16, Blocks: 10_000, Context: 8192,
	}})
	return c
}
