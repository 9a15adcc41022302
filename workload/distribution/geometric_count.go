package distribution

import (
	"errors"
	"fmt"
	"math"
)

type geometricCount struct {
	mean   float64
	scale  float64 // −1/ln(1 − 1/mean); 0 if every value is 1
	bounds Bounds
}

// GeometricCount returns the geometric distribution on 1, 2, … with a mean, clamped. The
// probability that a draw exceeds n, if it is at least n, is the same for all n.
func GeometricCount(mean float64, b Bounds) (Count, error) {
	if err := errors.Join(Countable("geometric: mean", mean, 1), b.check("geometric")); err != nil {
		return nil, err
	}
	c := geometricCount{mean: mean, bounds: b}
	if mean > 1 {
		c.scale = -1 / math.Log1p(-1/mean)
	}
	return c, nil
}

func (c geometricCount) At(z float64) int32 {
	if c.scale == 0 {
		return c.bounds.clamp(1)
	}
	return c.bounds.clamp(1 + math.Floor(-math.Log(above(z))*c.scale))
}
func (c geometricCount) String() string { return fmt.Sprintf("geometric(%g)", c.mean) }
