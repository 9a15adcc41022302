package workload

import (
	"errors"
	"fmt"
	"math"

	"wavetank/sim/kernel"
)

// Process is a law of arrival instants. It holds no state of a run and may be shared.
type Process interface {
	// Start begins a realisation that draws from s alone.
	Start(s *kernel.Stream) Instants
	// Rate returns the expected arrivals per second at an instant.
	Rate(t kernel.Time) float64
	// String names the process with its parameters, for example "poisson(40/s)".
	String() string
}

// Instants is one realisation of a process.
type Instants interface {
	// Next returns the next arrival, never before the one returned last; kernel.Never when none is left.
	Next() kernel.Time
}

// Renewal is a process with independent, gamma distributed gaps. It is stationary: it has been running for
// ever when the clock starts, so that the expected arrivals until t are exactly rate × t.
type Renewal struct {
	rate, cv float64
	name     string
}

// Poisson returns the process of the given rate per second whose gaps are exponential.
func Poisson(rate float64) (*Renewal, error) {
	return newRenewal(rate, 1, fmt.Sprintf("poisson(%g/s)", rate))
}

// Constant returns the process with a gap of exactly 1/rate seconds and a random start within the first gap.
func Constant(rate float64) (*Renewal, error) {
	return newRenewal(rate, 0, fmt.Sprintf("constant(%g/s)", rate))
}

// GammaRenewal returns the process of the given rate per second whose gaps have the coefficient of variation
// cv, 0.01 to 100: below 1 more even than Poisson, above 1 burstier.
func GammaRenewal(rate, cv float64) (*Renewal, error) {
	p, err := newRenewal(rate, cv, fmt.Sprintf("gamma(%g/s, cv %g)", rate, cv))
	if err = errors.Join(err, within("cv", cv, minCV, maxCV)); err != nil {
		return nil, err
	}
	return p, nil
}

const (
	minCV   = 0.01
	maxCV   = 100
	maxRate = 1e9 // requests per second: the clock has one tick per nanosecond
)

func newRenewal(rate, cv float64, name string) (*Renewal, error) {
	if err := within("rate", rate, 0, maxRate); err != nil {
		return nil, err
	}
	return &Renewal{rate, cv, name}, nil
}

// Rate returns the rate per second, the same at every instant.
func (p *Renewal) Rate(kernel.Time) float64 { return p.rate }

// String names the process with its parameters.
func (p *Renewal) String() string { return p.name }

// Start begins a realisation.
func (p *Renewal) Start(s *kernel.Stream) Instants {
	if p.rate == 0 {
		return silence{}
	}
	return &renewal{gaps: newGaps(s, p.cv), nanoseconds: 1e9 / p.rate}
}

type renewal struct {
	gaps        gaps
	clock       clock
	nanoseconds float64 // per unit gap
}

func (r *renewal) Next() kernel.Time { return r.clock.advance(r.gaps.next() * r.nanoseconds) }

// silence is a process that never arrives.
type silence struct{}

func (silence) Next() kernel.Time { return kernel.Never }

// gaps draws the gaps of a stationary renewal process of rate 1.
type gaps struct {
	stream  *kernel.Stream
	cv      float64 // 0 constant, 1 exponential, else gamma
	shape   float64
	started bool
}

func newGaps(s *kernel.Stream, cv float64) gaps { return gaps{stream: s, cv: cv, shape: 1 / (cv * cv)} }

func (g *gaps) next() float64 {
	switch {
	case g.cv == 1: // without memory, so the first gap is as any other
		return g.stream.Exponential()
	case !g.started:
		g.started = true
		return g.residual()
	case g.cv == 0:
		return 1
	}
	return gamma(g.stream, g.shape) / g.shape
}

// residual draws the time from a random instant to the next arrival: a uniform part of the gap around that
// instant, which is met in proportion to its length. A length-biased gamma is a gamma with one more shape.
func (g *gaps) residual() float64 {
	part := g.stream.Float64()
	if g.cv == 0 {
		return part
	}
	return part * gamma(g.stream, g.shape+1) / g.shape
}

// clock adds up gaps without drift: whole nanoseconds in an integer, the rest carried along.
type clock struct {
	now  kernel.Time
	rest float64 // nanoseconds, in [0, 1)
}

// advance moves the clock by a span in nanoseconds, not negative, and returns its whole part; kernel.Never
// once the span leads past the last instant.
func (c *clock) advance(nanoseconds float64) kernel.Time {
	sum := c.rest + nanoseconds
	if sum >= float64(horizon-c.now) {
		c.now = horizon
		return kernel.Never
	}
	whole := math.Floor(sum)
	c.now += kernel.Time(whole)
	c.rest = sum - whole
	return c.now
}

// horizon is the instant at which synthetic processes end, 146 years.
const horizon kernel.Time = 1 << 62
