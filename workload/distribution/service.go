package distribution

import (
	"fmt"

	"wavetank/sim/kernel"
)

// Service is the distribution of Request.Work, the factor between the service time of a request and
// the latency of its model. Gaps between arrivals, patience and pauses have such distributions,
// too.
//
// The mean is 1. SCV means the squared coefficient of variation: the variance over the squared
// mean.
type Service interface {
	// Work draws a value. Equal streams give equal values.
	Work(s *kernel.Stream) float64
	// String names the distribution with its parameters, for example "lognormal(2)".
	String() string
	// Residual draws the time that is left at a random instant within an interval. A random instant
	// hits an interval with probability in proportion to its length. So the draw is a uniform part
	// of a value that is weighted by its size.
	Residual(s *kernel.Stream) float64
}

// Within returns an error if a number is not in [low, high], for example NaN.
func Within(field string, v, low, high float64) error {
	if v >= low && v <= high {
		return nil
	}
	return fmt.Errorf("%s: %g lies outside %g to %g", field, v, low, high)
}
