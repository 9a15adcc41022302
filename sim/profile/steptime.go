package profile

import (
	"math"
)

// Grains is the number of grains in a nanosecond. The grain is the unit of step times. Coefficients
// and sums are whole grains, so that sums over many steps are exact.
const Grains = 1 << 20

// StepTime is how long one step of a token replica takes:
//
//	max(Compute, Memory) + Overhead + Experts + Table
//
// A fitted linear model uses one form. A roofline model uses both Compute and Memory. Only a
// mixture-of-experts model uses Experts. A model of measured kernels uses Table, and Overhead for
// the time in which the GPU waits.
type StepTime struct {
	Compute, Memory, Overhead Form
	Experts                   Mixture
	Table                     *StepTable // nil: none
}

// Mixture is the time that the experts of a mixture-of-experts model take. It is proportional to
// the number of experts that the tokens of a step activate: few tokens activate few experts.
type Mixture struct {
	Count  int64 // experts of a layer; 0: the model has no experts
	Active int64 // experts that each token activates in a layer
	Each   int64 // grains per activated expert, for all layers together
}

// Activated returns the mean number of experts that a number of tokens activate. Each token draws
// its experts independently: Count · (1 − (1 − Active/Count)^tokens).
func (m *Mixture) Activated(tokens float64) float64 {
	if m.Count == 0 {
		return 0
	}
	return float64(m.Count) * (1 - math.Pow(1-float64(m.Active)/float64(m.Count), tokens))
}

// Time returns the time of the experts for a number of tokens, in grains.
func (m *Mixture) Time(tokens int64) int64 {
	if m.Each == 0 {
		return 0
	}
	return int64(math.Round(float64(m.Each) * m.Activated(float64(tokens))))
}

// Form is a linear form in the features of a step. Its coefficients are in grains and not negative.
// The table Terms says which feature each coefficient is multiplied by.
type Form struct {
	Constant, Sequence, Prefill, Attention, Decode, Context int64
}

// Work holds the features of one step. In the formulas, n is the number of tokens that a sequence
// is scheduled with, s the number of its tokens in the cache before the step.
type Work struct {
	Sequences int64 // sequences scheduled in the step
	Prefill   int64 // Σ n over sequences with n > 1
	Attention int64 // Σ n(2s+n) over sequences with n > 1: twice the number of attended token pairs
	Decode    int64 // sequences with n = 1
	Context   int64 // Σ s over sequences with n = 1
	Read      int64 // Σ s over sequences of AddPrefill: tokens that are read (StepTime.Reading)
}

// Add counts a sequence with n = tokens and s = cached.
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

// AddPrefill counts a sequence that prefills and reads its KV cache, with n = tokens and s =
// cached. It counts as one with n > 1 also if n = 1.
func (w *Work) AddPrefill(tokens, cached int64) {
	w.Sequences++
	w.Prefill += tokens
	w.Attention += tokens * (2*cached + tokens)
	w.Read += cached
}

// Time returns the value of the form, in grains.
func (f *Form) Time(w Work) int64 { return f.Constant + f.Added(&w) }

// Added returns by how many grains the value of the form grows if a step has some more work. It is
// the sum over Terms without the constant, written out for speed.
func (f *Form) Added(w *Work) int64 {
	return f.Sequence*w.Sequences + f.Prefill*w.Prefill + f.Attention*w.Attention + f.Decode*w.Decode + f.Context*w.Context
}

// Time returns how long a step takes, in grains; at least a nanosecond.
func (s *StepTime) Time(w Work) int64 {
	compute, memory, overhead := s.Reading()
	table := int64(0)
	if s.Table != nil {
		table = s.Table.Time(&w)
	}
	return max(max(s.Compute.Time(w)+compute*w.Read, s.Memory.Time(w)+memory*w.Read)+s.Overhead.Time(w)+overhead*w.Read+s.Experts.Time(w.Prefill+w.Decode)+table, Grains)
}

// Reading returns how many grains each form takes for a token that a sequence that prefills has in
// the cache and reads (Work.Read): its coefficient Context. In a model with a form for memory, the
// form for computing takes none, because its Attention counts the operations on these tokens.
func (s *StepTime) Reading() (compute, memory, overhead int64) {
	if s.Memory == (Form{}) {
		compute = s.Compute.Context
	}
	return compute, s.Memory.Context, s.Overhead.Context
}
