package distribution

import (
	"wavetank/sim/kernel"
)

type deterministic struct{}

// Deterministic returns the distribution without spread: every value is 1.
func Deterministic() Service { return deterministic{} }

func (deterministic) Work(*kernel.Stream) float64       { return 1 }
func (deterministic) String() string                    { return "deterministic" }
func (deterministic) Residual(s *kernel.Stream) float64 { return s.Float64() }

// Same reports whether a distribution has only one value. That value is 1.
func Same(of Service) bool {
	_, same := of.(deterministic)
	return of == nil || same
}
