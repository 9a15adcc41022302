package builtin

import (
	"fmt"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Tokens is how a replica serves an LLM: continuous batching in iterations, with vLLM's defaults.
// The comments give vLLM's names.
type Tokens struct {
	StepTime      StepTime      `yaml:"step-time,required" was:"law" doc:"how long a step takes: the name of a step-time model (wavetank list step-times), a file of one, coefficients, or {roofline: {…}}"`
	Architecture  *Architecture `yaml:"architecture,omitempty" doc:"of the network; needed for a roofline, and where kv-blocks is not given"`
	Sequences     int           `yaml:"max-num-seqs" was:"sequences" doc:"that run at a time (max_num_seqs)"`
	BatchedTokens int           `yaml:"max-num-batched-tokens" was:"batched-tokens" doc:"in a step (max_num_batched_tokens)"`
	Chunked       bool          `yaml:"enable-chunked-prefill" was:"chunked" doc:"a prompt may be computed in several steps (enable_chunked_prefill)"`
	LongPrefill   int           `yaml:"long-prefill-token-threshold,omitempty" was:"long-prefill" doc:"most prefill tokens of a sequence in a step; no limit where not given (long_prefill_token_threshold)"`
	WholePrompt   bool          `yaml:"scheduler-reserve-full-isl,omitempty" was:"whole-prompt" doc:"a request joins only where KV blocks for all of its prompt are free (scheduler_reserve_full_isl)"`
	Ahead         bool          `yaml:"async-scheduling,omitempty" was:"ahead" doc:"a step is scheduled when the one before it begins (async_scheduling)"`
	Block         int           `yaml:"block-size" was:"block" doc:"tokens of a KV block (block_size)"`
	KVBlocks      int           `yaml:"kv-blocks,omitempty" doc:"KV blocks (num_gpu_blocks); where not given, those for which the GPUs have memory"`

	TokenBytes        quantity.Bytes `yaml:"kv-bytes-per-token,omitempty" was:"token-bytes" doc:"of the KV cache of one token, which moves where others decode; that of the architecture where not given"`
	MemoryUtilization float64        `yaml:"gpu-memory-utilization" was:"memory-utilization" doc:"share of the GPUs' memory that may be used (gpu_memory_utilization)"`
	Reserve           quantity.Bytes `yaml:"reserve" doc:"of it, on each GPU, neither for weights nor for the KV cache: activations, graphs"`
	Context           int            `yaml:"max-model-len,required" was:"context" doc:"most tokens of a request, prompt and output (max_model_len)"`
	PrefixCache       bool           `yaml:"enable-prefix-caching" was:"prefix-cache" doc:"KV blocks are found again by their content (enable_prefix_caching)"`
	Priority          bool           `yaml:"priority,omitempty" doc:"served by the priority of the class instead of as they come (scheduling policy priority)"`
	Speculative       *Speculative   `yaml:"speculative,omitempty" doc:"speculative decoding"`
	Overheads         *Overheads     `yaml:"overheads,omitempty" doc:"fixed spans of time of a request outside the engine"`
}

// Speculative is speculative decoding.
type Speculative struct {
	Draft      int     `yaml:"num-speculative-tokens,required" was:"draft" doc:"tokens proposed per step (num_speculative_tokens)"`
	Acceptance float64 `yaml:"acceptance-rate,required" was:"acceptance" doc:"probability that one is accepted, given those before it are"`
}

// Overheads is spans of time of a request outside the engine.
type Overheads struct {
	Before   quantity.Duration `yaml:"before,omitempty" doc:"from the arrival until it can be scheduled; this and the others: those of the step-time file where it has them and they are not given"`
	PerToken quantity.Duration `yaml:"per-token,omitempty" doc:"a token is seen so much later than it is emitted, times its place in the output"`
	After    quantity.Duration `yaml:"after,omitempty" doc:"from the last token to the end of the request"`
}

// SetDefaults are those of vLLM 0.10 and later for an API server.
func (t *Tokens) SetDefaults() {
	*t = Tokens{Sequences: 256, BatchedTokens: 2048, Chunked: true, Block: 16, MemoryUtilization: 0.9, Reserve: 2 << 30, PrefixCache: true}
}

// Check reports what tokens.Config cannot.
func (t *Tokens) Check(_ *strict.Node, report func(path, message string)) {
	if t.KVBlocks < 0 {
		report("kv-blocks", fmt.Sprintf("must not be negative: %d", t.KVBlocks))
	}
	if t.KVBlocks == 0 && t.Architecture == nil {
		report("kv-blocks", "give kv-blocks, or the architecture from which they follow")
	}
	if t.StepTime.Roofline != nil && t.Architecture == nil {
		report("architecture", "a roofline needs the architecture of the network")
	}
	if c := t.StepTime.Coefficients; c != nil && *c == (Coefficients{}) {
		report("step-time", "all coefficients are zero: a step would take no time")
	}
	if !(t.MemoryUtilization > 0 && t.MemoryUtilization <= 1) {
		report("gpu-memory-utilization", fmt.Sprintf("must be above 0 and at most 1, not %v", t.MemoryUtilization))
	}
	notNegative(report, "reserve", t.Reserve)
	notNegative(report, "kv-bytes-per-token", t.TokenBytes)
}
