package workload

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// Sinusoid is a Poisson process with the rate
//
//	Mean + Amplitude × sin(2π (t + Phase) / Period)
//
// as in Eick, Massey and Whitt, "Mt/G/∞ queues with sinusoidal arrival rates" (Management Science
// 1993).
type Sinusoid struct {
	Mean      float64       // requests per second
	Amplitude float64       // requests per second, 0 to Mean
	Period    time.Duration // 1 ms to 10 years
	// how long before the start the rate last rose through the mean; 0 to Period
	Phase time.Duration
}

// NewSinusoid returns a copy of p if its parameters are valid, and otherwise an error.
func NewSinusoid(p Sinusoid) (*Sinusoid, error) {
	const shortest, longest = time.Millisecond, 10 * 365 * 24 * time.Hour
	err := distribution.Within("mean", p.Mean, 0, MaxRate/2)
	if !(p.Amplitude >= 0 && p.Amplitude <= p.Mean) {
		err = errors.Join(err, fmt.Errorf("amplitude: %g lies outside 0 to the mean of %g", p.Amplitude, p.Mean))
	}
	if p.Period < shortest || p.Period > longest {
		err = errors.Join(err, fmt.Errorf("period: %v lies outside %v to 10 years", p.Period, shortest))
	} else if p.Phase < 0 || p.Phase > p.Period {
		err = errors.Join(err, fmt.Errorf("phase: %v is not a time within a period of %v", p.Phase, p.Period))
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// Rate returns the requests per second at t.
func (p *Sinusoid) Rate(t kernel.Time) float64 {
	turn := float64((int64(t)%int64(p.Period)+int64(p.Phase))%int64(p.Period)) / float64(p.Period)
	return p.Mean + p.Amplitude*math.Sin(2*math.Pi*turn)
}

// String names the process with its parameters.
func (p *Sinusoid) String() string {
	return fmt.Sprintf("sinusoid(%g/s ± %g/s, period %v, phase %v)", p.Mean, p.Amplitude, p.Period, p.Phase)
}

// Start begins a realisation, by thinning a process with the highest rate.
func (p *Sinusoid) Start(s *kernel.Stream) Instants {
	if p.Mean == 0 {
		return silence{}
	}
	return &sinusoid{process: p, stream: s}
}

type sinusoid struct {
	process *Sinusoid
	stream  *kernel.Stream
	clock   Clock
}

func (p *sinusoid) Next() kernel.Time {
	bound := p.process.Mean + p.process.Amplitude
	for {
		at := p.clock.Advance(p.stream.Exponential() * 1e9 / bound)
		if at == kernel.Never || p.stream.Float64()*bound < p.process.Rate(at) {
			return at
		}
	}
}
