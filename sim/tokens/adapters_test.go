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

// TestAdaptersWithoutLoadsChangeNothing gives every adapter a slot, and loads in no time.
func TestAdaptersWithoutLoadsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		c.Adapters, c.PrefixCache = nil, false // blocks of other adapters have other names
		acts := drawActs(t, c)
		for i := range acts {
			acts[i].request.Adapter = rapid.Int32Range(0, 6).Draw(t, "adapter")
		}
		without, _ := serve(c, acts)
		adapted := *c
		adapted.Adapters = &tokens.Adapters{Slots: 6, Host: 6}
		if with, _ := serve(&adapted, acts); !slices.Equal(with, without) {
			t.Fatalf("%v\nwith adapters: %v", without, with)
		}
	})
}

// TestAdaptersInTurnAreLoadedByTheRule serves requests one by one, for adapters that take turns. If
// n adapters take turns and fewer than n have a place, the one that is needed has always left. So
// every request waits for a copy, and for a fetch only if host memory has fewer places than
// adapters, or at the first time.
func TestAdaptersInTurnAreLoadedByTheRule(t *testing.T) {
	const turns, requests = 3, 12
	const service, copies, fetches = 4 * time.Millisecond, 10 * time.Millisecond, 70 * time.Millisecond
	for _, one := range []struct{ slots, host, copied, fetched int }{
		{3, 3, turns, turns}, {2, 3, requests, turns}, {2, 2, requests, requests}, {1, 3, requests, turns}, {1, 1, requests, requests},
	} {
		c := &tokens.Config{
			StepTime:     profile.StepTime{Compute: profile.Form{Constant: 1e6 * profile.Grains}},
			MaxSequences: 1, MaxTokens: 64, Chunked: true, Block: 16, Blocks: 100, Context: 100,
			Adapters: &tokens.Adapters{Slots: one.slots, Host: one.host, Copy: copies, Fetch: fetches},
		}
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		var acts []act
		for i := range int32(requests) {
			acts = append(acts, act{what: "arrive", id: i, request: tokens.EngineRequest{Prompt: 10, Output: 4, Ordinal: int64(i), Adapter: 1 + i%turns}, known: true})
		}
		trace, steps := serve(c, acts)
		loads := 0
		for _, s := range steps {
			loads += s.Loaded
		}
		want := kernel.Time(requests*service + time.Duration(one.copied)*copies + time.Duration(one.fetched)*fetches)
		if got := outcomes(trace, tokens.Finished)[requests-1][0].At; got != want || loads != one.copied {
			t.Errorf("%d slots, %d in host memory: ends at %v, want %v; %d loads, want %d", one.slots, one.host, got, want, loads, one.copied)
		}
	}
}

// TestRequestsWithoutASlotArePassedOver: the second request waits for the slot that the first
// holds, and the third, for the same adapter as the first, joins before it.
func TestRequestsWithoutASlotArePassedOver(t *testing.T) {
	c := &tokens.Config{
		StepTime:     profile.StepTime{Compute: profile.Form{Constant: 1e6 * profile.Grains}},
		MaxSequences: 8, MaxTokens: 64, Chunked: true, Block: 16, Blocks: 100, Context: 100, Adapters: &tokens.Adapters{Slots: 1, Host: 1},
	}
	var acts []act
	for i, adapter := range []int32{1, 2, 1, 0} {
		acts = append(acts, act{what: "arrive", id: int32(i), request: tokens.EngineRequest{Prompt: 10, Output: 4, Ordinal: int64(i), Adapter: adapter}, quiet: true, known: true})
	}
	trace, _ := serve(c, acts)
	first := firstTokens(acts, trace)
	for i, want := range []time.Duration{1, 5, 1, 1} {
		if first[int32(i)] != want*time.Millisecond {
			t.Errorf("request %d has its first token after %v, want %v ms", i, first[int32(i)], want)
		}
	}
}
