package tokens

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim/profile"
)

// Config says how the engine of a replica schedules, and what fits into its KV cache. The comments
// name the settings of vLLM that correspond.
type Config struct {
	StepTime     profile.StepTime
	MaxSequences int  // most sequences that run at a time: max_num_seqs
	MaxTokens    int  // most tokens scheduled in a step: max_num_batched_tokens
	Chunked      bool // a prompt may be computed in several steps: enable_chunked_prefill
	// a prompt joins only if all its blocks are free: scheduler_reserve_full_isl
	WholePrompt bool
	// a step is scheduled when the step before it begins: async_scheduling
	Ahead bool
	// a step computes prompts or emits further tokens, never both; prompts come first: SGLang's
	// default, and vLLM's before version 1
	PrefillFirst bool
	// sequences that prefill read their tokens in the cache, and count as prefill even with one
	// token (profile.Work.AddPrefill); otherwise such a sequence counts as one that decodes
	PrefillReads bool
	// most prefill tokens of a sequence in a step; 0: no limit: long_prefill_token_threshold
	LongPrefill int
	Block       int   // tokens of a KV block: block_size
	Blocks      int   // KV blocks: num_gpu_blocks
	Context     int   // most tokens of a request, prompt and output: max_model_len
	TokenBytes  int64 // bytes of the KV cache of one token
	Handover    Handover
	Parallel
	Offload     *Offload  // KV blocks in host memory; nil: none
	PrefixCache bool      // blocks are found again by their content: enable_prefix_caching
	Priority    bool      // scheduling policy "priority" instead of "fcfs"
	Adapters    *Adapters // LoRA adapters; nil: requests name none
	Draft       int       // speculative tokens of a decoding sequence in a step; 0: none
	Acceptance  float64   // probability that a draft token is accepted if those before it are
	// the number of accepted tokens is drawn for each sequence and step; otherwise it follows its
	// mean
	RandomAcceptance bool
	// time from the arrival at the replica until a request can be scheduled
	Before   time.Duration
	PerToken time.Duration // the n-th token reaches the client n·PerToken after it is emitted
	After    time.Duration // time from the client's last token to the end of the request
}

// Handover says how the KV cache of a prompt moves to the replica that decodes.
type Handover struct {
	Fixed time.Duration // time of every handover beside that of the bytes
	// layers of the network; each is sent as soon as a step has computed it; 0 or 1: the whole
	// cache is sent after the prompt is computed
	Layers int
}

// Validate joins the faults of a configuration, which begin with the scenario's keys.
func (c *Config) Validate() error {
	var faults []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	const most = 1 << 30
	for _, n := range []struct {
		name  string
		value int
	}{{"max-num-seqs", c.MaxSequences}, {"max-num-batched-tokens", c.MaxTokens}, {"block-size", c.Block}, {"kv-blocks", c.Blocks}, {"max-model-len", c.Context}} {
		wrong(n.value < 1 || n.value > most, "%s: %d is not between 1 and %d", n.name, n.value, most)
	}
	wrong(c.Block > 1<<12, "block-size: %d is more than 4096", c.Block)
	wrong(c.LongPrefill < 0, "long-prefill-token-threshold: %d is negative", c.LongPrefill)
	wrong(c.Stages < 0 || c.Stages > 1024, "pipeline-parallel-size: %d is not between 1 and 1024", c.Stages)
	wrong(c.Ranks < 0 || c.Ranks > 1024, "data-parallel-size: %d is not between 1 and 1024", c.Ranks)
	wrong(c.Stages > 1 && c.Ranks > 1, "pipeline-parallel-size and data-parallel-size: a replica has one of them")
	if t := c.StepTime.Table; t != nil && len(t.Experts.At) > 0 {
		wrong(max(1, t.Ranks) != int64(max(1, c.Ranks)), "data-parallel-size: the table of the step-time model has the experts of %d ranks, not %d", max(1, t.Ranks), max(1, c.Ranks))
	}
	wrong(c.Hop < 0 || c.Hop > time.Second, "pipeline-hop: %v is not between 0 and 1s", c.Hop)
	if n := c.Engines(); n > 1 {
		wrong(c.Blocks < n, "kv-blocks: %d are less than one for each of %d engines", c.Blocks, n)
		wrong(c.Ahead, "async-scheduling: a replica of %d engines schedules a step when the step before it has ended", n)
		wrong(c.Adapters != nil, "lora: a replica of %d engines has no adapters", n)
	}
	wrong(c.Draft < 0 || c.Draft > 64, "speculative: num-speculative-tokens: %d is not between 0 and 64", c.Draft)
	wrong(!(c.Acceptance >= 0 && c.Acceptance < 1), "speculative: acceptance-rate: %v is not in [0, 1)", c.Acceptance)
	wrong(c.RandomAcceptance && c.Draft == 0, "speculative: random-acceptance: there are no speculative tokens")
	wrong(c.MaxTokens < c.MaxSequences*(1+c.Draft), "max-num-batched-tokens: %d are less than the %d that %d sequences decode in a step", c.MaxTokens, c.MaxSequences*(1+c.Draft), c.MaxSequences)
	wrong(c.Before < 0 || c.PerToken < 0 || c.After < 0, "overheads: a span is negative")
	if o := c.Offload; o != nil {
		wrong(!c.PrefixCache, "kv-offload: blocks in host memory are found by their content: it needs enable-prefix-caching")
		wrong(o.Blocks < 1 || o.Blocks > most, "kv-offload: %d blocks fit in host memory, which is not between 1 and %d", o.Blocks, most)
		all := float64(o.Grains) * float64(c.Context) / float64(max(1, c.Block)) * float64(c.MaxSequences)
		wrong(o.Grains < 0 || all > 86e9*profile.Grains, "kv-offload: to copy the blocks of a step could take %.3g s, more than 86 s", all/(1e9*profile.Grains))
	}
	wrong(c.Handover.Fixed < 0, "handover: fixed: %v is negative", c.Handover.Fixed)
	wrong(c.Handover.Layers < 0 || c.Handover.Layers > 10000, "handover: layers: %d is not between 0 and 10000", c.Handover.Layers)
	if c.Adapters != nil {
		if err := c.Adapters.validate(); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) == 0 {
		if err := c.StepTime.Holds(int64(c.MaxSequences), int64(c.MaxTokens), int64(c.Context)); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// Reasons why a replica refuses a request.
const (
	LongerThanContext = "longer than the context"
	LargerThanCache   = "larger than the KV cache"
	LongerThanStep    = "longer than a step, without chunked prefill"
)

// Refuses says why a request with these prompt and output tokens can never be served, or returns ""
// when it can.
func (c *Config) Refuses(prompt, output int32) string {
	switch context, cache, step := c.Exceeds(prompt, output); {
	case context:
		return LongerThanContext
	case cache:
		return LargerThanCache
	case step:
		return LongerThanStep
	}
	return ""
}

// Exceeds reports which limits a request with these prompt and output tokens exceeds: the context,
// the KV cache and, without chunked prefill, the tokens of a step. The last output token never
// enters the cache.
func (c *Config) Exceeds(prompt, output int32) (context, cache, step bool) {
	total := int64(prompt) + int64(output)
	return total > int64(c.Context), (total-1+int64(c.Block)-1)/int64(c.Block) > int64(c.Blocks/c.Engines()), !c.Chunked && total-1 > int64(c.MaxTokens)
}
