package tokens_test

import (
	"strings"
	"testing"

	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

func TestImpossibleConfigurationsAreRefused(t *testing.T) {
	if err := tokens.Config14B().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*tokens.Config){
		"max-num-seqs: 0 is not between 1 and":                                                  func(c *tokens.Config) { c.MaxSequences = 0 },
		"max-num-batched-tokens: -1 is not between":                                             func(c *tokens.Config) { c.MaxTokens = -1 },
		"max-num-batched-tokens: 255 are less than the 256 that 256 sequences decode in a step": func(c *tokens.Config) { c.MaxTokens = 255 },
		"max-num-batched-tokens: 2048 are less than the 2304":                                   func(c *tokens.Config) { c.Draft = 8 },
		"block-size: 0 is not":                                                                  func(c *tokens.Config) { c.Block = 0 },
		"block-size: 5000 is more than 4096":                                                    func(c *tokens.Config) { c.Block = 5000 },
		"kv-blocks: 0 is not":                                                                   func(c *tokens.Config) { c.Blocks = 0 },
		"max-model-len: 0 is not":                                                               func(c *tokens.Config) { c.Context = 0 },
		"long-prefill-token-threshold: -1 is negative":                                          func(c *tokens.Config) { c.LongPrefill = -1 },
		"speculative: num-speculative-tokens: 65 is not between 0 and 64":                       func(c *tokens.Config) { c.Draft = 65 },
		"speculative: acceptance-rate: 1 is not in [0, 1)":                                      func(c *tokens.Config) { c.Acceptance = 1 },
		"overheads: a span is negative":                                                         func(c *tokens.Config) { c.After = -1 },
		"could take":                                                                            func(c *tokens.Config) { c.StepTime.Memory.Constant = 3600e9 * profile.Grains },
	} {
		c := tokens.Config14B()
		spoil(c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestOnlyWhatCanNeverBeServedIsRefused serves the largest request that is not refused, for every
// reason to refuse.
func TestOnlyWhatCanNeverBeServedIsRefused(t *testing.T) {
	for reason, c := range map[string]*tokens.Config{
		"longer than the context":                     {MaxTokens: 16, Chunked: true, Block: 4, Blocks: 100, Context: 60},
		"larger than the KV cache":                    {MaxTokens: 16, Chunked: true, Block: 4, Blocks: 10, Context: 300},
		"longer than a step, without chunked prefill": {MaxTokens: 16, Block: 4, Blocks: 10, Context: 300},
	} {
		c.MaxSequences, c.StepTime = 1, tokens.StepTime14B()
		prompt := int32(1)
		for c.Refuses(prompt+1, 5) == "" {
			prompt++
		}
		if got := c.Refuses(prompt+1, 5); got != reason {
			t.Errorf("%d tokens are refused as %q, want %q", prompt+6, got, reason)
		}
		acts := []act{{what: "arrive", request: tokens.EngineRequest{Prompt: prompt, Output: 5}, known: true}}
		if trace, _ := serve(c, acts); len(outcomes(trace, tokens.Finished)) != 1 {
			t.Errorf("%s: %d tokens are not served: %v", reason, prompt+5, trace)
		}
	}
}

// TestImpossibleGroupsAreTold joins all faults of a replica of several engines.
func TestImpossibleGroupsAreTold(t *testing.T) {
	c := *tokens.Config14B()
	c.Stages, c.Ranks, c.Hop, c.Ahead, c.Blocks = 2, 3, -1, true, 2
	c.Adapters = &tokens.Adapters{Slots: 1, Host: 1}
	err := c.Validate()
	for _, part := range []string{
		"pipeline-parallel-size and data-parallel-size: a replica has one of them", "pipeline-hop: -1ns is not between 0 and 1s", "kv-blocks: 2 are less than one for each of 3 engines",
		"async-scheduling: a replica of 3 engines", "lora: a replica of 3 engines has no adapters",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("told is %v, want %q", err, part)
		}
	}
}
