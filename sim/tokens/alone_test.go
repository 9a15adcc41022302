package tokens_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// TestAloneIsABound: under any other load, no request has its first token or its end earlier than
// alone. For a request that is really alone the times are equal, unless drafts are
// accepted at random: Serve has the best luck.
func TestAloneIsABound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := ample(drawConfig(t))
		c.PrefixCache = false
		acts := drawArrivals(t, c, rapid.SampledFrom([]int{1, 6}).Draw(t, "most"))
		// The prompt is computed in one piece and each token in one step, because some step-time
		// models make a prompt in several pieces cheaper. The times of a random table may fall with
		// the work.
		if len(acts) > 1 {
			c.StepTime.Table = nil
			c.MaxTokens, c.LongPrefill, c.Draft, c.Chunked = 600, 0, 0, true
		}
		trace, _ := serve(c, acts)
		first, last := firstTokens(acts, trace), outcomes(trace, tokens.Finished)
		alone := tokens.NewAlone(c)
		for _, a := range acts {
			early, end := alone.Serve(a.request.Prompt, 0, a.request.Output)
			began, took := first[a.id], last[a.id][0].At.Sub(a.at)
			// the end of a step is rounded down to a nanosecond
			if slack := time.Duration(1); began+slack < early || took+slack < end {
				t.Fatalf("%d tokens and %d: %v and %v, alone %v and %v", a.request.Prompt, a.request.Output, began, took, early, end)
			}
			if len(acts) == 1 && !c.RandomAcceptance && (began != early || took != end) {
				t.Fatalf("%d tokens and %d: %v and %v, alone %v and %v", a.request.Prompt, a.request.Output, began, took, early, end)
			}
		}
	})
}

// TestWhatIsFoundIsNotComputed compares Alone with a replica with a prefix cache. Two equal
// requests come to the replica, so the second finds its prompt in the cache. Serve gets the number
// of tokens found, and must return the times of both requests.
func TestWhatIsFoundIsNotComputed(t *testing.T) {
	c := tokens.Config14B()
	c.PrefixCache = true
	content := &tokens.Content{Prefix: []tokens.Segment{{Content: 7, Tokens: 1600}}}
	ask := func(id int32, at kernel.Time) act {
		return act{what: "arrive", id: id, at: at, known: true, request: tokens.EngineRequest{Prompt: 1600, Output: 9, Ordinal: int64(id), Content: content}}
	}
	acts := []act{ask(0, 0), ask(1, kernel.Time(time.Hour))}
	trace, _ := serve(c, acts)
	first := firstTokens(acts, trace)
	alone := tokens.NewAlone(c)
	for id, found := range []int32{0, 1600} {
		if early, _ := alone.Serve(1600, found, 9); early != first[int32(id)] {
			t.Errorf("with %d tokens found: %v, alone %v", found, first[int32(id)], early)
		}
	}
	if first[0] <= first[1] {
		t.Errorf("the first token comes after %v, but after %v if the prompt is in the cache", first[0], first[1])
	}
	// after the first token, decoding takes the same time as on a replica that does both
	early, end := alone.Serve(1600, 0, 9)
	if rest := alone.Decode(1600, 9); rest != end-early {
		t.Errorf("decoding takes %v, but %v on a replica that also computes the prompt", rest, end-early)
	}
}
