package kernels

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/strict"
	"wavetank/workload/table"
)

// gpuTables holds aiconfigurator's tables of one GPU, and the network whose kernels are looked up
// in them. The comment of a lookup names its axes in order.
type gpuTables struct {
	builtin.Architecture
	options ProfileOptions
	gpus    float64
	head    float64 // width of an attention head

	gemm       *lookup // n, k, m
	wide       *lookup // as gemm, for bfloat16; empty if the weights are bfloat16
	context    *lookup // KV heads, heads, batch, tokens
	generation *lookup // KV heads, heads, batch, tokens in the cache
	experts    *lookup // tokens; nil for a dense network
	reduce     *lookup // numbers of an all-reduce; nil: one GPU, or computed from the link

	bandwidth, latency float64 // of kernels that only move numbers, in bytes per second and seconds
}

// openAIConfigurator reads the tables of the newest version of an engine from the folder of a GPU,
// such as data/h100_sxm.
func openAIConfigurator(folder string, o ProfileOptions) (*KernelProfile, error) {
	if o.Ranks > 1 {
		return nil, fmt.Errorf("%s: replicas that share experts are computed from profiles of LLMServingSim only", folder)
	}
	if o.Model == "" {
		return nil, fmt.Errorf("%s: %w", folder, errNoModel)
	}
	network, err := o.Network(o.Model)
	if err != nil {
		return nil, err
	}
	s := &KernelProfile{Network: network, Model: o.Model, GPU: filepath.Base(filepath.Clean(folder)), GPUs: max(1, o.GPUs)}
	t := &gpuTables{Architecture: network, options: o, gpus: float64(s.GPUs), head: float64(network.HeadDim)}
	if t.head == 0 {
		t.head = float64(network.Hidden) / float64(network.Heads)
	}
	if t.options.Type == "" {
		t.options.Type = "bfloat16"
	}
	if t.options.CacheType == "" {
		t.options.CacheType = "bfloat16"
	}
	if err := table.Join(t.checkSharing(), t.readMatrices(folder, s), t.readAttention(folder), t.readExperts(folder), t.readAllReduce(folder, s), t.readGPU(folder)); err != nil {
		return nil, err
	}
	const limit = 1.5
	wrong, all := t.gemm.repair(limit)
	for _, l := range []*lookup{t.wide, t.context, t.generation} {
		w, n := l.repair(limit)
		wrong, all = wrong+w, all+n
	}
	if wrong > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d of %d rows take over %.1f times as long as a larger problem: they get its time", wrong, all, limit))
	}
	s.StepTimer, s.Checks = t, t.checks()
	return s, nil
}

// checkSharing reports a network that cannot be divided among the GPUs.
func (t *gpuTables) checkSharing() error {
	if g := int(t.gpus); t.Heads%g != 0 || t.FFN%g != 0 {
		return fmt.Errorf("gpus: %d heads and a feed-forward network of %d cannot be shared by %d GPUs", t.Heads, t.FFN, g)
	}
	return nil
}

// newest opens a table of the newest version of an engine, in a folder such as gemm. If there are
// several engines, it takes vllm. It also returns the name of the engine and its version.
func newest(folder, kind, name string) (*table.Table, string, error) {
	list, err := filepath.Glob(filepath.Join(folder, kind, "*", "*", name+".csv*"))
	if err != nil {
		return nil, "", err
	}
	if len(list) == 0 {
		return nil, "", fmt.Errorf("%s: no engine and version in %s has %s.csv", folder, kind, name)
	}
	key := func(path string) (engine string, version []int) {
		place := filepath.Dir(path)
		for _, part := range strings.FieldsFunc(filepath.Base(place), func(r rune) bool { return r < '0' || r > '9' }) {
			n, _ := strconv.Atoi(part)
			version = append(version, n)
		}
		return filepath.Base(filepath.Dir(place)), version
	}
	best := slices.MaxFunc(list, func(a, b string) int {
		ea, va := key(a)
		eb, vb := key(b)
		if (ea == "vllm") != (eb == "vllm") {
			return map[bool]int{true: 1, false: -1}[ea == "vllm"]
		}
		return slices.Compare(va, vb)
	})
	t, err := table.Load(table.OnDisk(best))
	place := filepath.Dir(best)
	return t, filepath.Base(filepath.Dir(place)) + " " + filepath.Base(place), err
}

// columns reads columns of numbers. Each number must be at least low.
func columns(t *table.Table, low float64, names ...string) ([][]float64, error) {
	list, faults := make([][]float64, len(names)), make([]error, len(names))
	for i, name := range names {
		list[i], faults[i] = t.Needed(low, name)
	}
	return list, table.Join(faults...)
}

// fill adds the rows of a table to a lookup. The named columns are the axes. The times in the table
// are in milliseconds.
func fill(t *table.Table, l *lookup, names ...string) error {
	list, err := columns(t, 0, append(names, "latency")...)
	if err != nil {
		return err
	}
	at := make([]float64, len(names))
	for i := range t.Len() {
		for j := range names {
			at[j] = list[j][i]
		}
		if ms := list[len(names)][i]; ms > 0 {
			l.add(ms*1e-3, at...)
		}
	}
	return nil
}

func (t *gpuTables) readMatrices(folder string, s *KernelProfile) error {
	rows, version, err := newest(folder, "gemm", "gemm_perf")
	if err != nil {
		return err
	}
	s.Name = "NVIDIA aiconfigurator, kernel tables: " + strings.Replace(version, "vllm", "vLLM", 1) + ", " + t.options.Type
	t.gemm, t.wide = &lookup{}, &lookup{}
	whole := *rows
	if t.options.Type != wideType {
		if err := table.Join(whole.Keep("gemm_dtype", wideType), fill(&whole, t.wide, "n", "k", "m")); err != nil {
			return err
		}
	}
	return table.Join(rows.Keep("gemm_dtype", t.options.Type), fill(rows, t.gemm, "n", "k", "m"))
}

func (t *gpuTables) readAttention(folder string) error {
	read := func(name, tokens string) (*lookup, error) {
		rows, _, err := newest(folder, "attention", name)
		if err != nil {
			return nil, err
		}
		l := &lookup{}
		for _, keep := range [][2]string{{"attn_dtype", "bfloat16"}, {"kv_cache_dtype", t.options.CacheType}, {"head_dim", strconv.Itoa(int(t.head))}} {
			if err := rows.Keep(keep[0], keep[1]); err != nil {
				return nil, err
			}
		}
		return l, fill(rows, l, "num_key_value_heads", "num_heads", "batch_size", tokens)
	}
	var e1, e2 error
	t.context, e1 = read("context_attention_perf", "isl")
	t.generation, e2 = read("generation_attention_perf", "step")
	return table.Join(e1, e2)
}

// readExperts reads the times of experts. It takes the rows in which tokens choose some experts
// slightly more often than others. Either each expert is divided among all GPUs, or whole experts
// are spread over the GPUs.
func (t *gpuTables) readExperts(folder string) error {
	if t.Experts <= 1 {
		return nil
	}
	rows, _, err := newest(folder, "moe", "moe_perf")
	if err != nil {
		return err
	}
	t.experts = &lookup{}
	shared, spread := int(t.gpus), 1
	if t.options.Spread {
		shared, spread = 1, int(t.gpus)
	}
	for _, keep := range [][2]string{
		{"moe_dtype", t.options.Type}, {"hidden_size", strconv.Itoa(t.Hidden)}, {"inter_size", strconv.Itoa(t.FFN)}, {"topk", strconv.Itoa(t.ActiveExperts)},
		{"num_experts", strconv.Itoa(t.Architecture.Experts)}, {"moe_tp_size", strconv.Itoa(shared)}, {"moe_ep_size", strconv.Itoa(spread)}, {"distribution", "power_law_1.01"},
	} {
		if err := rows.Keep(keep[0], keep[1]); err != nil {
			return err
		}
	}
	return fill(rows, t.experts, "num_tokens")
}

// mixture implements mixtureTimer.
func (t *gpuTables) mixture() (experts, active int) {
	if t.experts == nil {
		return 0, 0
	}
	return t.Architecture.Experts, t.ActiveExperts
}

// readAllReduce reads how long an all-reduce takes. Message sizes are in numbers of two bytes.
func (t *gpuTables) readAllReduce(folder string, s *KernelProfile) error {
	if s.GPUs == 1 {
		return nil
	}
	rows, _, err := newest(folder, "comm", "custom_allreduce_perf")
	if err != nil {
		s.Notes = append(s.Notes, fmt.Sprintf("the exchange between %d GPUs is not measured: a ring over links of %.4g GB/s and %.3g µs", s.GPUs, t.options.Link/1e9, 1e6*t.options.Latency))
		return t.options.needLink(folder, s.GPUs)
	}
	t.reduce = &lookup{}
	return table.Join(rows.Keep("num_gpus", strconv.Itoa(s.GPUs)), rows.Keep("backend", "vllm_graph"), fill(rows, t.reduce, "message_size"))
}

// readGPU reads the time of a kernel that only moves numbers. This time is in the file of the GPU,
// which lies in the folder of the tables or in a folder above it.
func (t *gpuTables) readGPU(folder string) error {
	folder = filepath.Clean(folder)
	name := filepath.Base(folder) + ".yaml"
	for _, place := range []string{folder, filepath.Dir(folder), filepath.Dir(filepath.Dir(folder))} {
		path := filepath.Join(place, name)
		data, err := table.ReadFile(path, table.Largest)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		doc, err := strict.Parse(path, data)
		if err != nil {
			return err
		}
		var v [3]float64
		var faults []error
		for i, key := range []string{"mem_bw", "mem_bw_empirical_scaling_factor", "mem_empirical_constant_latency"} {
			ok := false
			if gpu := doc.Root().Get("gpu"); gpu != nil && gpu.Get(key) != nil {
				value, err := strconv.ParseFloat(gpu.Get(key).Text(), 64)
				v[i], ok = value, err == nil
			}
			if !ok || !(v[i] > 0) || math.IsInf(v[i], 0) {
				faults = append(faults, fmt.Errorf("%s: gpu.%s: want a positive number", path, key))
			}
		}
		t.bandwidth, t.latency = v[0]*v[1], v[2]
		return table.Join(faults...)
	}
	return fmt.Errorf("%s: the file of the GPU, %s, is missing: it may be in this folder, or in one of the two above it", folder, name)
}

// memoryTime returns the time, in seconds, of a kernel that reads or writes the given amount of
// numbers of two bytes.
func (t *gpuTables) memoryTime(numbers float64) float64 { return t.latency + 2*numbers/t.bandwidth }

// wideType is the type of activations, which is wider than that of quantized weights.
const wideType = "bfloat16"

// matrixTime returns the time, in seconds, to multiply m rows of k numbers with a matrix of k by n.
// For narrow weights, the tables include a kernel that narrows the input. Engines have fused this
// kernel with others, so the result is at most the time with wide weights.
func (t *gpuTables) matrixTime(m, n, k float64) float64 {
	v := t.gemm.value(n, k, m)
	if w := t.wide.value(n, k, m); w > 0 {
		v = min(v, w)
	}
	return v
}

// allReduceTime returns the time, in seconds, in which the GPUs add up arrays of numbers, one array
// on each GPU.
func (t *gpuTables) allReduceTime(numbers float64) float64 {
	switch {
	case t.gpus == 1:
		return 0
	case t.reduce == nil:
		return t.options.ringTime(int(t.gpus), 2*numbers)
	}
	return t.reduce.value(numbers)
}

// Time implements StepTimer. It adds up the kernels as vLLM runs them:
//   - in each layer: norm and sum; queries, keys and values; rotation and caching; attention;
//     output; norm and sum; the feed-forward network; an all-reduce after both halves
//   - once: the embedding and the output
func (t *gpuTables) Time(s StepShape) float64 { return timeOf(t, s) }

func (t *gpuTables) graphs() int { return t.options.Graphs }

func (t *gpuTables) ranks() int { return 1 }

func (t *gpuTables) tokensTime(n float64) float64 {
	h, heads, kv := float64(t.Hidden), float64(t.Heads)/t.gpus, t.kvHeads()
	qkv := (heads + 2*kv) * t.head
	layer := 2*t.memoryTime(4*n*h) + t.matrixTime(n, qkv, h) + t.memoryTime(2*n*qkv) + t.matrixTime(n, h, heads*t.head) + 2*t.allReduceTime(n*h)
	if t.experts != nil {
		layer += t.matrixTime(n, float64(t.Architecture.Experts), h)
	} else {
		ffn := float64(t.FFN) / t.gpus
		layer += t.matrixTime(n, 2*ffn, h) + t.memoryTime(3*n*ffn) + t.matrixTime(n, h, ffn)
	}
	return t.memoryTime(2*n*h) + t.allReduceTime(n*h) + float64(t.Layers)*layer + t.memoryTime(4*n*h)
}

func (t *gpuTables) sequencesTime(n float64) float64 {
	h, words := float64(t.Hidden), float64(t.Vocabulary)
	return t.matrixTime(n, words/t.gpus, h) + t.allReduceTime(n*words/t.gpus) + t.memoryTime(3*n*words)
}

func (t *gpuTables) expertsTime(n float64) float64 {
	if t.experts == nil {
		return 0
	}
	return float64(t.Layers) * t.experts.value(n)
}

// kvHeads returns the KV heads of a GPU.
func (t *gpuTables) kvHeads() float64 { return max(1, float64(t.KVHeads)/t.gpus) }

// attentionTime implements stepParts. A chunk of a prompt takes the same share of the whole
// prompt's time as it has of the pairs of tokens.
func (t *gpuTables) attentionTime(s StepShape) float64 {
	heads, kv := float64(t.Heads)/t.gpus, t.kvHeads()
	sum := 0.0
	if s.Chunk > 0 {
		all := s.Before + s.Chunk
		sum += t.context.value(kv, heads, 1, all) * (1 - math.Pow(s.Before/all, 2))
	}
	if s.Decodes > 0 {
		sum += t.generation.value(kv, heads, s.Decodes, s.Context)
	}
	return float64(t.Layers) * sum
}

// Largest implements StepTimer.
func (t *gpuTables) Largest() StepShape {
	return StepShape{Chunk: 16384, Before: 16384, Decodes: 1024, Context: 65536}
}

// checks compares the tables with interpolations at rows that are left out, as kernelTimer.checks
// does.
func (t *gpuTables) checks() []StepGroup {
	products, attention := StepGroup{Name: "matrix products"}, StepGroup{Name: "attention"}
	t.gemm.checkInterpolation(&products)
	t.context.checkInterpolation(&attention)
	t.generation.checkInterpolation(&attention)
	return []StepGroup{products, attention}
}
