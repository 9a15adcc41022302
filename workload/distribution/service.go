package distribution

import (
	"fmt"

	"wavetank/sim/kernel"
)

// Service is the distribution of Request.Work, the factor by which a request's service time differs
// from its model's latency. Gaps between arrivals, patience and pauses have such distributions,
// too.
//
// The mean is 1. SCV stands for the squared coefficient of variation, the variance over the squared
// mean.
type Service interface {
	// Work draws a value. Equal streams give equal values.
	Work(s *kernel.Stream) float64
	// String names the distribution with its parameters, for example "lognormal(2)".
	String() string
	// Residual draws what is left of a value at a random instant within it. That time is a uniform
	// part of a value that is met in proportion to its size.
	Residual(s *kernel.Stream) float64
}

// Within returns the fault of a number that is not in [low, high], such as NaN.
func Within(field string, v, low, high float64) error {
	if v >= low && v <= high {
		return nil
	}
	return fmt.Errorf("%s: %g lies outside %g to %g", field, v, low, high)
}
