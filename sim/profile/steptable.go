package profile

import (
	"math"
	"slices"
)

// StepTable is a step-time model that interpolates measured times. A step takes the sum of five
// parts:
//
//   - Tokens, at the tokens scheduled. With CUDA graphs, they are rounded up to a graph's size.
//   - Sequences, at the sequences scheduled.
//   - Experts, at the same tokens as Tokens, times Ranks.
//   - If no prompt is computed: Decode, at the sequences that decode and their mean context.
//   - Otherwise Prefill, at the tokens that the prompt has in the cache and the tokens computed.
//     If sequences decode in the step, Mixed, at all four.
//
// Times are linear between the values of an axis. Below the first value they are those of the first
// value. Beyond the last they go on as between the last two, but never fall below those of the
// last. Package builtin checks the tables that users write.
type StepTable struct {
	Graphs    int64 // most tokens of a step that runs as a CUDA graph (GraphSize); 0: none
	Tokens    StepCurve
	Sequences StepCurve // may be empty
	Experts   StepCurve // may be empty
	Ranks     int64     // replicas that share the experts, with as many tokens each; 0: one
	Decode    StepGrid  // sequences, context; times do not fall with the context
	Prefill   StepGrid  // tokens in the cache, tokens computed
	// tokens computed, in the cache, sequences, context; empty: Prefill + Decode
	Mixed StepGrid
}

// StepCurve holds times by one size, in grains, none negative. At is ascending.
type StepCurve struct{ At, Time []int64 }

// StepGrid holds times by several sizes, in grains. Each axis is ascending. Time has the times for
// all combinations, none negative; the last axis changes first.
type StepGrid struct {
	Axes [][]int64
	Time []int64
}

// LargestSize is the largest value that an axis of a StepTable may have.
const LargestSize = 1 << 24

// GraphSize returns the size of the CUDA graph that runs a step with the given number of tokens. As
// in vLLM, sizes are 1, 2, 4, the multiples of 8 up to 256, and the multiples of 16 above. Beyond
// the largest graph the result is the number of tokens.
func GraphSize(tokens, largest int64) int64 {
	multiple := int64(8)
	switch {
	case tokens > largest || tokens <= 2:
		return tokens
	case tokens <= 4:
		return 4
	case tokens > 256:
		multiple = 16
	}
	return (tokens + multiple - 1) / multiple * multiple
}

// Time returns the time of a step, in grains. A step has one kind of prompt: if it computes several
// prompts, they count as one with as many pairs of attention and as many tokens in the cache as the
// mean prompt.
func (t *StepTable) Time(w *Work) int64 {
	return t.Besides(w.Prefill+w.Decode, w.Sequences) + t.attention(w)
}

// Besides returns the time of a step without its attention, in grains, for the tokens and sequences
// scheduled.
func (t *StepTable) Besides(tokens, sequences int64) int64 {
	size := GraphSize(tokens, t.Graphs)
	return t.Tokens.time(size) + t.Sequences.time(sequences) + t.Experts.time(size*max(1, t.Ranks))
}

// attention returns the time of the attention of a step, in grains.
func (t *StepTable) attention(w *Work) int64 {
	if w.Attention == 0 {
		if w.Decode == 0 {
			return 0
		}
		return t.Decoding(w.Decode, w.Context<<fraction).time(w.Context)
	}
	prompts, tokens, pairs := float64(max(1, w.Sequences-w.Decode)), float64(w.Prefill), float64(w.Attention)
	cached := max(0, (pairs/tokens-tokens/prompts)/2)
	computed := math.Sqrt(cached*cached+pairs) - cached
	if w.Decode == 0 {
		return t.Prefill.time(cached, computed)
	}
	n, context := float64(w.Decode), float64(w.Context)/float64(w.Decode)
	if len(t.Mixed.Time) > 0 {
		return t.Mixed.time(computed, cached, n, context)
	}
	return t.Prefill.time(cached, computed) + t.Decode.time(n, context)
}

// Least returns a time that no step undercuts, in grains.
func (t *StepTable) Least() int64 {
	least := func(list []int64) int64 {
		if len(list) == 0 {
			return 0
		}
		return slices.Min(list)
	}
	return least(t.Tokens.Time) + least(t.Sequences.Time) + least(t.Experts.Time)
}

// most returns a time that no step exceeds, in grains, for the most sequences and tokens of a step
// and the most tokens of a sequence. No part exceeds the largest of its times, or the time at the
// largest sizes.
func (t *StepTable) most(sequences, tokens, context float64) float64 {
	sum := 0.0
	for _, part := range []struct {
		g  *StepGrid
		at []float64
	}{
		{t.Tokens.grid(), []float64{tokens}}, {t.Sequences.grid(), []float64{sequences}}, {t.Experts.grid(), []float64{tokens * float64(max(1, t.Ranks))}},
		{&t.Decode, []float64{sequences, context}}, {&t.Prefill, []float64{context, tokens}}, {&t.Mixed, []float64{tokens, context, sequences, context}},
	} {
		if len(part.g.Time) > 0 {
			sum += max(float64(slices.Max(part.g.Time)), part.g.value(part.at...))
		}
	}
	return sum
}
