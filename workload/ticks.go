package workload

import (
	"errors"
	"fmt"
	"time"

	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Ticks is a process with equal gaps and a known first arrival. It is not random.
type Ticks struct {
	rate  float64
	start time.Duration
}

// ConstantFrom returns the process with gaps of exactly 1/rate seconds and the first arrival at
// start, which is at most 10 years.
func ConstantFrom(rate float64, start time.Duration) (*Ticks, error) {
	err := distribution.Within("rate", rate, 0, MaxRate)
	if start < 0 || start > 10*365*24*time.Hour {
		err = errors.Join(err, fmt.Errorf("start: %v lies outside 0s to 10 years", start))
	}
	if err != nil {
		return nil, err
	}
	return &Ticks{rate, start}, nil
}

// Rate returns the requests per second from the first arrival on.
func (p *Ticks) Rate(t kernel.Time) float64 {
	if t < kernel.Time(p.start) {
		return 0
	}
	return p.rate
}

// String names the process with its parameters.
func (p *Ticks) String() string { return fmt.Sprintf("constant(%g/s from %v)", p.rate, p.start) }

// Start begins a realisation.
func (p *Ticks) Start(*kernel.Stream) Instants {
	if p.rate == 0 {
		return silence{}
	}
	return &ticking{clock: Clock{now: kernel.Time(p.start)}, nanoseconds: 1e9 / p.rate}
}

type ticking struct {
	clock       Clock
	nanoseconds float64 // nanoseconds per gap
	started     bool
}

func (p *ticking) Next() kernel.Time {
	if !p.started {
		p.started = true
		return p.clock.now
	}
	return p.clock.Advance(p.nanoseconds)
}
