package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/sim/quantity"
)

// memory is what the KV blocks follow from where they are not told.
type memory struct {
	gpu, weights, token, reserve string
	utilization                  float64
}

func (o *lawOptions) memoryFlags(c *cobra.Command) {
	f, m := c.Flags(), &o.memory
	f.StringVar(&m.gpu, "gpu-memory", "", "of one GPU, such as 24GiB; with the next four, what KV blocks follow from where they are not told")
	f.Float64Var(&m.utilization, "gpu-memory-utilization", 0.9, "share of it that the engine uses")
	f.StringVar(&m.weights, "weights", "", "of the network, on all GPUs together; those of the catalogue where not given")
	f.StringVar(&m.token, "kv-token-bytes", "", "that a token takes in the KV cache, on all GPUs together; those of the network's shape where not given")
	f.StringVar(&m.reserve, "reserve", "2GiB", "on each GPU, neither for weights nor for the KV cache")
}

// told takes over from files what no flag gives, and says what that is.
func (o *lawOptions) told(c *cobra.Command, w io.Writer, files []*measured.Arguments) error {
	var faults []error
	given := func(flag string) bool { f := c.Flags().Lookup(flag); return f == nil || f.Changed }
	seen := map[string]bool{}
	for _, one := range []struct {
		flag  string
		to    *int
		low   float64
		names []string
	}{
		{"max-num-seqs", &o.engine.MaxSequences, 1, []string{"max_num_seqs"}},
		{"max-num-batched-tokens", &o.engine.MaxTokens, 1, []string{"max_num_batched_tokens"}},
		{"long-prefill-token-threshold", &o.engine.LongPrefill, 0, []string{"long_prefill_token_threshold"}},
		{"block-size", &o.engine.Block, 1, []string{"block_size"}},
		{"num-gpu-blocks", &o.engine.Blocks, 1, []string{"num_gpu_blocks", "num_gpu_blocks_override"}},
		{"max-model-len", &o.engine.Context, 1, []string{"max_model_len"}},
		{"num-speculative-tokens", &o.engine.Draft, 0, []string{"num_speculative_tokens"}},
		{"gpus", &o.law.GPUs, 1, []string{"tensor_parallel_size"}},
		{"replicas", &o.replicas, 1, []string{"data_parallel_size"}},
	} {
		v, err := number(files, one.low, one.names...)
		faults = append(faults, err)
		if v != nil && !given(one.flag) {
			*one.to = int(min(*v, 1<<30))
			seen[one.flag] = true
		}
	}
	for _, one := range []struct {
		flag string
		to   *bool
		name string
	}{{"chunked-prefill", &o.engine.Chunked, "enable_chunked_prefill"}, {"prefix-caching", &o.engine.PrefixCache, "enable_prefix_caching"}, {"scheduler-reserve-full-isl", &o.engine.WholePrompt, "scheduler_reserve_full_isl"}, {"async-scheduling", &o.engine.Ahead, "async_scheduling"}} {
		for _, a := range files {
			if v, err := a.Switch(one.name); err != nil || v != nil {
				if faults = append(faults, err); v != nil && !given(one.flag) {
					*one.to = *v
				}
				break
			}
		}
	}
	for _, one := range []struct {
		flag  string
		to    *string
		names []string
	}{{"model", &o.law.Model, []string{"model"}}, {"gpu", &o.law.GPU, []string{"device_name"}}, {"date", &o.law.Date, []string{"started_at", "date"}}} {
		if v, ok := text(files, one.names...); ok && !given(one.flag) {
			*one.to = v
		}
	}
	if seen["num-gpu-blocks"] || given("num-gpu-blocks") {
		o.series = ""
	} else if o.series == "" {
		faults = append(faults, o.cache(w, files))
	}
	return errors.Join(faults...)
}

// number returns the first value that files tell of, in their order.
func number(files []*measured.Arguments, low float64, names ...string) (*float64, error) {
	for _, a := range files {
		if v, err := a.Number(low, names...); err != nil || v != nil {
			return v, err
		}
	}
	return nil, nil
}

// text returns the first value that files tell of, in their order.
func text(files []*measured.Arguments, names ...string) (string, bool) {
	for _, a := range files {
		if v, _, ok := a.Text(names...); ok {
			return v, true
		}
	}
	return "", false
}

// cache finds the KV blocks: from the tokens that they hold, or from what memory leaves; where that is not told, none is ever
// missing, which is said.
func (o *lawOptions) cache(w io.Writer, files []*measured.Arguments) error {
	held, err := number(files, 1, "num_kv_tokens")
	if err != nil {
		return err
	}
	if held != nil {
		o.engine.Blocks = max(1, int(*held)/max(1, o.engine.Block))
		return nil
	}
	share, err := number(files, 0, "gpu_memory_utilization")
	if share == nil || o.memory.utilization != 0.9 {
		share = &o.memory.utilization
	}
	budget, e2 := number(files, 0, "kv_cache_memory_bytes")
	shape, weights := o.network(files)
	gpu, e3 := o.bytes("gpu-memory", o.memory.gpu, files, "device_total_memory_bytes")
	reserve, e4 := o.bytes("reserve", o.memory.reserve, nil)
	if o.memory.weights != "" {
		var e5 error
		weights, e5 = o.bytes("weights", o.memory.weights, nil)
		err = errors.Join(err, e5)
	}
	each, e6 := o.bytes("kv-token-bytes", o.memory.token, nil)
	if err = errors.Join(err, e2, e3, e4, e6); err != nil {
		return err
	}
	if each == 0 {
		each = shape
	}
	gpus := float64(max(1, o.law.GPUs))
	free := gpus*(*share*gpu-reserve) - weights
	if budget != nil {
		free = gpus * *budget
	}
	switch {
	case each > 0 && (budget != nil || gpu > 0 && weights > 0):
		n := math.Floor(free / (each * float64(max(1, o.engine.Block))))
		if !(n >= 1) || n > 1<<30 {
			return fmt.Errorf("--num-gpu-blocks: %.0f blocks fit beside weights of %.4g GB; are --gpu-memory, --weights and --gpus right?", n, weights/1e9)
		}
		o.engine.Blocks = int(n)
		fmt.Fprintf(w, "note: the KV blocks are not told; %d follow from memory, weights and the bytes of a token (--num-gpu-blocks where that is wrong)\n", o.engine.Blocks)
	default:
		var missing []string
		for _, one := range []struct {
			flag string
			lack bool
		}{{"--gpu-memory", gpu == 0}, {"--weights", weights == 0}, {"--kv-token-bytes", each == 0}} {
			if one.lack {
				missing = append(missing, one.flag)
			}
		}
		fmt.Fprintf(w, "note: the KV blocks are not told (--num-gpu-blocks), nor what they would follow from (%s): none is ever missing\n", strings.Join(missing, ", "))
	}
	return nil
}

// occupied finds the KV blocks that are not told from how full the cache was while a log was made, else from what else is told.
func (o *lawOptions) occupied(w io.Writer, log []measured.Measured) error {
	if o.series == "" {
		return nil
	}
	t, err := measured.OpenTable(o.series)
	if err != nil {
		return err
	}
	n, err := measured.Occupied(t, log, max(1, o.engine.Block))
	if err != nil || n == 0 {
		return errors.Join(err, o.cache(w, o.tellers))
	}
	o.engine.Blocks = n
	fmt.Fprintf(w, "note: the KV blocks are not told; about %d follow from how full the cache was (%s; --num-gpu-blocks where that is wrong)\n", n, o.series)
	return nil
}

// bytes reads a size that a flag gives, or else files do; 0: neither.
func (o *lawOptions) bytes(flag, given string, files []*measured.Arguments, names ...string) (float64, error) {
	if given != "" {
		var b quantity.Bytes
		if err := b.UnmarshalText([]byte(given)); err != nil || b < 0 {
			return 0, fmt.Errorf("--%s: %q is no size such as 24GiB", flag, given)
		}
		return float64(b), nil
	}
	v, err := number(files, 0, names...)
	if v == nil {
		return 0, err
	}
	return *v, err
}

// network returns the bytes of a token in the KV cache and those of the weights: of the shape that files tell, by the names of
// model configurations, else of the catalogue's network of that name; 0: unknown.
func (o *lawOptions) network(files []*measured.Arguments) (token, weights float64) {
	var a builtin.Architecture
	a.SetDefaults()
	for _, one := range []struct {
		to    *int
		names []string
	}{
		{&a.Layers, []string{"num_hidden_layers"}}, {&a.Hidden, []string{"hidden_size"}}, {&a.Heads, []string{"num_attention_heads"}},
		{&a.KVHeads, []string{"num_key_value_heads", "num_attention_heads"}}, {&a.HeadDim, []string{"head_dim"}},
		{&a.FFN, []string{"moe_intermediate_size", "intermediate_size"}}, {&a.Vocabulary, []string{"vocab_size"}},
		{&a.Experts, []string{"num_experts", "num_local_experts", "n_routed_experts"}},
	} {
		if v, err := number(files, 1, one.names...); err == nil && v != nil {
			*one.to = int(min(*v, 1<<30))
		}
	}
	if a.Layers > 0 && a.Heads > 0 && a.Hidden > 0 && a.FFN > 0 && a.Vocabulary > 0 {
		return a.TokenBytes(), a.WeightBytes()
	}
	models, err := builtin.Models()
	if err != nil {
		return 0, 0
	}
	name := strings.ToLower(path.Base(o.law.Model))
	for _, m := range models {
		for _, v := range m.Variants {
			for _, p := range v.Devices {
				if strings.HasPrefix(name, v.Name) && p.Tokens != nil && p.Tokens.Architecture != nil {
					return p.Tokens.Architecture.TokenBytes(), float64(v.Weights)
				}
			}
		}
	}
	return 0, 0
}

// engineLine says how the engine that is simulated is set.
func (o *lawOptions) engineLine() string {
	e := &o.engine
	parts := []string{fmt.Sprintf("%d sequences", e.MaxSequences), fmt.Sprintf("%d tokens in a step", e.MaxTokens)}
	on := func(is bool, name string) {
		if !is {
			name = "no " + name
		}
		parts = append(parts, name)
	}
	on(e.Chunked, "chunked prefill")
	on(e.PrefixCache, "prefix cache")
	if e.Ahead {
		parts = append(parts, "scheduled a step ahead")
	}
	if e.Blocks < 1<<20 {
		parts = append(parts, fmt.Sprintf("%d KV blocks of %d tokens", e.Blocks, e.Block))
	}
	return fmt.Sprintf("%s, %d × %s: %s", o.law.Model, o.law.GPUs, o.law.GPU, strings.Join(parts, ", "))
}
