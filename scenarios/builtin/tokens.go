package builtin

import (
	"fmt"
	"strings"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Tokens describes how a replica serves an LLM: by continuous batching in steps, with vLLM's
// defaults. The texts of the keys name vLLM's settings.
type Tokens struct {
	StepTime      StepTime      `yaml:"step-time,required" was:"law" doc:"how long a step takes: the name of a step-time model (wavetank list step-times), the name of a file with one, coefficients, or {roofline: {…}}"`
	Architecture  *Architecture `yaml:"architecture,omitempty" doc:"architecture of the network; needed for a roofline, and if kv-blocks is not given"`
	Sequences     int           `yaml:"max-num-seqs" was:"sequences" doc:"largest number of sequences that run at a time (max_num_seqs)"`
	BatchedTokens int           `yaml:"max-num-batched-tokens" was:"batched-tokens" doc:"largest number of tokens in a step (max_num_batched_tokens)"`
	Chunked       bool          `yaml:"enable-chunked-prefill" was:"chunked" doc:"a prompt may be computed in several steps (enable_chunked_prefill)"`
	LongPrefill   int           `yaml:"long-prefill-token-threshold" was:"long-prefill" doc:"largest number of prefill tokens of a sequence in a step; 0: no limit (long_prefill_token_threshold)"`
	WholePrompt   bool          `yaml:"scheduler-reserve-full-isl" was:"whole-prompt" doc:"a request is scheduled only if KV blocks for its whole prompt are free (scheduler_reserve_full_isl)"`
	Ahead         bool          `yaml:"async-scheduling" was:"ahead" doc:"a step is scheduled when the step before it begins (async_scheduling)"`
	PrefillFirst  bool          `yaml:"prefill-first,omitempty" doc:"a step computes prompts or emits further tokens, never both, and prompts come first (the default of SGLang; vLLM before version 1)"`
	PrefillReads  bool          `yaml:"prefill-reads-kv,omitempty" doc:"a sequence whose prompt is computed reads its tokens in the KV cache in every step, and counts as prefill even with a single token; otherwise only further tokens read the cache"`
	Block         int           `yaml:"block-size" was:"block" doc:"tokens of a KV block (block_size)"`
	KVBlocks      int           `yaml:"kv-blocks,omitempty" doc:"number of KV blocks (num_gpu_blocks); when not given, as many as fit in the memory of the GPUs"`

	TokenBytes        quantity.Bytes    `yaml:"kv-bytes-per-token,omitempty" was:"token-bytes" doc:"bytes of the KV cache for each token, which move if other replicas decode; when not given, computed from the architecture"`
	MemoryUtilization float64           `yaml:"gpu-memory-utilization" was:"memory-utilization" doc:"share of the GPUs' memory that may be used (gpu_memory_utilization)"`
	Reserve           quantity.Bytes    `yaml:"reserve" doc:"memory of each GPU that neither weights nor the KV cache may use, for activations and graphs"`
	Context           int               `yaml:"max-model-len,required" was:"context" doc:"largest number of tokens of a request, prompt and answer together (max_model_len)"`
	PrefixCache       bool              `yaml:"enable-prefix-caching" was:"prefix-cache" doc:"KV blocks are found again by their content (enable_prefix_caching)"`
	Priority          bool              `yaml:"priority,omitempty" doc:"waiting requests are served by the priority of their class instead of in the order of arrival (scheduling policy priority)"`
	Handover          *Handover         `yaml:"handover,omitempty" doc:"how KV caches move to the replicas that decode, if a stream is disaggregated"`
	Speculative       *Speculative      `yaml:"speculative,omitempty" doc:"speculative decoding"`
	KVOffload         *KVOffload        `yaml:"kv-offload,omitempty" doc:"KV blocks of prompts are kept in host memory, too, and are found there again"`
	Stages            int               `yaml:"pipeline-parallel-size,omitempty" doc:"number of stages over which the layers are spread, each on an equal part of the GPUs; as many batches are under way (pipeline_parallel_size)"`
	Hop               quantity.Duration `yaml:"pipeline-hop,omitempty" doc:"time that the activations of a batch take from a stage to the next"`
	Ranks             int               `yaml:"data-parallel-size,omitempty" doc:"number of ranks with data-parallel attention, whose experts are spread over all GPUs; their steps end together (data_parallel_size with enable_expert_parallel)"`
	LoRA              *LoRA             `yaml:"lora,omitempty" doc:"LoRA adapters: each tenant of a stream has one"`
	Overheads         *Overheads        `yaml:"overheads,omitempty" doc:"fixed times that a request spends outside the engine"`

	given   string   // keys that the file has, each between spaces; "": not read from a file
	adopted []string // settings that were taken from the step-time file (adopt)
}

// Handover says how the KV cache of a prompt moves to the replica that decodes.
type Handover struct {
	Fixed  quantity.Duration `yaml:"fixed,omitempty" doc:"time that every handover takes beside that of the bytes"`
	Layers int               `yaml:"layers,omitempty" doc:"number of layers that are sent one by one, each as soon as it is computed; when not given, the cache is sent after the prompt is computed"`
}

// Speculative is speculative decoding.
type Speculative struct {
	Draft      int     `yaml:"num-speculative-tokens,required" was:"draft" doc:"number of tokens proposed in each step (num_speculative_tokens)"`
	Random     bool    `yaml:"random-acceptance,omitempty" doc:"the number of accepted tokens is drawn for every request and step; otherwise it follows its mean"`
	Acceptance float64 `yaml:"acceptance-rate,required" was:"acceptance" doc:"probability that a proposed token is accepted if all before it are"`
}

// Overheads holds the times that a request spends outside the engine.
type Overheads struct {
	Before   quantity.Duration `yaml:"before,omitempty" doc:"time from the arrival until the request can be scheduled; missing keys of overheads are taken from the step-time file"`
	PerToken quantity.Duration `yaml:"per-token,omitempty" doc:"the n-th token is seen n times this long after it is emitted"`
	After    quantity.Duration `yaml:"after,omitempty" doc:"time from the last token to the end of the request"`
}

// SetDefaults fills in the defaults of vLLM 0.10 and later for an API server.
func (t *Tokens) SetDefaults() {
	*t = Tokens{Sequences: 256, BatchedTokens: 2048, Chunked: true, Block: 16, MemoryUtilization: 0.9, Reserve: 2 << 30, PrefixCache: true}
}

// Check reports faults that the check of tokens.Config does not find. It notes which keys are
// given.
func (t *Tokens) Check(at *strict.Node, report func(path, message string)) {
	if at != nil {
		t.given = " " + strings.Join(at.Keys(), " ") + " "
	}
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
	if t.Hop != 0 && t.Stages < 2 {
		report("pipeline-hop", "there is one stage; give pipeline-parallel-size")
	}
	if t.Ranks > 1 && t.StepTime.Roofline != nil {
		report("step-time", "a roofline does not know how data-parallel ranks share the GPUs; give the coefficients of a rank, or a step-time file")
	}
	if t.Ranks > 1 && t.KVBlocks == 0 {
		report("kv-blocks", "give the KV blocks of all ranks together: how many weights each rank has is not known")
	}
	if !(t.MemoryUtilization > 0 && t.MemoryUtilization <= 1) {
		report("gpu-memory-utilization", fmt.Sprintf("must be above 0 and at most 1, not %v", t.MemoryUtilization))
	}
	notNegative(report, "reserve", t.Reserve)
	notNegative(report, "kv-bytes-per-token", t.TokenBytes)
}

// checkNetwork reports times of a replica on several machines that cannot contain the network
// between them: a pipeline without a hop, or a roofline with the default links, which are those
// inside a machine. Coefficients, and the shipped and fitted models, are taken to contain it.
func (t *Tokens) checkNetwork(machines int, report func(path, message string)) {
	if t.Stages > 1 && t.Hop == 0 {
		report("pipeline-hop", fmt.Sprintf("the stages are on %d machines: give the time over the network from one to the next, above 0", machines))
	}
	var usual Roofline
	usual.SetDefaults()
	r, within := t.StepTime.Roofline, max(1, t.Stages)%machines == 0
	if r != nil && !within && r.Link == usual.Link && r.LinkLatency == usual.LinkLatency {
		report("step-time.roofline", fmt.Sprintf("GPUs of %d machines exchange the output of each layer: give link-bandwidth and link-latency of the network between them, or pipeline-parallel-size: %d", machines, machines))
	}
}
