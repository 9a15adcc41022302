package theory

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// mostStates is the largest number of states or customers in a computation, so that no parameter
// makes it endless.
const mostStates = 1 << 23

var errTooLarge = errors.New("the parameters need too large a computation")

// bisect returns the point in (low, high) at which an increasing function crosses zero, to the last
// digit.
func bisect(low, high float64, f func(x float64) float64) float64 {
	for range 400 {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			break
		}
		if f(middle) < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// levelFault returns an error if the level of a quantile is not in [0, 1).
func levelFault(level float64) error {
	if !(level >= 0 && level < 1) {
		return fmt.Errorf("the level %v is not in [0, 1)", level)
	}
	return nil
}

// quantile returns the smallest t ≥ 0 at which the tail P(T > t) is at most 1−level. scale is a
// first guess of t.
func quantile(level, scale float64, tail func(t float64) float64) (float64, error) {
	if err := levelFault(level); err != nil || tail(0) <= 1-level {
		return 0, err
	}
	high := scale
	for tail(high) > 1-level {
		if high *= 2; math.IsInf(high, 0) {
			return 0, errTooLarge
		}
	}
	return bisect(0, high, func(t float64) float64 { return 1 - level - tail(t) }), nil
}

// decay returns (1−e^{−y})/y for y ≥ 0, without loss of precision near 0.
func decay(y float64) float64 {
	if y == 0 {
		return 1
	}
	return -math.Expm1(-y) / y
}

// integrate returns the integral of a smooth function over [0, end], by Gauss-Legendre quadrature
// on panels of width 1/2.
func integrate(end float64, f func(x float64) float64) float64 {
	const points = 16
	var at, weight [points]float64
	quad.Legendre{}.FixedLocations(at[:], weight[:], 0, 1)
	panels := math.Ceil(end * 2)
	width := end / panels
	sum := 0.0
	for p := range int(panels) {
		for i, x := range at {
			sum += weight[i] * width * f((float64(p)+x)*width)
		}
	}
	return sum
}

// poissonTerm returns the probability of n in a Poisson distribution with this mean.
func poissonTerm(mean float64, n int) float64 {
	if mean == 0 {
		if n == 0 {
			return 1
		}
		return 0
	}
	factorial, _ := math.Lgamma(float64(n) + 1)
	return math.Exp(float64(n)*math.Log(mean) - mean - factorial)
}

// poisson returns the Poisson distribution with this mean, up to a number above which the
// probability is below 1e-20.
func poisson(mean float64) []float64 {
	probabilities, _ := birthDeath(mostStates, func(int) float64 { return mean }, func(n int) float64 { return float64(n) })
	return probabilities
}

// birthDeath returns the steady state of a birth-death chain on 0 … top. The ratios
// birth(n−1)/death(n) must not increase with n. The probabilities are built from the mode outward,
// so that they never overflow. A chain without an end (top = mostStates) is cut where the rest is
// negligible.
func birthDeath(top int, birth, death func(n int) float64) ([]float64, error) {
	mode, high := 0, top
	for mode < high { // the last n with birth(n−1) ≥ death(n)
		if middle := mode + (high-mode+1)/2; birth(middle-1) >= death(middle) {
			mode = middle
		} else {
			high = middle - 1
		}
	}
	if mode == mostStates {
		return nil, errTooLarge
	}
	probabilities := make([]float64, mode+1, mode+64)
	probabilities[mode] = 1
	sum := 1.0
	for n := mode; n > 0; n-- {
		probabilities[n-1] = probabilities[n] * death(n) / birth(n-1)
		sum += probabilities[n-1]
	}
	for n := mode + 1; n <= top; n++ {
		ratio := birth(n-1) / death(n)
		next := probabilities[n-1] * ratio
		if next == 0 || top == mostStates && next < 1e-20*sum*(1-ratio) {
			break
		}
		if n == mostStates {
			return nil, errTooLarge
		}
		probabilities = append(probabilities, next)
		sum += next
	}
	for n := range probabilities {
		probabilities[n] /= sum
	}
	return probabilities, nil
}

// near reports whether two numbers are equal up to the rounding of a printed number.
func near(x, y float64) bool { return math.Abs(x-y) <= 1e-6*max(math.Abs(x), math.Abs(y)) }
