package distribution

import (
	"errors"
	"fmt"

	"wavetank/sim/kernel"
)

type bimodal struct{ share, ratio, small float64 }

// Bimodal returns a distribution with two values, scaled to mean 1. The larger value is ratio times
// the smaller, and has probability share.
func Bimodal(share, ratio float64) (Service, error) {
	if err := errors.Join(Within("bimodal: share", share, 0, 1), Within("bimodal: ratio", ratio, 1e-6, 1e6)); err != nil {
		return nil, err
	}
	return bimodal{share, ratio, 1 / (1 - share + share*ratio)}, nil
}

func (l bimodal) Work(s *kernel.Stream) float64 {
	if s.Float64() < l.share {
		return l.small * l.ratio
	}
	return l.small
}

func (l bimodal) Residual(s *kernel.Stream) float64 {
	if s.Float64() < l.share*l.ratio*l.small {
		return s.Float64() * l.small * l.ratio
	}
	return s.Float64() * l.small
}

func (l bimodal) String() string { return fmt.Sprintf("bimodal(%g, %g)", l.share, l.ratio) }
