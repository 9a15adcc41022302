package profile

import (
	"errors"
	"fmt"
	"math"
)

// Grains is the number of grains, the unit of step time, in a nanosecond. Coefficients and sums are whole
// grains, so that sums over many steps are exact.
const Grains = 1 << 20

// StepTime is the law of how long one iteration of a token replica takes: max(Compute, Memory) + Overhead + Experts. A fitted
// linear law has one form; a roofline has the two that bound it; only a mixture of experts has experts.
type StepTime struct {
	Compute, Memory, Overhead Form
	Experts                   Mixture
}

// Mixture is what the experts of a mixture take by how many of them the tokens of a step go through: few tokens read few experts.
type Mixture struct {
	Count  int64 // experts of a layer; 0: there are none
	Active int64 // of which a token goes through so many
	Each   int64 // grains per expert that is gone through, for all layers together
}

// Activated returns how many experts so many tokens go through in the mean, where each token draws its own: Count · (1 − (1 − Active/Count)^tokens).
func (m *Mixture) Activated(tokens float64) float64 {
	if m.Count == 0 {
		return 0
	}
	return float64(m.Count) * (1 - math.Pow(1-float64(m.Active)/float64(m.Count), tokens))
}

// Time returns what the experts take for so many tokens, in grains.
func (m *Mixture) Time(tokens int64) int64 {
	if m.Each == 0 {
		return 0
	}
	return int64(math.Round(float64(m.Each) * m.Activated(float64(tokens))))
}

// Form is a linear form in the features of a step, with coefficients in grains, none negative.
type Form struct {
	Constant  int64 // per step
	Sequence  int64 // per sequence scheduled
	Prefill   int64 // per token of sequences scheduled with several tokens
	Attention int64 // per half of a pair (such a token, a token that it attends to): features count n(2s+n)
	Decode    int64 // per sequence scheduled with one token
	Context   int64 // per token that such a sequence has in the cache before the step
}

// Work is the features of one step.
type Work struct {
	Sequences int64 // scheduled
	Prefill   int64 // Σ n over sequences scheduled with n > 1 tokens
	Attention int64 // Σ n(2s+n) over them, with s tokens in the cache before the step: twice the pairs attended to
	Decode    int64 // sequences scheduled with one token
	Context   int64 // Σ s over them
}

// Time returns the value of the form, in grains.
func (f *Form) Time(w Work) int64 {
	return f.Constant + f.Sequence*w.Sequences + f.Prefill*w.Prefill + f.Attention*w.Attention + f.Decode*w.Decode + f.Context*w.Context
}

// Time returns how long a step takes, in grains; at least a nanosecond.
func (s *StepTime) Time(w Work) int64 {
	return max(max(s.Compute.Time(w), s.Memory.Time(w))+s.Overhead.Time(w)+s.Experts.Time(w.Prefill+w.Decode), Grains)
}

// Coefficients are those of a Form in seconds per feature: Attention per pair of tokens.
type Coefficients struct {
	Constant, Sequence, Prefill, Attention, Decode, Context float64
}

// NewForm returns the form with the coefficients nearest to c.
func NewForm(c Coefficients) (Form, error) {
	var f Form
	var faults []error
	for _, one := range []struct {
		name string
		from float64
		to   *int64
		per  float64
	}{
		{"constant", c.Constant, &f.Constant, 1}, {"sequence", c.Sequence, &f.Sequence, 1}, {"prefill", c.Prefill, &f.Prefill, 1},
		{"attention", c.Attention, &f.Attention, 2}, {"decode", c.Decode, &f.Decode, 1}, {"context", c.Context, &f.Context, 1},
	} {
		const longest = 3600 // seconds
		if !(one.from >= 0) || one.from > longest {
			faults = append(faults, fmt.Errorf("%s: %v s is not between 0 and an hour", one.name, one.from))
			continue
		}
		*one.to = int64(math.Round(one.from * 1e9 * Grains / one.per))
	}
	return f, errors.Join(faults...)
}

// Coefficients returns the coefficients of the form in seconds.
func (f Form) Coefficients() Coefficients {
	s := func(v int64) float64 { return float64(v) / (1e9 * Grains) }
	return Coefficients{s(f.Constant), s(f.Sequence), s(f.Prefill), 2 * s(f.Attention), s(f.Decode), s(f.Context)}
}

// Holds says why a step of a replica with so many sequences, tokens in a step and tokens in a sequence could take
// longer than a step may, a day; nil when none can.
func (s *StepTime) Holds(sequences, tokens, context int64) error {
	const longest = 24 * 3600 * 1e9 * Grains
	n, b, c := float64(sequences), float64(tokens), float64(context)
	worst := float64(s.Experts.Each) * float64(s.Experts.Count)
	for _, f := range []Form{s.Compute, s.Memory, s.Overhead} {
		worst += float64(f.Constant) + float64(f.Sequence)*n + float64(f.Prefill)*b + float64(f.Attention)*2*b*c + float64(f.Decode)*n + float64(f.Context)*n*c
	}
	if worst > longest/1000 {
		return fmt.Errorf("a step of %d sequences and %d tokens with a context of %d could take %.3g s, more than 86 s", sequences, tokens, context, worst/(1e9*Grains))
	}
	return nil
}
