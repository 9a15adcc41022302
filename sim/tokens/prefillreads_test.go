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

// TestReadingPromptsIsTheClosedForm computes a prompt in chunks. Chunk k = 0, 1, … reads the k ·
// chunk tokens before it, so K chunks read chunk · K(K−1)/2 tokens. The last token of the prompt is
// a chunk of its own, and counts as prefill.
func TestReadingPromptsIsTheClosedForm(t *testing.T) {
	const chunk, chunks = 64, 7
	step := profile.StepTime{Compute: profile.Form{Prefill: 1000 * profile.Grains, Decode: 1e9 * profile.Grains}, Overhead: profile.Form{Context: 10 * profile.Grains}}
	c := &tokens.Config{StepTime: step, MaxSequences: 1, MaxTokens: chunk, Chunked: true, Block: 16, Blocks: 100, Context: 1000, PrefillReads: true}
	acts := []act{{what: "arrive", request: tokens.EngineRequest{Prompt: chunk*chunks + 1, Output: 1}, known: true}}
	trace, _ := serve(c, acts)
	const read = chunk*chunks*(chunks-1)/2 + chunk*chunks
	if want := time.Duration((chunk*chunks+1)*1000 + 10*read); firstTokens(acts, trace)[0] != want {
		t.Errorf("the first token comes after %v, want %v", firstTokens(acts, trace)[0], want)
	}
}

// TestReadingChangesNothingWithoutCachedTokens: whole prompts of several tokens, each computed in
// one step, have nothing to read.
func TestReadingChangesNothingWithoutCachedTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := ample(drawConfig(t))
		c.PrefixCache, c.PrefillReads, c.Chunked, c.LongPrefill, c.Draft = false, false, false, 0, 0
		c.MaxTokens = max(c.MaxTokens, 90)
		acts := drawArrivals(t, c, 20)
		for i := range acts {
			acts[i].request.Prompt = max(2, acts[i].request.Prompt)
		}
		without, _ := serve(c, acts)
		reads := *c
		reads.PrefillReads = true
		// A decoding sequence that the budget passes over goes on as one that prefills.
		stalls := func(trace []told) bool { return len(outcomes(trace, tokens.NextToken)) > 0 && !c.PrefillFirst }
		if with, _ := serve(&reads, acts); !stalls(without) && !slices.Equal(with, without) {
			t.Fatalf("%v\nwith reads: %v", without, with)
		}
	})
}

// TestReadIsTimeOfTheForms compares the time of a step with its forms.
func TestReadIsTimeOfTheForms(t *testing.T) {
	s := profile.StepTime{Compute: profile.Form{Context: 3 * profile.Grains}, Memory: profile.Form{Constant: 1000 * profile.Grains, Context: 5 * profile.Grains}, Overhead: profile.Form{Context: 7 * profile.Grains}}
	var w profile.Work
	w.AddPrefill(1, 100)
	if got := kernel.Time(s.Time(w) / profile.Grains); got != 1000+100*(5+7) || w.Prefill != 1 || w.Decode != 0 || w.Attention != 201 {
		t.Errorf("%v for %+v", got, w)
	}
	s.Memory = profile.Form{}
	if got := kernel.Time(s.Time(w) / profile.Grains); got != 100*(3+7) {
		t.Errorf("%v for %+v without a form for memory", got, w)
	}
}
