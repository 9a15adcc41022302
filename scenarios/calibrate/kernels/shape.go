package kernels

import (
	"math"

	"wavetank/sim/profile"
)

// StepShape is what a step holds: one sequence that computes Chunk tokens of its prompt, with
// Before tokens in the cache, and Decodes sequences that decode, with Context tokens in the cache
// each. Without a chunk, Chunk and Before are 0.
type StepShape struct{ Chunk, Before, Decodes, Context float64 }

// StepTimer computes how long steps take from tables of their kernels.
type StepTimer interface {
	Time(s StepShape) float64 // in seconds; 0: the tables do not tell
	Largest() StepShape       // the largest of each that the tables hold
}

// mixtureTimer is a StepTimer of a network that may be a mixture of experts; experts is 0 if it is
// not.
type mixtureTimer interface {
	mixture() (experts, active int)
}

// The kinds of steps.
const (
	decodeStep = iota
	prefillStep
	mixedStep
)

// kindNames are the names of the kinds of steps.
var kindNames = [...]string{decodeStep: "decode", prefillStep: "prefill", mixedStep: "prefill and decode"}

func (s StepShape) kind() int {
	switch {
	case s.Chunk == 0:
		return decodeStep
	case s.Decodes == 0:
		return prefillStep
	}
	return mixedStep
}

// scheduled returns the tokens that are scheduled.
func (s StepShape) scheduled() float64 { return s.Chunk + s.Decodes }

// sequences returns the sequences that are scheduled.
func (s StepShape) sequences() float64 {
	if s.Chunk > 0 {
		return s.Decodes + 1
	}
	return s.Decodes
}

// features returns the features of the step for a step-time model. Experts are those of m.
func (s StepShape) features(m *profile.Mixture) profile.Vector {
	whole, part := math.Modf(s.Decodes * s.Context)
	w := profile.Work{
		Sequences: int64(s.sequences()), Decode: int64(s.Decodes), Context: int64(whole),
		Prefill: int64(s.Chunk), Attention: int64(math.Round(s.Chunk * (2*s.Before + s.Chunk))),
	}
	return w.Features(m).WithContext(part)
}

// StepGroup is the times of several steps, by the tables and by a step-time model, in seconds.
type StepGroup struct {
	Name     string
	Measured []float64 // times by the tables
	Modelled []float64
	HeldOut  []bool    // not fitted to
	Weight   []float64 // weight of each step in the fit
}

// MeanError returns the number of steps that are held out or fitted to, and the weighted mean of
// their absolute relative errors.
func (g StepGroup) MeanError(heldOut bool) (n int, mean float64) {
	sum := 0.0
	for i, m := range g.Measured {
		if g.HeldOut[i] == heldOut {
			n++
			sum += g.Weight[i]
			mean += g.Weight[i] * math.Abs(g.Modelled[i]/m-1)
		}
	}
	return n, mean / max(sum, 1e-300)
}
