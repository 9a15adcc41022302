package distribution

import (
	"errors"
	"fmt"
	"math"
)

// Count is a law of whole numbers of at least 1: tokens of a prompt or of an answer, turns of a conversation.
type Count interface {
	// At returns the quantile of the law at the level Φ(z), where Φ is the standard normal distribution function: a
	// standard normal z makes it a draw. It does not fall as z rises.
	At(z float64) int32
	// String names the law with its parameters, for example "fixed(128)".
	String() string
}

// LargestCount bounds every count.
const LargestCount = 1 << 24

// Bounds are the least and the most that a law gives; what lies outside becomes the nearer of the two.
type Bounds struct{ Min, Max int32 }

func (b Bounds) check(law string) error {
	if b.Min < 1 || b.Max < b.Min || b.Max > LargestCount {
		return fmt.Errorf("%s: max: %d to %d is no part of 1 to %d", law, b.Min, b.Max, LargestCount)
	}
	return nil
}

// clamp rounds a number into the bounds.
func (b Bounds) clamp(v float64) int32 {
	return int32(min(float64(b.Max), max(float64(b.Min), math.Round(v))))
}

type fixedCount int32

// FixedCount returns the law of one value.
func FixedCount(value int32) (Count, error) {
	if value < 1 || value > LargestCount {
		return nil, fmt.Errorf("fixed: value: %d lies outside 1 to %d", value, LargestCount)
	}
	return fixedCount(value), nil
}

func (c fixedCount) At(float64) int32 { return int32(c) }
func (c fixedCount) String() string   { return fmt.Sprintf("fixed(%d)", int32(c)) }

type normalCount struct {
	mean, sd float64
	bounds   Bounds
}

// NormalCount returns the normal law of a mean and a standard deviation, rounded and clamped: values outside the
// bounds become the bounds, which moves the mean.
func NormalCount(mean, deviation float64, b Bounds) (Count, error) {
	if err := momentsOf("normal", mean, deviation, b); err != nil {
		return nil, err
	}
	return normalCount{mean, deviation, b}, nil
}

func momentsOf(law string, mean, deviation float64, b Bounds) error {
	return errors.Join(Countable(law+": mean", mean, 1), Countable(law+": sd", deviation, 0), b.check(law))
}

// countable faults a number that is not in [low, LargestCount], NaN included.
func Countable(field string, v, low float64) error {
	if v >= low && v <= LargestCount {
		return nil
	}
	return fmt.Errorf("%s: %g lies outside %g to %d", field, v, low, LargestCount)
}

func (c normalCount) At(z float64) int32 { return c.bounds.clamp(c.mean + c.sd*z) }
func (c normalCount) String() string     { return fmt.Sprintf("normal(%g, %g)", c.mean, c.sd) }

type lognormalCount struct {
	mean, sd  float64
	mu, sigma float64
	bounds    Bounds
}

// LognormalCount returns the lognormal law of a mean and a standard deviation, rounded and clamped.
func LognormalCount(mean, deviation float64, b Bounds) (Count, error) {
	if err := momentsOf("lognormal", mean, deviation, b); err != nil {
		return nil, err
	}
	variance := math.Log1p(deviation / mean * (deviation / mean))
	return lognormalCount{mean, deviation, math.Log(mean) - variance/2, math.Sqrt(variance), b}, nil
}

func (c lognormalCount) At(z float64) int32 { return c.bounds.clamp(math.Exp(c.mu + c.sigma*z)) }
func (c lognormalCount) String() string {
	return fmt.Sprintf("lognormal(%g, %g)", c.mean, c.sd)
}

type geometricCount struct {
	mean   float64
	scale  float64 // −1/ln(1 − 1/mean); 0 where every value is 1
	bounds Bounds
}

// GeometricCount returns the geometric law on 1, 2, … of a mean, clamped: each further one comes with the same chance.
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

// above returns 1 − Φ(z), exact in the upper tail.
func above(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// Bin is a part of a histogram: the numbers From to Upto, all equally likely.
type Bin struct {
	From, To int32
	Share    float64 // relative to the other bins
}

type histogram struct {
	bins   []Bin
	choice *Choice[int]
}

// Histogram returns the empirical law of bins, which rise and do not overlap.
func Histogram(bins []Bin) (Count, error) {
	var faults []error
	h := &histogram{bins: make([]Bin, len(bins))}
	copy(h.bins, bins)
	all, shares, before := make([]int, len(bins)), make([]float64, len(bins)), int32(0)
	for i, b := range bins {
		if b.From <= before || b.To < b.From || b.To > LargestCount {
			faults = append(faults, fmt.Errorf("histogram: bins[%d]: %d to %d is no part of %d to %d", i, b.From, b.To, before+1, LargestCount))
		}
		all[i], shares[i], before = i, b.Share, max(before, min(b.To, LargestCount))
	}
	choice, err := NewChoice(all, shares)
	if err != nil {
		faults = append(faults, fmt.Errorf("histogram: %w", err))
	}
	h.choice = choice
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return h, nil
}

func (h *histogram) At(z float64) int32 {
	const one = 1 - 1.0/(1<<53)
	u := min(above(-z), one)
	i := h.choice.Place(u)
	b, share := h.bins[i], h.choice.Share(i)
	part := (u - (h.choice.cumulative[i] - share)) / share
	return min(b.To, b.From+int32(max(0, part)*float64(b.To-b.From+1)))
}

func (h *histogram) String() string { return fmt.Sprintf("histogram(%d bins)", len(h.bins)) }
