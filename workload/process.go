package workload

import (
	"errors"
	"fmt"
	"math"

	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Process is a random process of arrivals. It holds no state of a run and may be shared.
type Process interface {
	// Start begins a realisation that draws from s alone.
	Start(s *kernel.Stream) Instants
	// Rate returns the expected arrivals per second at an instant, over all realisations.
	Rate(t kernel.Time) float64
	// String names the process with its parameters, for example "poisson(40/s)".
	String() string
}

// Highest returns the highest expected arrivals per second of a process at an instant, over all
// draws of the rate. It differs from Rate only if the rate itself is random.
func Highest(p Process, t kernel.Time) float64 {
	if drawn, ok := p.(interface{ Highest(t kernel.Time) float64 }); ok {
		return drawn.Highest(t)
	}
	return p.Rate(t)
}

// Instants is one realisation of a process.
type Instants interface {
	// Next returns the next arrival, never before the last one. It returns kernel.Never when none
	// is left.
	Next() kernel.Time
}

// Renewal is a process whose gaps are independent and have the same distribution. It is stationary,
// as if it had been running for ever when the clock starts. So rate × t arrivals are expected until
// t.
type Renewal struct {
	rate float64
	gaps distribution.Service // gaps of mean 1
	name string
}

// Poisson returns the process with a rate per second and exponential gaps.
func Poisson(rate float64) (*Renewal, error) {
	return newRenewal(rate, distribution.Exponential(), fmt.Sprintf("poisson(%g/s)", rate))
}

// Constant returns the process with gaps of exactly 1/rate seconds. The first arrival is uniform
// within the first gap.
func Constant(rate float64) (*Renewal, error) {
	return newRenewal(rate, distribution.Deterministic(), fmt.Sprintf("constant(%g/s)", rate))
}

// GammaRenewal returns the process with a rate per second and gamma-distributed gaps. Their
// coefficient of variation is cv, 0.01 to 100. Below 1 the process is more even than Poisson, above
// 1 it is burstier.
func GammaRenewal(rate, cv float64) (*Renewal, error) {
	gaps, wrong := gapsOf(cv)
	p, err := newRenewal(rate, gaps, fmt.Sprintf("gamma(%g/s, cv %g)", rate, cv))
	if err = errors.Join(err, wrong); err != nil {
		return nil, err
	}
	return p, nil
}

// RenewalOf returns the process with a rate per second and gaps of any distribution.
func RenewalOf(rate float64, gaps distribution.Service) (*Renewal, error) {
	return newRenewal(rate, gaps, fmt.Sprintf("renewal(%g/s, %s)", rate, gaps))
}

const (
	minCV   = 0.01
	maxCV   = 100
	MaxRate = 1e9 // requests per second: the clock has one tick per nanosecond
)

func newRenewal(rate float64, gaps distribution.Service, name string) (*Renewal, error) {
	if err := distribution.Within("rate", rate, 0, MaxRate); err != nil {
		return nil, err
	}
	return &Renewal{rate, gaps, name}, nil
}

// gapsOf returns the gamma distribution with a coefficient of variation. A coefficient of 1 gives
// the exponential distribution.
func gapsOf(cv float64) (distribution.Service, error) {
	if err := distribution.Within("cv", cv, minCV, maxCV); err != nil {
		return nil, err
	}
	if cv == 1 {
		return distribution.Exponential(), nil
	}
	return distribution.Gamma(max(1e-4, min(cv*cv, 1e4)))
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
	return &renewal{gaps: gaps{stream: s, distribution: p.gaps}, nanoseconds: 1e9 / p.rate}
}

type renewal struct {
	gaps        gaps
	clock       Clock
	nanoseconds float64 // nanoseconds per gap of length 1
}

func (r *renewal) Next() kernel.Time { return r.clock.Advance(r.gaps.next() * r.nanoseconds) }

// silence is a process without arrivals.
type silence struct{}

func (silence) Next() kernel.Time { return kernel.Never }

// gaps draws the gaps of a stationary renewal process of rate 1.
type gaps struct {
	stream       *kernel.Stream
	distribution distribution.Service
	started      bool
}

func (g *gaps) next() float64 {
	if !g.started {
		g.started = true
		return g.distribution.Residual(g.stream)
	}
	return g.distribution.Work(g.stream)
}

// Clock sums gaps without drift. It holds whole nanoseconds in an integer, and adds the fraction of
// a nanosecond to the next gap.
type Clock struct {
	now  kernel.Time
	rest float64 // fraction of a nanosecond, in [0, 1)
}

// ClockAt returns a clock that stands at an instant.
func ClockAt(at kernel.Time) Clock { return Clock{now: at} }

// Advance moves the clock by a number of nanoseconds, which must not be negative, and returns its
// instant. It returns kernel.Never if the clock would pass the horizon.
func (c *Clock) Advance(nanoseconds float64) kernel.Time {
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
