package kernels

import (
	"math"
	"slices"

	"wavetank/scenarios/builtin"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
)

// stepParts are the parts of which the time of a step is the sum, in seconds.
type stepParts interface {
	graphs() int                        // most tokens of a step that runs as a CUDA graph; 0: none
	tokensTime(tokens float64) float64  // kernels whose time depends on the tokens, without experts
	sequencesTime(n float64) float64    // kernels whose time depends on the sequences
	ranks() int                         // replicas that share the experts
	expertsTime(tokens float64) float64 // experts, for the tokens of all these replicas
	attentionTime(s StepShape) float64  // attention of all layers
	axes() tableAxes
}

// tableAxes are the sizes for which the times of a table of steps are computed, ascending.
type tableAxes struct {
	tokens, sequences, experts []float64
	decodes, context           []float64 // of attention in steps that only decode
	before, chunk              []float64 // of attention in steps that only compute a prompt
	mixed                      [4][]float64
}

// timeOf returns the time of a step, in seconds.
func timeOf(p stepParts, s StepShape) float64 {
	n := float64(profile.GraphSize(int64(s.scheduled()), int64(p.graphs())))
	return p.tokensTime(n) + p.expertsTime(n*float64(p.ranks())) + p.sequencesTime(s.sequences()) + p.attentionTime(s)
}

// StepTable returns a step-time model that has the times of the tables at the sizes that were
// measured. A size that was not measured together with others, because the KV cache could not hold
// it, has the time that the tables give by extrapolation.
func StepTable(t StepTimer) builtin.StepTable {
	p, axes := t.(stepParts), t.(stepParts).axes()
	s := builtin.StepTable{Graphs: p.graphs(), Tokens: *sizeTimes(axes.tokens, p.tokensTime), Sequences: sizeTimes(axes.sequences, p.sequencesTime), Experts: sizeTimes(axes.experts, p.expertsTime)}
	if p.ranks() > 1 {
		s.Ranks = p.ranks()
	}
	s.Decode = builtin.DecodeTimes{Sequences: sizes(axes.decodes), Context: sizes(axes.context)}
	for _, n := range axes.decodes {
		row := spans(axes.context, func(context float64) float64 { return p.attentionTime(StepShape{Decodes: n, Context: context}) })
		for i := range row[1:] {
			row[i+1] = max(row[i+1], row[i]) // measured times scatter
		}
		s.Decode.Time = append(s.Decode.Time, row)
	}
	s.Prefill = builtin.PrefillTimes{Cached: sizes(axes.before), Computed: sizes(axes.chunk)}
	for _, before := range axes.before {
		s.Prefill.Time = append(s.Prefill.Time, spans(axes.chunk, func(chunk float64) float64 { return p.attentionTime(StepShape{Chunk: chunk, Before: before}) }))
	}
	if len(axes.mixed[0]) > 0 {
		m := axes.mixed
		s.Mixed = &builtin.MixedTimes{Computed: sizes(m[0]), Sequences: sizes(m[1]), Cached: sizes(m[2]), Context: sizes(m[3])}
		for _, chunk := range m[0] {
			for _, before := range m[2] {
				for _, n := range m[1] {
					s.Mixed.Time = append(s.Mixed.Time, spans(m[3], func(context float64) float64 {
						return p.attentionTime(StepShape{Chunk: chunk, Before: before, Decodes: n, Context: context})
					}))
				}
			}
		}
	}
	return s
}

// sizeTimes returns the times at some sizes, or nil if there are no sizes.
func sizeTimes(at []float64, time func(float64) float64) *builtin.SizeTimes {
	if len(at) == 0 {
		return nil
	}
	return &builtin.SizeTimes{At: sizes(at), Time: spans(at, time)}
}

func sizes(axis []float64) (list builtin.Sizes) {
	for _, v := range axis {
		list = append(list, int64(math.Round(v)))
	}
	return list
}

// spans returns the times at the values of an axis, with four digits.
func spans(axis []float64, time func(float64) float64) builtin.Spans {
	row := make(builtin.Spans, len(axis))
	for i, at := range axis {
		row[i] = quantity.Span(time(at)).Round(4)
	}
	return row
}

// axes implements stepParts with the sizes of the tables. The time of experts is not linear in the
// tokens between the sizes of other kernels, so it has more sizes.
func (t *kernelTimer) axes() (a tableAxes) {
	for _, k := range t.dense {
		a.tokens = append(a.tokens, k.time.at...)
	}
	for _, k := range t.sequence {
		a.sequences = append(a.sequences, k.time.at...)
	}
	a.tokens, a.sequences = ordered(a.tokens), ordered(a.sequences)
	if t.experts != nil {
		for n := 1.0; n < a.tokens[len(a.tokens)-1]; n += max(1, math.Floor(n/8)) {
			a.experts = append(a.experts, n)
		}
		for _, n := range ordered(append(a.experts, a.tokens...)) {
			a.experts = append(a.experts, n*float64(t.ranks()))
		}
		a.experts = ordered(a.experts)
	}
	a.decodes, a.context = t.decode.axis(0), t.decode.axis(1)
	a.before, a.chunk = t.prefill.axis(0), t.prefill.axis(1)
	if len(t.mixed.at) > 1 {
		for i := range a.mixed {
			a.mixed[i] = t.mixed.axis(i)
		}
	}
	return a
}

// axes implements stepParts. The sizes of products of matrices are too many, so most are left out.
func (t *gpuTables) axes() tableAxes {
	sizes := []float64{1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384}
	a := tableAxes{tokens: sizes, sequences: sizes[:17]}
	if t.experts != nil {
		a.experts = sizes
	}
	powers := func(first, last float64) (list []float64) {
		for ; first <= last; first *= 2 {
			list = append(list, first)
		}
		return list
	}
	a.decodes, a.context = powers(1, 1024), powers(16, 65536)
	a.before, a.chunk = append([]float64{0}, powers(128, 16384)...), powers(16, 16384)
	return a
}

// axis returns all values of an axis of a lookup, ascending.
func (l *lookup) axis(i int) (list []float64) {
	if i == 0 {
		return l.at
	}
	for _, next := range l.next {
		list = append(list, next.axis(i-1)...)
	}
	return ordered(list)
}

// ordered sorts values, and removes the same ones.
func ordered(list []float64) []float64 {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
