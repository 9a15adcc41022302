package commands

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/calibrate/measured"
	"wavetank/sim/quantity"
	"wavetank/sim/tokens"
	"wavetank/workload/table"
)

// memoryOptions describe the memory of the GPUs. If the number of KV blocks is not given, it is
// computed from them.
type memoryOptions struct {
	gpu, weights, token, reserve string
	utilization                  float64
}

func (o *memoryOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.gpu, "gpu-memory", "", "memory of one GPU, such as 24GiB; if the number of KV blocks is not given, it follows from this flag, --gpu-memory-utilization, --weights, --kv-token-bytes and --reserve")
	f.Float64Var(&o.utilization, "gpu-memory-utilization", usualUtilization, "share of the GPU memory that the engine uses")
	f.StringVar(&o.weights, "weights", "", "bytes of the weights on all GPUs together (default: those of the catalogue's network)")
	f.StringVar(&o.token, "kv-token-bytes", "", "bytes of a token in the KV cache on all GPUs together (default: those of the network's shape)")
	f.StringVar(&o.reserve, "reserve", "2GiB", "memory of each GPU for neither weights nor KV cache")
}

// usualUtilization is the default of vLLM's gpu-memory-utilization.
const usualUtilization = 0.9

// findBlocks sets the number of KV blocks by the number of tokens in the settings, or else by the
// memory that is left for them. If neither is known, the engine has more blocks than it ever uses,
// and findBlocks prints a note that says so.
func (o *memoryOptions) findBlocks(w io.Writer, s settings, e *tokens.Config, file *builtin.StepTimeFile) error {
	held, err := s.number(1, "num_kv_tokens")
	if err != nil {
		return err
	}
	block := max(1, e.Block)
	if held != nil {
		e.Blocks = max(1, int(*held)/block)
		return nil
	}
	m, err := o.leaves(s, file)
	if err != nil {
		return err
	}
	if missing := m.missing(); len(missing) > 0 {
		fmt.Fprintf(w, "note: the number of KV blocks is not known (--num-gpu-blocks), and cannot be computed without %s: the engine has more blocks than it uses\n", strings.Join(missing, ", "))
		return nil
	}
	n := math.Floor(m.free / (m.token * float64(block)))
	if !(n >= 1) || n > 1<<30 {
		return fmt.Errorf("--num-gpu-blocks: %.0f blocks fit beside weights of %.4g GB; are --gpu-memory, --weights and --gpus right?", n, m.weights/1e9)
	}
	e.Blocks = int(n)
	fmt.Fprintf(w, "note: the number of KV blocks is not known; %d follow from memory, weights and the bytes of a token (if that is wrong: --num-gpu-blocks)\n", e.Blocks)
	return nil
}

// memory holds the memory that a replica has and needs, in bytes; 0: not known.
type memory struct {
	gpu, weights, token float64
	free                float64 // for the KV cache
	budget              bool    // free is from the settings
}

// missing returns the names of the flags whose values are needed but not known.
func (m memory) missing() (flags []string) {
	if m.token > 0 && (m.budget || m.gpu > 0 && m.weights > 0) {
		return nil
	}
	for _, one := range []struct {
		flag  string
		bytes float64
	}{{"--gpu-memory", m.gpu}, {"--weights", m.weights}, {"--kv-token-bytes", m.token}} {
		if one.bytes == 0 {
			flags = append(flags, one.flag)
		}
	}
	return flags
}

// leaves computes the memory. Each value is that of the flag, or else of the settings, or else
// follows from the shape of the network.
func (o *memoryOptions) leaves(s settings, file *builtin.StepTimeFile) (m memory, err error) {
	share, e1 := s.number(0, "gpu_memory_utilization")
	if share == nil || o.utilization != usualUtilization {
		share = &o.utilization
	}
	budget, e2 := s.number(0, "kv_cache_memory_bytes")
	gpu, e3 := bytesOf("gpu-memory", o.gpu, s, "device_total_memory_bytes")
	reserve, e4 := bytesOf("reserve", o.reserve, nil)
	weights, e5 := bytesOf("weights", o.weights, nil)
	token, e6 := bytesOf("kv-token-bytes", o.token, nil)
	ofToken, ofWeights := s.network(file.Model)
	if o.weights == "" {
		weights = ofWeights
	}
	if token == 0 {
		token = ofToken
	}
	m = memory{gpu: gpu, weights: weights, token: token, budget: budget != nil}
	gpus := float64(max(1, file.GPUs))
	if m.free = gpus*(*share*gpu-reserve) - weights; m.budget {
		m.free = gpus * *budget
	}
	return m, errors.Join(e1, e2, e3, e4, e5, e6)
}

// bytesOf reads a size in bytes from a flag, or else from settings. It is 0 if neither has it.
func bytesOf(flag, given string, s settings, names ...string) (float64, error) {
	if given != "" {
		var b quantity.Bytes
		if err := b.UnmarshalText([]byte(given)); err != nil || b < 0 {
			return 0, fmt.Errorf("--%s: %q is not a size such as 24GiB", flag, given)
		}
		return float64(b), nil
	}
	v, err := s.number(0, names...)
	if v == nil {
		return 0, err
	}
	return *v, err
}

// network returns the bytes of a token in the KV cache and the bytes of the weights; 0: not known.
func (s settings) network(model string) (token, weights float64) {
	a, known := s.architecture(model)
	if !known {
		return 0, 0
	}
	return a.TokenBytes(), a.WeightBytes()
}

// architecture returns the shape of the network. It is in the settings, under the names of model
// configurations. Otherwise it is the shape of the known network with the given name.
func (s settings) architecture(model string) (a builtin.Architecture, known bool) {
	a.SetDefaults()
	for _, one := range []struct {
		to    *int
		names []string
	}{
		{&a.Layers, []string{"num_hidden_layers"}},
		{&a.Hidden, []string{"hidden_size"}},
		{&a.Heads, []string{"num_attention_heads"}},
		{&a.KVHeads, []string{"num_key_value_heads", "num_attention_heads"}},
		{&a.HeadDim, []string{"head_dim"}},
		{&a.FFN, []string{"moe_intermediate_size", "intermediate_size"}},
		{&a.Vocabulary, []string{"vocab_size"}},
		{&a.Experts, []string{"num_experts", "num_local_experts", "n_routed_experts"}},
		{&a.ActiveExperts, []string{"num_experts_per_tok"}},
	} {
		if v, err := s.number(1, one.names...); err == nil && v != nil {
			*one.to = int(min(*v, 1<<30))
		}
	}
	if a.Layers > 0 && a.Heads > 0 && a.Hidden > 0 && a.FFN > 0 && a.Vocabulary > 0 {
		return a, true
	}
	named, err := builtin.FindArchitecture(model)
	return named.Architecture, err == nil
}

// estimateBlocks estimates the number of KV blocks from a series that says how full the cache was
// while the log was recorded. If the series is too short for that, it calls find.
func estimateBlocks(w io.Writer, series string, log []measured.LoggedRequest, e *tokens.Config, find func() error) error {
	t, err := table.Load(table.OnDisk(series))
	if err != nil {
		return err
	}
	n, err := measured.EstimateBlocks(t, log, max(1, e.Block))
	if err != nil || n == 0 {
		return errors.Join(err, find())
	}
	e.Blocks = n
	fmt.Fprintf(w, "note: the number of KV blocks is not known; about %d follow from how full the cache was (%s; if that is wrong: --num-gpu-blocks)\n", n, series)
	return nil
}
