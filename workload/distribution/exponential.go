package distribution

import (
	"wavetank/sim/kernel"
)

type exponential struct{}

// Exponential returns the exponential distribution, drawn by inversion.
func Exponential() Service { return exponential{} }

func (exponential) Work(s *kernel.Stream) float64 { return s.Exponential() }
func (exponential) String() string                { return "exponential" }

func (exponential) Residual(s *kernel.Stream) float64 { return s.Exponential() } // no memory
