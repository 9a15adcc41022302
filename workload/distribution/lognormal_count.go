package distribution

import (
	"fmt"
	"math"
)

type lognormalCount struct {
	mean, sd  float64
	mu, sigma float64
	bounds    Bounds
}

// LognormalCount returns the lognormal distribution with a mean and a standard deviation, rounded
// and clamped.
func LognormalCount(mean, sd float64, b Bounds) (Count, error) {
	if err := checkMoments("lognormal", mean, sd, b); err != nil {
		return nil, err
	}
	variance := math.Log1p(sd / mean * (sd / mean))
	return lognormalCount{mean, sd, math.Log(mean) - variance/2, math.Sqrt(variance), b}, nil
}

func (c lognormalCount) At(z float64) int32 { return c.bounds.clamp(math.Exp(c.mu + c.sigma*z)) }
func (c lognormalCount) String() string {
	return fmt.Sprintf("lognormal(%g, %g)", c.mean, c.sd)
}
