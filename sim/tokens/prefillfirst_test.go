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

// TestPrefillFirstChangesNothingForOneSequence: a sequence alone never computes a prompt while it
// decodes, so the steps are the same. With drafts this need not hold, because the mean number of
// accepted tokens is rounded by the number of steps.
func TestPrefillFirstChangesNothingForOneSequence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		c.PrefillFirst, c.MaxSequences, c.Draft, c.Acceptance = false, 1, 0, 0
		acts := drawActs(t, c)
		mixed, _ := serve(c, acts)
		first := *c
		first.PrefillFirst = true
		if apart, _ := serve(&first, acts); !slices.Equal(mixed, apart) {
			t.Fatalf("%v\nwith prefill-first: %v", mixed, apart)
		}
	})
}

// TestPrefillFirstIsTheClosedForm: prompts that fill a step each come together. The k-th first
// token comes after k steps of one prompt. Then all sequences decode, so the last token comes after
// the steps of all prompts and output − 1 steps of n sequences. No step does both.
func TestPrefillFirstIsTheClosedForm(t *testing.T) {
	const n, prompt, output = 5, 64, 9
	step := profile.StepTime{Compute: profile.Form{Constant: 1e6 * profile.Grains, Prefill: 1e4 * profile.Grains, Decode: 1e5 * profile.Grains}}
	c := &tokens.Config{StepTime: step, MaxSequences: n, MaxTokens: prompt, Chunked: true, Block: 16, Blocks: 100, Context: 1000, PrefillFirst: true}
	var acts []act
	for i := range int32(n) {
		acts = append(acts, act{what: "arrive", id: i, request: tokens.EngineRequest{Prompt: prompt, Output: output, Ordinal: int64(i)}, quiet: true, known: true})
	}
	trace, steps := serve(c, acts)
	first, late, last := outcomes(trace, tokens.FirstToken), outcomes(trace, tokens.NextToken), outcomes(trace, tokens.Finished)
	prefill, decode := time.Millisecond+prompt*10*time.Microsecond, time.Millisecond+n*100*time.Microsecond
	for i := range int32(n) {
		if at := kernel.Time(time.Duration(i+1) * prefill); first[i][0].At != at {
			t.Errorf("first token %d at %v, not %v", i, first[i][0].At, at)
		}
		if at := kernel.Time(n*prefill + (output-1)*decode); last[i][0].At != at {
			t.Errorf("last token %d at %v, not %v", i, last[i][0].At, at)
		}
		// All except the last waited for the prompts after theirs.
		waited := time.Duration(n-1-i) * prefill
		if waited > 0 != (len(late[i]) == 1) || waited > 0 && late[i][0].Gap != waited+decode {
			t.Errorf("request %d waited %v for its second token: %v", i, waited, late[i])
		}
	}
	for _, s := range steps {
		if s.Prefilled > 0 && (s.Decoding > 0 || s.Work.Decode > 0) {
			t.Errorf("a step computes a prompt and decodes: %+v", s)
		}
	}
}
