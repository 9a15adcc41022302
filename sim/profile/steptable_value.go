package profile

import (
	"math"
	"sort"
)

// fraction is the number of bits of a fraction of a token, where mean contexts have one.
const fraction = 16

// mostAxes is the largest number of axes of a StepGrid.
const mostAxes = 4

func (c *StepCurve) grid() *StepGrid { return &StepGrid{[][]int64{c.At}, c.Time} }

// time returns the time at a size, in grains; 0 if the curve is empty.
func (c *StepCurve) time(at int64) int64 {
	if len(c.At) == 0 {
		return 0
	}
	k, part := bracket(c.At, float64(at))
	if part == 0 {
		return c.Time[k]
	}
	v := float64(c.Time[k]) + float64(part*float64(c.Time[k+1]-c.Time[k]))
	if part > 1 {
		v = max(v, float64(c.Time[k+1]))
	}
	return int64(math.Round(v))
}

// time returns the time at a place, in grains.
func (g *StepGrid) time(at ...float64) int64 { return int64(math.Round(g.value(at...))) }

// value returns the time at a place, not rounded.
func (g *StepGrid) value(at ...float64) float64 {
	var places [mostAxes]int
	var parts [mostAxes]float64
	beyond := false
	for i, axis := range g.Axes {
		places[i], parts[i] = bracket(axis, at[i])
		beyond = beyond || parts[i] > 1
	}
	v := g.blend(&places, &parts)
	if beyond {
		for i := range parts {
			parts[i] = min(parts[i], 1)
		}
		v = max(v, g.blend(&places, &parts))
	}
	return v
}

// blend returns the time between the corners of a cell of the grid: the cell that begins at the
// given places, at the given parts of its edges.
func (g *StepGrid) blend(places *[mostAxes]int, parts *[mostAxes]float64) float64 {
	axes := len(g.Axes)
	sum := 0.0
	for corner := range 1 << axes {
		weight, index := 1.0, 0
		for i := range axes {
			upper := corner >> i & 1
			if upper == 1 {
				weight *= parts[i]
			} else {
				weight *= 1 - parts[i]
			}
			index = index*len(g.Axes[i]) + places[i] + upper
			if upper == 1 && parts[i] == 0 {
				break
			}
		}
		if weight != 0 {
			sum += float64(weight * float64(g.Time[index]))
		}
	}
	return sum
}

// bracket returns the value of an axis at which the interval with x begins, and the part of the
// interval that is before x: more than 1 beyond the last value, and 0 below the first value or if
// the axis has one value.
func bracket(axis []int64, x float64) (k int, part float64) {
	last := len(axis) - 1
	if last == 0 || x <= float64(axis[0]) {
		return 0, 0
	}
	k = min(sort.Search(last, func(i int) bool { return float64(axis[i+1]) >= x }), last-1)
	return k, (x - float64(axis[k])) / float64(axis[k+1]-axis[k])
}

// DecodePiece is a range of contexts in which the time of attention of sequences that decode is
// linear. A context is the number of tokens that all these sequences together have in the cache.
type DecodePiece struct {
	From  int64 // context at which the piece begins
	Until int64 // context at which the next piece begins
	Base  int64 // time at From, in grains
	Slope int64 // grains for each further token; at least 0
}

// endless is a context that is never reached.
const endless = 1 << 46

// Decoding returns the piece for n sequences that decode, and their context, in units of 2⁻¹⁶
// tokens.
func (t *StepTable) Decoding(n, context int64) DecodePiece {
	g, sequences, contexts := &t.Decode, t.Decode.Axes[0], t.Decode.Axes[1]
	row, part := bracket(sequences, float64(n))
	at := func(k int) int64 {
		low := g.Time[row*len(contexts)+k]
		if part == 0 {
			return low
		}
		high := g.Time[(row+1)*len(contexts)+k]
		v := int64(math.Round(float64(low) + float64(part*float64(high-low))))
		if part > 1 {
			v = max(v, high)
		}
		return v
	}
	last := len(contexts) - 1
	// the first value of the axis that is larger than the mean context
	next := sort.Search(len(contexts), func(i int) bool { return n*contexts[i]<<fraction > context })
	if next == 0 {
		return DecodePiece{0, n * contexts[0], at(0), 0}
	}
	p := DecodePiece{From: n * contexts[next-1], Until: endless, Base: at(next - 1)}
	from := next - 1
	if next > last {
		from = last - 1
	} else {
		p.Until = n * contexts[next]
	}
	if from >= 0 && last > 0 {
		p.Slope = max(0, int64(math.Round(float64(at(from+1)-at(from))/float64(n*(contexts[from+1]-contexts[from])))))
	}
	return p
}

// time returns the time at a context of the piece, in grains.
func (p DecodePiece) time(context int64) int64 { return p.Base + p.Slope*(context-p.From) }

// At returns the time for sequences that had so many tokens when they began to decode, and have
// decoded so many steps since then, in grains. Both are sums over the sequences. Each step adds
// rate tokens, in units of 2⁻¹⁶, to the context of a sequence.
func (p DecodePiece) At(context, passed, rate int64) int64 {
	return p.time(context) + p.Growth(rate)*passed
}

// Growth returns by how many grains a step is longer than the step before, for each sequence.
func (p DecodePiece) Growth(rate int64) int64 {
	if rate == 1<<fraction {
		return p.Slope
	}
	return int64(math.Round(float64(p.Slope) * float64(rate) / (1 << fraction)))
}

// Steps returns how many steps begin within the piece, for n sequences with a context in units of
// 2⁻¹⁶ tokens, which lies within the piece.
func (p DecodePiece) Steps(n, context, rate int64) int64 {
	return (p.Until<<fraction-context-1)/(n*rate) + 1
}
