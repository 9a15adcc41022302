package theory

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Infinite is a system in which no customer waits, M/G/∞. The number of customers has a Poisson
// distribution for any service distribution (Riordan, 1951).
type Infinite struct {
	Mean float64 // also the variance
}

// NewInfinite solves the system for the offered load a = λE[S] in Erlang.
func NewInfinite(a float64) (Infinite, error) {
	var c checks
	c.positive("a", a)
	return Infinite{Mean: a}, c.err()
}

// Exactly is the probability of n in the system.
func (q Infinite) Exactly(n int) float64 { return poissonTerm(q.Mean, n) }

// AtMost is the probability of at most n in the system.
func (q Infinite) AtMost(n int) float64 {
	if n < 0 {
		return 0
	}
	return mathext.GammaIncRegComp(float64(n)+1, q.Mean)
}

// AtLeast is the probability of n or more in the system.
func (q Infinite) AtLeast(n int) float64 {
	if n <= 0 {
		return 1
	}
	return mathext.GammaIncReg(float64(n), q.Mean)
}

// Quantile is the smallest n such that at most n are in the system with at least this probability.
func (q Infinite) Quantile(level float64) (int, error) {
	if err := levelFault(level); err != nil {
		return 0, err
	}
	low, high := -1, 16
	for q.AtMost(high) < level {
		if low, high = high, high*2; high > mostStates {
			return 0, errTooLarge
		}
	}
	for high-low > 1 {
		if middle := (low + high) / 2; q.AtMost(middle) < level {
			low = middle
		} else {
			high = middle
		}
	}
	return high, nil
}

func (q Infinite) quantities() []quantity {
	return []quantity{
		plain("E[N]", q.Mean), plain("Var[N]", q.Mean),
		atCount("P(N=#)", 0, sure(q.Exactly)), atCount("P(N<=#)", 0, sure(q.AtMost)),
		atCount("P(N>=#)", 0, sure(q.AtLeast)),
		atLevel("N_q#", func(level float64) (float64, error) {
			n, err := q.Quantile(level)
			return float64(n), err
		}),
	}
}

// SinusoidQueue is M(t)/M/∞ with the arrival rate base + amplitude·sin(2πt/period), long after its
// start (Eick, Massey and Whitt, 1993). The number of customers has a Poisson distribution at every
// instant.
type SinusoidQueue struct {
	Peak float64 // the largest mean number
	Lag  float64 // time from the peak of the arrival rate to Peak
	base, amplitude, omega, mu,
	period float64
}

// NewSinusoid solves the system for the arrival rate's base, amplitude (at most the base) and
// period, and for the service rate.
func NewSinusoid(base, amplitude, period, mu float64) (SinusoidQueue, error) {
	var c checks
	c.positive("base", base)
	c.notNegative("amplitude", amplitude)
	if amplitude > base {
		c.fault("amplitude %v makes the rate negative: it is above the base %v", amplitude, base)
	}
	c.positive("period", period)
	c.positive("mu", mu)
	omega := 2 * math.Pi / period
	return SinusoidQueue{
		Peak: base/mu + amplitude/math.Hypot(mu, omega), Lag: math.Atan(omega/mu) / omega,
		base: base, amplitude: amplitude, omega: omega, mu: mu, period: period,
	}, c.err()
}

// Mean is the mean number in the system at an instant.
func (q SinusoidQueue) Mean(t float64) float64 {
	sin, cos := math.Sincos(q.omega * math.Mod(t, q.period))
	return q.base/q.mu + q.amplitude*(q.mu*sin-q.omega*cos)/(q.mu*q.mu+q.omega*q.omega)
}

func (q SinusoidQueue) quantities() []quantity {
	return []quantity{
		plain("peak E[N]", q.Peak), plain("lag of peak", q.Lag), plain("mean E[N]", q.base/q.mu),
		plain("E[N(t=T)]", q.Mean(0)), atPoint("E[N(t=#)]", sure(q.Mean)),
		atCount("E[N(t=T/#)]", 1, func(n int) (float64, error) { return q.Mean(q.period / float64(n)), nil }),
		atPoint("E[N(t=#T)]", func(share float64) (float64, error) { return q.Mean(share * q.period), nil }),
		quantity{"E[N(t=#T/4)]", func(quarters float64) (float64, error) { return q.Mean(quarters * q.period / 4), nil }},
	}
}
