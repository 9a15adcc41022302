package distribution

import (
	"errors"
	"fmt"
	"math"
)

// Count is a distribution of whole numbers of at least 1: tokens of a prompt or of an answer, turns
// of a conversation.
type Count interface {
	// At returns the quantile at level Φ(z), where Φ is the standard normal distribution function.
	// For a standard normal z it is a draw from the distribution. It is monotone in z.
	At(z float64) int32
	// String names the distribution with its parameters, for example "fixed(128)".
	String() string
}

// LargestCount is the upper limit on every count.
const LargestCount = 1 << 24

// Bounds are the smallest and the largest value of a distribution. Draws outside are replaced by
// the nearer bound.
type Bounds struct{ Min, Max int32 }

func (b Bounds) check(name string) error {
	if b.Min < 1 || b.Max < b.Min || b.Max > LargestCount {
		return fmt.Errorf("%s: max: %d to %d is not within 1 to %d", name, b.Min, b.Max, LargestCount)
	}
	return nil
}

// clamp rounds a number into the bounds.
func (b Bounds) clamp(v float64) int32 {
	return int32(min(float64(b.Max), max(float64(b.Min), math.Round(v))))
}

// checkMoments returns the faults of a mean, a standard deviation and bounds.
func checkMoments(name string, mean, sd float64, b Bounds) error {
	return errors.Join(Countable(name+": mean", mean, 1), Countable(name+": sd", sd, 0), b.check(name))
}

// Countable returns an error if a number is not in [low, LargestCount], for example NaN.
func Countable(field string, v, low float64) error {
	if v >= low && v <= LargestCount {
		return nil
	}
	return fmt.Errorf("%s: %g lies outside %g to %d", field, v, low, LargestCount)
}

// Least returns the least value of a distribution.
func Least(of Count) int32 { return of.At(-farthest) }

// Largest returns the largest value of a distribution.
func Largest(of Count) int32 { return of.At(farthest) }

// farthest is larger than every standard normal draw that is ever made.
const farthest = 40

// above returns 1 − Φ(z), precise also in the upper tail.
func above(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }
