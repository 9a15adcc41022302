package distribution

import (
	"fmt"

	"wavetank/sim/kernel"
)

// scaled is a distribution whose values are multiplied, so that its mean is the factor.
type scaled struct {
	Service
	factor float64
}

// Scaled returns a distribution whose values are multiplied by a factor above 0, for requests that
// take longer or shorter than the latency of their model.
func Scaled(of Service, factor float64) (Service, error) {
	if err := Within("work", factor, 1e-9, 1e9); err != nil {
		return nil, err
	}
	if factor == 1 {
		return of, nil
	}
	return scaled{of, factor}, nil
}

func (l scaled) Work(s *kernel.Stream) float64     { return l.factor * l.Service.Work(s) }
func (l scaled) Residual(s *kernel.Stream) float64 { return l.factor * l.Service.Residual(s) }
func (l scaled) String() string                    { return fmt.Sprintf("%v × %g", l.Service, l.factor) }

// Same returns the value of a distribution that has only one; ok is false for the others.
func Same(of Service) (value float64, ok bool) {
	switch l := of.(type) {
	case nil, deterministic:
		return 1, true
	case scaled:
		value, ok = Same(l.Service)
		return l.factor * value, ok
	}
	return 0, false
}
