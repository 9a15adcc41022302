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

// TestHostMemoryChangesNothingIfTheDeviceHoldsAll: if no block on the device is ever taken again,
// host memory has none that the device lacks.
func TestHostMemoryChangesNothingIfTheDeviceHoldsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		c.PrefixCache, c.Offload, c.Blocks = true, nil, 40*200
		acts := drawActs(t, c)
		without, _ := serve(c, acts)
		more := *c
		more.Offload = &tokens.Offload{Blocks: rapid.IntRange(1, 500).Draw(t, "blocks"), Grains: profile.Grains}
		if with, _ := serve(&more, acts); !slices.Equal(with, without) {
			t.Fatalf("%v\nwith host memory: %v", without, with)
		}
	})
}

// TestRestoredBlocksTakeTheTimeOfTheirCopies serves two prompts in turn, one at a time. The device
// holds the blocks of one, host memory those of both, or of one. With both, every prompt but the
// first two is copied, except its last block. With one, the prompt that is needed has always left.
func TestRestoredBlocksTakeTheTimeOfTheirCopies(t *testing.T) {
	const block, blocks, requests = 16, 10, 8
	const token, copied = time.Millisecond, 2 * time.Millisecond
	for _, both := range []bool{true, false} {
		c := &tokens.Config{
			StepTime:     profile.StepTime{Compute: profile.Form{Prefill: int64(token) * profile.Grains}},
			MaxSequences: 1, MaxTokens: 1000, Chunked: true, Block: block, Blocks: blocks, Context: 1000, PrefixCache: true,
			Offload: &tokens.Offload{Blocks: blocks, Grains: int64(copied) * profile.Grains},
		}
		if both {
			c.Offload.Blocks = 2 * blocks
		}
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		var acts []act
		for i := range int32(requests) {
			content := &tokens.Content{Prefix: []tokens.Segment{{Content: uint64(1 + i%2), Tokens: block * blocks}}}
			acts = append(acts, act{what: "arrive", id: i, request: tokens.EngineRequest{Prompt: block * blocks, Output: 1, Ordinal: int64(i), Content: content}, known: true})
		}
		trace, steps := serve(c, acts)
		want, restored := time.Duration(requests*block*blocks)*token, 0
		if both {
			again := time.Duration(requests-2) * (blocks - 1)
			want += again * (copied - block*token)
			restored = int(again)
		}
		for _, s := range steps {
			restored -= s.Restored
		}
		if got := outcomes(trace, tokens.Finished)[requests-1][0].At; got != kernel.Time(want) || restored != 0 {
			t.Errorf("host memory for both %v: ends at %v, want %v; %d blocks too few are copied", both, got, want, restored)
		}
	}
}
