package distribution

import (
	"fmt"
	"math"

	"wavetank/sim/kernel"
)

type weibull struct{ shape, scale float64 }

// Weibull returns the Weibull distribution with a shape, drawn by inversion.
func Weibull(shape float64) (Service, error) {
	if err := Within("weibull: shape", shape, 0.05, 1e4); err != nil {
		return nil, err
	}
	return weibull{shape, 1 / math.Gamma(1+1/shape)}, nil
}

func (l weibull) Work(s *kernel.Stream) float64 {
	return l.scale * math.Pow(s.Exponential(), 1/l.shape)
}

// Residual uses that a Weibull draw, weighted by its size, is (up to scale) a gamma draw with shape
// 1 + 1/shape, raised to the power 1/shape.
func (l weibull) Residual(s *kernel.Stream) float64 {
	return s.Float64() * l.scale * math.Pow(gamma(s, 1+1/l.shape), 1/l.shape)
}

func (l weibull) String() string { return fmt.Sprintf("weibull(%g)", l.shape) }
