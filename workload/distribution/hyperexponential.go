package distribution

import (
	"fmt"
	"math"

	"wavetank/sim/kernel"
)

type hyperexponential struct{ p, scv float64 }

// Hyperexponential returns the mixture of two exponential distributions with balanced means: each
// contributes half of the mean. The SCV is at least 1.
func Hyperexponential(scv float64) (Service, error) {
	if err := Within("hyperexponential: scv", scv, 1, 1e4); err != nil {
		return nil, err
	}
	return hyperexponential{(1 + math.Sqrt((scv-1)/(scv+1))) / 2, scv}, nil
}

func (l hyperexponential) Work(s *kernel.Stream) float64 {
	p := l.p
	if s.Float64() >= p {
		p = 1 - p
	}
	return s.Exponential() / (2 * p)
}

// Residual uses that both parts contribute half of the mean, and that neither has a memory.
func (l hyperexponential) Residual(s *kernel.Stream) float64 {
	p := l.p
	if s.Float64() >= 0.5 {
		p = 1 - p
	}
	return s.Exponential() / (2 * p)
}

func (l hyperexponential) String() string { return fmt.Sprintf("hyperexponential(%g)", l.scv) }
