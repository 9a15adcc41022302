package replay

import (
	"testing"

	"wavetank/scenarios/calibrate/measured"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// TestPromptsThatBeginAlikeAreComputedOnce serves a point whose prompts of 1000 tokens have 800 in
// common. With a prefix cache, a first token waits for the other 200, and without it for all.
func TestPromptsThatBeginAlikeAreComputedOnce(t *testing.T) {
	form, err := profile.NewForm(profile.Coefficients{Prefill: 100e-6, Decode: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	c := tokens.Config{StepTime: profile.StepTime{Compute: form}, MaxSequences: 8, MaxTokens: 8192, Chunked: true, Block: 16, Blocks: 1 << 16, Context: 8192}
	point := measured.LoadPoint{Name: "p", Input: measured.LengthSummary{Mean: 1000}, Output: measured.LengthSummary{Mean: 10}, E2E: 1, Clients: 1, Requests: 200, Groups: 2, Shared: 800}
	list := OfPoints([]measured.LoadPoint{point}, LoadShape{})
	// With the cache, 2 of 200 prompts are computed as a whole.
	for cached, want := range map[bool]float64{false: 0.1, true: 0.0208} {
		c.PrefixCache = cached
		rows, err := list[0].Simulate(&c)
		if err != nil {
			t.Fatal(err)
		}
		if got := rows[0].TTFT; got < want-0.0002 || got > want+0.0002 {
			t.Errorf("cache %v: the first token comes after %v s, want %v", cached, got, want)
		}
	}
}
