package kernels

import (
	"fmt"
	"path/filepath"
	"strings"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/strict"
	"wavetank/workload/table"
)

// once holds the kernels that run once in a step, not once per layer.
var once = map[string]int{"embedding": 1, "final_layernorm": 1, "lm_head": 1, "sampler": 1}

// openLLMServingSim reads a folder of a profile, which is named tp1, tp2 and so on.
func openLLMServingSim(folder string, o ProfileOptions) (*KernelProfile, error) {
	s := &KernelProfile{GPUs: gpusOf(folder), Model: o.Model}
	meta, differ, err := s.describe(folder)
	if err != nil {
		return nil, err
	}
	if s.Model == "" {
		return nil, fmt.Errorf("%s: %w", folder, errNoModel)
	}
	if s.Network, err = o.Network(s.Model); err != nil {
		return nil, err
	}
	k := KernelTables{Layers: s.Network.Layers, Counts: map[string]int{"layernorm": 2 * s.Network.Layers}, GPUs: s.GPUs, Graphs: o.Graphs}
	for name, n := range once {
		k.Counts[name] = n
	}
	if s.Network.Experts > 1 {
		k.Active = s.Network.ActiveExperts
	}
	err = o.needLink(folder, s.GPUs*max(1, o.Ranks))
	if o.Ranks > 1 && err == nil {
		err = s.share(&k, o)
	}
	if s.GPUs > 1 && err == nil {
		k.Exchange = func(tokens float64) float64 { return o.ringTime(s.GPUs, tokens*float64(s.Network.Hidden)*2) }
		s.Notes = append(s.Notes, fmt.Sprintf("the exchange between %d GPUs is not measured: a ring over links of %.4g GB/s and %.3g µs", s.GPUs, o.Link/1e9, 1e6*o.Latency))
	}
	var t *kernelTimer
	var fault error
	if file(folder, "dense") != "" {
		t, fault = k.openTables(folder, s.chooseSkew(folder, differ, o.Skew))
	} else {
		t, fault = k.openFirstVersion(folder, s.Network)
	}
	if err = table.Join(err, fault); err != nil {
		return nil, err
	}
	s.StepTimer, s.Checks = t, t.checks()
	s.Name = fmt.Sprintf("LLMServingSim, kernel profile%s, %s", meta, filepath.Base(folder))
	return s, nil
}

// chooseSkew returns whether skew.csv is used, and notes why. asked is the user's choice, or nil;
// stated is the profile's: "true", "false", or "" if meta.yaml is silent.
func (s *KernelProfile) chooseSkew(folder, stated string, asked *bool) bool {
	used, why := stated == "true", "because meta.yaml says skew_fit: {enabled: "+stated+"}"
	if stated == "" {
		why = "because meta.yaml does not say skew_fit: {enabled: true}"
	}
	if asked != nil {
		used, why = *asked, "as asked"
	}
	switch {
	case used:
		s.Notes = append(s.Notes, "attention takes longer by the factors of skew.csv, for contexts that differ fourfold, "+why)
	case file(folder, "skew") != "":
		s.Notes = append(s.Notes, "the factors of skew.csv, for contexts that differ fourfold, are left out, "+why)
	}
	return used
}

// share lets several ranks share the experts. Each GPU has whole experts, and receives the
// inputs of all tokens in a ring (all-gather); the outputs are added and sent back in a ring
// (reduce-scatter). This is vLLM's default, allgather_reducescatter. Both together take as long as
// an all-reduce of the inputs of all tokens, of two bytes each.
func (s *KernelProfile) share(k *KernelTables, o ProfileOptions) error {
	if s.Network.Experts <= 1 {
		return fmt.Errorf("%s has no experts that %d ranks could share", s.Model, o.Ranks)
	}
	k.Ranks, k.GPUs = o.Ranks, s.GPUs*o.Ranks
	k.Gather = func(tokens float64) float64 { return o.ringTime(k.GPUs, tokens*float64(s.Network.Hidden)*2) }
	s.Notes = append(s.Notes, fmt.Sprintf("the exchange between %d ranks that share the experts is not measured: a ring over links of %.4g GB/s and %.3g µs", o.Ranks, o.Link/1e9, 1e6*o.Latency))
	return nil
}

// describe reads meta.yaml, which is in the folder of the tables or in a folder above it. Without
// this file, the names of the folders give the GPU and the network. It returns the engine in words,
// and "true" or "false" if the file says whether contexts that differ are part of the profile.
func (s *KernelProfile) describe(folder string) (engine, differ string, err error) {
	for _, place := range []string{folder, filepath.Dir(folder)} {
		path := filepath.Join(place, "meta.yaml")
		if !exists(path) {
			continue
		}
		data, err := table.ReadFile(path, table.Largest)
		if err != nil {
			return "", "", err
		}
		doc, err := strict.Parse(path, data)
		if err != nil {
			return "", "", err
		}
		text := func(key string) string {
			if n := doc.Root().Get(key); n != nil {
				return n.Text()
			}
			return ""
		}
		if s.Model == "" {
			s.Model = text("model")
		}
		s.GPU = text("hardware")
		if day, _, ok := strings.Cut(text("profiled_at"), "T"); ok {
			s.Date = day
		}
		if v := text("vllm_version"); v != "" {
			engine = ": vLLM " + v
		}
		if fit := doc.Root().Get("skew_fit"); fit != nil && fit.Get("enabled") != nil {
			differ = fit.Get("enabled").Text()
		}
		return engine, differ, nil
	}
	parts := strings.Split(filepath.ToSlash(filepath.Clean(folder)), "/")
	if n := len(parts); n >= 4 && strings.HasPrefix(parts[n-1], "tp") {
		if s.Model == "" {
			s.Model = parts[n-2]
		}
		s.GPU = parts[n-4]
	}
	return "", "", nil
}

// openTables reads dense.csv, per_sequence.csv and attention.csv. If they are needed, it also reads
// moe.csv and skew.csv.
func (k KernelTables) openTables(folder string, skewed bool) (*kernelTimer, error) {
	for _, unknown := range []string{"linear_attention", "mtp"} {
		if path := file(folder, unknown); path != "" {
			return nil, fmt.Errorf("%s: networks with such kernels are not supported", path)
		}
	}
	experts := folder
	// If whole experts are spread over GPUs, their table is in the folder of one GPU.
	if file(folder, "moe") == "" && k.Active > 0 {
		experts = filepath.Join(filepath.Dir(folder), "tp1")
	}
	var e [5]error
	k.Dense, e[0] = tableIn(folder, "dense", true)
	k.Sequence, e[1] = tableIn(folder, "per_sequence", false)
	k.Attention, e[2] = tableIn(folder, "attention", true)
	if k.Active > 0 {
		k.Experts, e[3] = tableIn(experts, "moe", true)
	}
	if skewed {
		k.Skew, e[4] = tableIn(folder, "skew", true)
	}
	if err := table.Join(e[:]...); err != nil {
		return nil, err
	}
	return k.timer()
}

// openFirstVersion reads layers.csv and attention.csv, the tables of the first version of
// LLMServingSim.
func (k KernelTables) openFirstVersion(folder string, network builtin.Architecture) (*kernelTimer, error) {
	layers, e1 := tableIn(folder, "layers", true)
	attention, e2 := tableIn(folder, "attention", true)
	if err := table.Join(e1, e2); err != nil {
		return nil, err
	}
	t := &kernelTimer{KernelTables: k, decode: &lookup{}, prefill: &lookup{}, mixed: &lookup{}}
	return t, table.Join(t.firstLayers(layers, network), t.firstAttention(attention))
}

// firstLayers reads the columns layer_name, input and latency(ns). Names that begin with "expert."
// are kernels of one expert. Their input is the number of tokens that use the expert.
func (t *kernelTimer) firstLayers(layers *table.Table, network builtin.Architecture) error {
	if !layers.Has("layer_name") {
		return layers.Missing("layer_name")
	}
	n, e1 := layers.Needed(1, "input")
	ns, e2 := layers.Needed(0, "latency(ns)")
	if err := table.Join(e1, e2); err != nil {
		return err
	}
	apart := map[string]*lookup{}
	var names []string
	for i := range n {
		name := layers.Text(i, "layer_name")
		if name == "attn" {
			continue
		}
		if apart[name] == nil {
			apart[name], names = &lookup{}, append(names, name)
		}
		apart[name].add(ns[i]*1e-9, n[i])
	}
	var expert []*lookup
	for _, name := range names {
		runs, named := t.Counts[name]
		if !named {
			runs = t.Layers
		}
		switch one := (sized{float64(runs), apart[name]}); {
		case name == "lm_head":
			t.sequence = append(t.sequence, one)
		case strings.HasPrefix(name, "expert.") || name == "act_fn" && network.Experts > 1:
			expert = append(expert, one.time)
		default:
			t.dense = append(t.dense, one)
		}
	}
	if network.Experts <= 1 {
		return nil
	}
	if len(expert) == 0 {
		return fmt.Errorf("%s: there is no kernel of an expert", layers.Name)
	}
	// Each GPU has a part of every expert.
	t.expertsPerGPU, t.Active, t.experts, t.GPUs = float64(network.Experts), network.ActiveExperts, &lookup{}, 1
	for tokens := 1.0; tokens <= apart[names[0]].largest(); tokens *= 2 {
		active := t.activated(tokens)
		sum := 0.0
		for _, l := range expert {
			sum += active * l.value(tokens*float64(t.Active)/active)
		}
		t.experts.add(sum, tokens, active)
	}
	return nil
}

// firstAttention reads the columns batch_size, prefill_chunk_size and kv_cache_size, and the mean
// times in milliseconds.
func (t *kernelTimer) firstAttention(rows *table.Table) error {
	batch, e1 := rows.Needed(1, "batch_size")
	chunk, e2 := rows.Needed(0, "prefill_chunk_size")
	before, e3 := rows.Needed(0, "kv_cache_size")
	prefill, e4 := rows.Sparse("time_stats.attn_prefill.mean")
	decode, e5 := rows.Sparse("time_stats.attn_decode.mean")
	if err := table.Join(e1, e2, e3, e4, e5); err != nil {
		return err
	}
	for i := range batch {
		switch {
		case chunk[i] == 0 && decode[i] > 0:
			t.decode.add(decode[i]*1e-3, batch[i], before[i])
		case chunk[i] > 0 && batch[i] == 1 && prefill[i] > 0:
			t.prefill.add(prefill[i]*1e-3, before[i], chunk[i])
		}
	}
	if len(t.decode.at) == 0 || len(t.prefill.at) == 0 {
		return fmt.Errorf("%s: want rows in which sequences decode, and rows in which one sequence computes a prompt", rows.Name)
	}
	return nil
}
