package distribution

import (
	"fmt"
	"math"

	"wavetank/sim/kernel"
)

type lognormal struct{ mu, sigma, scv float64 }

// Lognormal returns the lognormal distribution with an SCV, drawn by inversion.
func Lognormal(scv float64) (Service, error) {
	if err := Within("lognormal: scv", scv, 0, 1e4); err != nil {
		return nil, err
	}
	variance := math.Log1p(scv)
	return lognormal{-variance / 2, math.Sqrt(variance), scv}, nil
}

func (l lognormal) Work(s *kernel.Stream) float64 { return math.Exp(l.mu + l.sigma*StandardNormal(s)) }

// Residual uses that a lognormal draw, weighted by its size, is a lognormal draw with σ² added to
// μ.
func (l lognormal) Residual(s *kernel.Stream) float64 {
	return s.Float64() * math.Exp(l.mu+l.sigma*(l.sigma+StandardNormal(s)))
}

func (l lognormal) String() string { return fmt.Sprintf("lognormal(%g)", l.scv) }
