package distribution

import (
	"fmt"

	"wavetank/sim/kernel"
)

// scaled is a law all of whose values are multiplied, so that its mean is the factor.
type scaled struct {
	Service
	factor float64
}

// Scaled returns the law of a service whose values are multiplied by a factor above 0: requests of a stream that
// are larger or smaller than the latency law stands for. A factor of 1 is the law itself.
func Scaled(law Service, factor float64) (Service, error) {
	if err := Within("work", factor, 1e-9, 1e9); err != nil {
		return nil, err
	}
	if factor == 1 {
		return law, nil
	}
	return scaled{law, factor}, nil
}

func (l scaled) Work(s *kernel.Stream) float64     { return l.factor * l.Service.Work(s) }
func (l scaled) Residual(s *kernel.Stream) float64 { return l.factor * l.Service.Residual(s) }
func (l scaled) String() string                    { return fmt.Sprintf("%v × %g", l.Service, l.factor) }

// Same returns the value of a law that has only one; ok is false for the others.
func Same(law Service) (value float64, ok bool) {
	switch l := law.(type) {
	case nil, deterministic:
		return 1, true
	case scaled:
		value, ok = Same(l.Service)
		return l.factor * value, ok
	}
	return 0, false
}
