// Package kernels makes step-time models from tables of the times of kernels. From the tables, the
// time of any step can be computed. A model is fitted to the steps of a simulated engine.
package kernels

import (
	"fmt"
	"math"
	"slices"

	"wavetank/workload/table"
)

// KernelTables holds tables with the times of the kernels of one layer on one GPU.
//
// Every table but Skew has a column time, such as time_us. The other columns are:
//   - Dense: layer, tokens. The time of these kernels depends on the tokens of a step.
//   - Sequence: layer, sequences. The time of these kernels depends on the sequences of a step. The
//     table may be nil.
//   - Attention: prefill_chunk, kv_prefill, n_decode, kv_decode. One sequence computes a chunk with
//     kv_prefill tokens in the cache. n_decode sequences decode with kv_decode tokens each.
//   - Experts: tokens, activated_experts. The table is nil for a dense network.
//   - Skew: regime, n, t_mean, t_skew. t_mean is the time of attention with n equal contexts,
//     t_skew with different ones. The table may be nil.
type KernelTables struct {
	Dense, Sequence, Attention, Experts, Skew *table.Table

	Layers int // layers of the network
	// Counts says how often a kernel runs in a step. A kernel without a count runs once per layer
	// if it is in Dense, and once per step if it is in Sequence.
	Counts map[string]int
	GPUs   int // GPUs over which experts are spread, of all replicas that share them
	Ranks  int // replicas that share experts, with as many tokens in a step each; 0: one
	Active int // experts that a token uses; 0: the number in the table's rows for one token
	Graphs int // largest number of tokens in a step that runs as a CUDA graph; 0: none
	// Exchange returns the time, in seconds, of an all-reduce of a layer's output for a number of
	// tokens. Each layer has two of them. Nil means that there are none.
	Exchange func(tokens float64) float64
	// Gather returns the time, in seconds, in which replicas that share experts exchange the inputs
	// and outputs of a layer's experts, for all their tokens. Nil means that none do.
	Gather func(tokens float64) float64
}

// kernelTimer holds the tables as lookups. The comment of a lookup names its axes in order.
type kernelTimer struct {
	KernelTables
	dense, sequence       []sized
	decode                *lookup // attention: decodes, context
	prefill               *lookup // attention: before, chunk
	mixed                 *lookup // attention: chunk, decodes, before, context
	experts               *lookup // tokens, activated experts
	expertsPerGPU         float64
	skewDecode, skewMixed *lookup // factor of the time of attention: decodes
}

// sized is a kernel whose time depends on one size. It runs a given number of times in a step.
type sized struct {
	runs float64
	time *lookup
}

// StepTimer returns a StepTimer that uses the tables.
func (k KernelTables) StepTimer() (StepTimer, error) { return k.timer() }

func (k KernelTables) timer() (*kernelTimer, error) {
	t := &kernelTimer{KernelTables: k}
	if k.Layers < 1 {
		return nil, fmt.Errorf("layers: %d is not positive", k.Layers)
	}
	var e1, e2 error
	t.dense, e1 = k.bySize(k.Dense, "tokens", k.Layers)
	if k.Sequence != nil {
		t.sequence, e2 = k.bySize(k.Sequence, "sequences", 1)
	}
	return t, table.Join(e1, e2, t.readAttention(), t.readExperts(), t.readSkew())
}

// bySize reads the kernels of a table. often is the number of runs of kernels that Counts does not
// name.
func (k KernelTables) bySize(t *table.Table, size string, often int) ([]sized, error) {
	n, err := t.Needed(1, size)
	us, fault := t.Needed(0, "time")
	if err = table.Join(err, fault); err != nil {
		return nil, err
	}
	if !t.Has("layer") {
		return nil, t.Missing("layer")
	}
	var names []string
	var list []sized
	for i := range t.Len() {
		name := t.Text(i, "layer")
		at := slices.Index(names, name)
		if at < 0 {
			runs, named := k.Counts[name]
			if !named {
				runs = often
			}
			at = len(names)
			names, list = append(names, name), append(list, sized{float64(runs), &lookup{}})
		}
		list[at].time.add(us[i], n[i])
	}
	return list, nil
}

func (t *kernelTimer) readAttention() error {
	var columns [5][]float64
	var faults []error
	for i, name := range []string{"prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time"} {
		var err error
		columns[i], err = t.Attention.Needed(0, name)
		faults = append(faults, err)
	}
	length, err := t.Attention.Numbers(1, "decode_q_len")
	if err = table.Join(append(faults, err, t.onlyKernel())...); err != nil {
		return err
	}
	t.decode, t.prefill, t.mixed = &lookup{}, &lookup{}, &lookup{}
	for i := range t.Attention.Len() {
		chunk, before, n, context, time := columns[0][i], columns[1][i], columns[2][i], columns[3][i], columns[4][i]
		switch {
		case time == 0 || chunk+n == 0 || length != nil && length[i] != 1:
		case chunk == 0:
			t.decode.add(time, n, context)
		case n == 0:
			t.prefill.add(time, before, chunk)
		default:
			t.mixed.add(time, chunk, n, before, context)
		}
	}
	if len(t.decode.at) == 0 || len(t.prefill.at) == 0 {
		return fmt.Errorf("%s: want rows in which sequences only decode, and rows in which one sequence only computes a prompt", t.Attention.Name)
	}
	return nil
}

// onlyKernel reports a table with several kernels of attention, such as one of sparse attention.
func (t *kernelTimer) onlyKernel() error {
	if !t.Attention.Has("layer") {
		return nil
	}
	for i := range t.Attention.Len() {
		if name := t.Attention.Text(i, "layer"); name != t.Attention.Text(0, "layer") {
			return t.Attention.Fault(i, "layer", "%q and %q: networks with several kernels of attention are not supported", name, t.Attention.Text(0, "layer"))
		}
	}
	return nil
}

// readExperts reads the table of experts.
func (t *kernelTimer) readExperts() error {
	if t.Experts == nil {
		return nil
	}
	n, e1 := t.Experts.Needed(1, "tokens")
	active, e2 := t.Experts.Needed(1, "activated_experts")
	us, e3 := t.Experts.Needed(0, "time")
	spread, e4 := t.Experts.Numbers(1, "ep")
	if err := table.Join(e1, e2, e3, e4); err != nil {
		return err
	}
	t.GPUs = max(1, t.GPUs)
	t.experts = &lookup{}
	first := 0.0
	for i := range n {
		if spread != nil && spread[i] != float64(t.GPUs) {
			continue
		}
		t.experts.add(us[i], n[i], active[i])
		t.expertsPerGPU = max(t.expertsPerGPU, active[i])
		if n[i] == 1 {
			first = max(first, active[i])
		}
	}
	if t.expertsPerGPU == 0 {
		return fmt.Errorf("%s: no row has experts spread over %d GPUs", t.Experts.Name, t.GPUs)
	}
	if spread == nil {
		t.expertsPerGPU /= float64(t.GPUs)
	} else {
		first *= float64(t.GPUs)
	}
	if t.Active == 0 {
		t.Active = int(first)
	}
	if t.Active < 1 {
		return fmt.Errorf("%s: no row of 1 token tells how many experts a token goes through", t.Experts.Name)
	}
	return nil
}

// mixture implements mixtureTimer.
func (t *kernelTimer) mixture() (experts, active int) {
	if t.experts == nil {
		return 0, 0
	}
	return int(math.Round(t.expertsPerGPU * float64(t.GPUs))), t.Active
}

// activated returns the mean number of a GPU's experts that the tokens of a step use. Each token
// chooses its experts at random.
func (t *kernelTimer) activated(tokens float64) float64 {
	return t.expertsPerGPU * (1 - math.Pow(1-min(1, float64(t.Active)/(t.expertsPerGPU*float64(t.GPUs))), tokens))
}

// readSkew reads the factor by which attention takes longer if contexts differ. For each number of
// sequences it takes the median over all rows.
func (t *kernelTimer) readSkew() error {
	if t.Skew == nil {
		return nil
	}
	n, e1 := t.Skew.Needed(1, "n")
	equal, e2 := t.Skew.Sparse("t_mean")
	differ, e3 := t.Skew.Sparse("t_skew")
	if err := table.Join(e1, e2, e3); err != nil {
		return err
	}
	if !t.Skew.Has("regime") {
		return t.Skew.Missing("regime")
	}
	t.skewDecode, t.skewMixed = &lookup{}, &lookup{}
	factors := [2]map[float64][]float64{{}, {}}
	for i := range n {
		if equal[i] > 0 && differ[i] > 0 {
			regime := 0
			if t.Skew.Text(i, "regime") == "mixed" {
				regime = 1
			}
			factors[regime][n[i]] = append(factors[regime][n[i]], differ[i]/equal[i])
		}
	}
	for regime, to := range []*lookup{t.skewDecode, t.skewMixed} {
		for count, list := range factors[regime] {
			slices.Sort(list)
			to.add(list[len(list)/2], count)
		}
	}
	return nil
}

// clampedValue returns the value of a lookup with one axis, without extrapolation. It returns 1 if
// the lookup is empty.
func (l *lookup) clampedValue(at float64) float64 {
	if l == nil || len(l.at) == 0 {
		return 1
	}
	return l.value(min(max(at, l.at[0]), l.largest()))
}

// Time implements StepTimer.
func (t *kernelTimer) Time(s StepShape) float64 { return timeOf(t, s) }

func (t *kernelTimer) graphs() int { return t.Graphs }

func (t *kernelTimer) tokensTime(n float64) float64 {
	sum := timeOfKernels(t.dense, n)
	if t.Exchange != nil {
		sum += float64(t.Layers) * 2 * t.Exchange(n)
	}
	return sum
}

func (t *kernelTimer) sequencesTime(n float64) float64 { return timeOfKernels(t.sequence, n) }

func (t *kernelTimer) ranks() int { return max(1, t.Ranks) }

func (t *kernelTimer) expertsTime(n float64) float64 {
	if t.experts == nil {
		return 0
	}
	gather := 0.0
	if t.Gather != nil {
		gather = t.Gather(n)
	}
	tokens := n
	if t.Experts != nil && !t.Experts.Has("ep") {
		tokens = max(1, n/float64(t.GPUs))
	}
	return float64(t.Layers) * (gather + t.experts.value(tokens, t.activated(n)))
}

// timeOfKernels returns the time that kernels of one size take in a step, in seconds.
func timeOfKernels(list []sized, n float64) (sum float64) {
	for _, k := range list {
		sum += k.runs * k.time.value(n)
	}
	return sum
}

func (t *kernelTimer) attentionTime(s StepShape) float64 {
	return float64(t.Layers) * t.layerAttention(s)
}

// layerAttention returns the time of a layer's attention, in seconds.
func (t *kernelTimer) layerAttention(s StepShape) float64 {
	switch s.kind() {
	case decodeStep:
		return t.decode.value(s.Decodes, s.Context) * t.skewDecode.clampedValue(s.Decodes)
	case prefillStep:
		return t.prefill.value(s.Before, s.Chunk)
	}
	if len(t.mixed.at) > 1 {
		return t.mixed.value(s.Chunk, s.Decodes, s.Before, s.Context) * t.skewMixed.clampedValue(s.Decodes)
	}
	return t.prefill.value(s.Before, s.Chunk) + t.decode.value(s.Decodes, s.Context)*t.skewDecode.clampedValue(s.Decodes)
}

// Largest implements StepTimer.
func (t *kernelTimer) Largest() StepShape {
	r := StepShape{Before: t.prefill.largest(), Decodes: t.decode.largest()}
	for _, next := range t.prefill.next {
		r.Chunk = max(r.Chunk, next.largest())
	}
	for _, next := range t.decode.next {
		r.Context = max(r.Context, next.largest())
	}
	return r
}

// checks compares the tables with interpolations at rows that are left out. These are one of every
// five sizes or contexts, but neither the first nor the last.
func (t *kernelTimer) checks() []StepGroup {
	dense := StepGroup{Name: "dense kernels"}
	for _, k := range t.dense {
		k.time.checkInterpolation(&dense)
	}
	attention := StepGroup{Name: "attention"}
	t.decode.checkInterpolation(&attention)
	t.prefill.checkInterpolation(&attention)
	t.mixed.checkInterpolation(&attention)
	return []StepGroup{dense, attention}
}
