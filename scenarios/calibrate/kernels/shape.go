package kernels

import (
	"math"

	"wavetank/sim/profile"
)

// StepShape describes the work of a step. One sequence computes Chunk tokens of its prompt, with
// Before tokens already in the cache. Both are 0 if no prompt is computed. Decodes sequences
// decode, with Context tokens in the cache each.
type StepShape struct{ Chunk, Before, Decodes, Context float64 }

// StepTimer computes how long steps take from tables of their kernels.
type StepTimer interface {
	Time(s StepShape) float64 // in seconds; 0: unknown
	Largest() StepShape       // the largest value of each field in the tables
}

// mixtureTimer is a StepTimer of a network that may be a mixture of experts. For other networks,
// experts is 0.
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

// scheduled returns the number of scheduled tokens.
func (s StepShape) scheduled() float64 { return s.Chunk + s.Decodes }

// sequences returns the number of scheduled sequences.
func (s StepShape) sequences() float64 {
	if s.Chunk > 0 {
		return s.Decodes + 1
	}
	return s.Decodes
}

// features returns the features of the step for a step-time model. m gives the numbers of experts.
func (s StepShape) features(m *profile.Mixture) profile.Vector {
	whole, part := math.Modf(s.Decodes * s.Context)
	w := profile.Work{
		Sequences: int64(s.sequences()), Decode: int64(s.Decodes), Context: int64(whole),
		Prefill: int64(s.Chunk), Attention: int64(math.Round(s.Chunk * (2*s.Before + s.Chunk))),
	}
	return w.Features(m).WithContext(part)
}

// StepGroup holds the times of several steps, in seconds: from the tables, and from a step-time
// model.
type StepGroup struct {
	Name     string
	Measured []float64 // times from the tables
	Modelled []float64
	HeldOut  []bool    // steps that were not used in the fit
	Weight   []float64 // weight of each step in the fit
}

// MeanError returns the number of steps that were held out, or of the others if heldOut is false.
// It also returns the weighted mean of their absolute relative errors.
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
