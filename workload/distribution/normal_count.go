package distribution

import (
	"fmt"
)

type normalCount struct {
	mean, sd float64
	bounds   Bounds
}

// NormalCount returns the normal distribution with a mean and a standard deviation, rounded and
// clamped. Clamping changes the mean.
func NormalCount(mean, sd float64, b Bounds) (Count, error) {
	if err := checkMoments("normal", mean, sd, b); err != nil {
		return nil, err
	}
	return normalCount{mean, sd, b}, nil
}

func (c normalCount) At(z float64) int32 { return c.bounds.clamp(c.mean + c.sd*z) }
func (c normalCount) String() string     { return fmt.Sprintf("normal(%g, %g)", c.mean, c.sd) }
