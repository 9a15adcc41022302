package distribution

import (
	"errors"
	"fmt"
	"math"

	"wavetank/sim/kernel"
)

type uniform struct{ low, high float64 }

// Uniform returns the uniform distribution on [low, high], scaled to mean 1.
func Uniform(low, high float64) (Service, error) {
	err := errors.Join(Within("uniform: low", low, 0, math.MaxFloat64/4), Within("uniform: high", high, 0, math.MaxFloat64/4))
	if err == nil && (high < low || high == 0) {
		err = fmt.Errorf("uniform: high: %g must be above 0 and not below low %g", high, low)
	}
	if err != nil {
		return nil, err
	}
	return uniform{low, high}, nil
}

func (l uniform) Work(s *kernel.Stream) float64 {
	return (l.low + (l.high-l.low)*s.Float64()) / ((l.low + l.high) / 2)
}

func (l uniform) Residual(s *kernel.Stream) float64 {
	part, low, u := s.Float64(), l.low/l.high, s.Float64()
	return part * math.Sqrt(low*low+u*(1-low*low)) / ((low + 1) / 2)
}

func (l uniform) String() string { return fmt.Sprintf("uniform(%g, %g)", l.low, l.high) }
