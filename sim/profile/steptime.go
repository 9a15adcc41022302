package profile

import (
	"math"
)

// Grains is the number of grains in a nanosecond. The grain is the unit of step times. Coefficients
// and sums are whole grains, so that sums over many steps are exact.
const Grains = 1 << 20

// StepTime is how long one step of a token replica takes:
//
//	max(Compute, Memory) + Overhead + Experts
//
// A fitted linear model has one form. A roofline has the two that bound it. Only a mixture of
// experts has experts.
type StepTime struct {
	Compute, Memory, Overhead Form
	Experts                   Mixture
}

// Mixture is what the experts of a mixture take. The time goes by how many of them the tokens of a
// step go through: few tokens read few experts.
type Mixture struct {
	Count  int64 // experts of a layer; 0: there are none
	Active int64 // experts that each token goes through
	Each   int64 // grains per expert that is gone through, for all layers together
}

// Activated returns the mean number of experts that the given tokens go through. Each token draws
// its own: Count · (1 − (1 − Active/Count)^tokens).
func (m *Mixture) Activated(tokens float64) float64 {
	if m.Count == 0 {
		return 0
	}
	return float64(m.Count) * (1 - math.Pow(1-float64(m.Active)/float64(m.Count), tokens))
}

// Time returns the time of the experts for the given number of tokens, in grains.
func (m *Mixture) Time(tokens int64) int64 {
	if m.Each == 0 {
		return 0
	}
	return int64(math.Round(float64(m.Each) * m.Activated(float64(tokens))))
}

// Form is a linear form in the features of a step. Its coefficients are grains, none negative. The
// table Terms says of each what it is multiplied by.
type Form struct {
	Constant, Sequence, Prefill, Attention, Decode, Context int64
}

// Work is the features of one step. n is the tokens that a sequence is scheduled with, s the tokens
// that it has in the cache before the step.
type Work struct {
	Sequences int64 // scheduled
	Prefill   int64 // Σ n over sequences with n > 1
	Attention int64 // Σ n(2s+n) over them: twice the pairs of a token and one that it attends to
	Decode    int64 // sequences with n = 1
	Context   int64 // Σ s over them
}

// Add counts a sequence that is scheduled with tokens, and has cached tokens in the cache.
func (w *Work) Add(tokens, cached int64) {
	w.Sequences++
	if tokens == 1 {
		w.Decode++
		w.Context += cached
		return
	}
	w.Prefill += tokens
	w.Attention += tokens * (2*cached + tokens)
}

// Time returns the value of the form, in grains. It is the sum over Terms, written out for speed.
func (f *Form) Time(w Work) int64 {
	return f.Constant + f.Sequence*w.Sequences + f.Prefill*w.Prefill + f.Attention*w.Attention + f.Decode*w.Decode + f.Context*w.Context
}

// Time returns how long a step takes, in grains; at least a nanosecond.
func (s *StepTime) Time(w Work) int64 {
	return max(max(s.Compute.Time(w), s.Memory.Time(w))+s.Overhead.Time(w)+s.Experts.Time(w.Prefill+w.Decode), Grains)
}
