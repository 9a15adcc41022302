package workload

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"wavetank/sim/kernel"
	"wavetank/workload/distribution"
)

// StepRates is a process whose rate is constant in each step of time. After the last step the rates
// begin again with the first. In operational time (the integral of the rate) it is a renewal
// process.
type StepRates struct {
	step  time.Duration
	rates []float64
	gaps  distribution.Service
}

// NewStepRates returns the process of some rates per second, at most 1,000,000, each for one step
// of 1 µs to 10 years. Its gaps in operational time are gamma-distributed with the coefficient of
// variation cv, 0.01 to 100. A coefficient of 1 gives a Poisson process.
func NewStepRates(step time.Duration, rates []float64, cv float64) (*StepRates, error) {
	gaps, wrong := gapsOf(cv)
	p, err := StepRatesOf(step, rates, gaps)
	if err = errors.Join(err, wrong); err != nil {
		return nil, err
	}
	return p, nil
}

// StepRatesOf is NewStepRates with gaps of any distribution.
func StepRatesOf(step time.Duration, rates []float64, gaps distribution.Service) (*StepRates, error) {
	var err error
	if step < time.Microsecond || step > 10*365*24*time.Hour {
		err = errors.Join(err, fmt.Errorf("step: %v lies outside 1µs to 10 years", step))
	}
	if n := len(rates); n < 1 || n > 1_000_000 {
		err = errors.Join(err, fmt.Errorf("rates: %d given, want 1 to 1000000", n))
	}
	for i, r := range rates {
		if fault := distribution.Within(fmt.Sprintf("rates[%d]", i), r, 0, MaxRate); fault != nil {
			err = errors.Join(err, fault)
		}
	}
	if err != nil {
		return nil, err
	}
	return &StepRates{step, slices.Clone(rates), gaps}, nil
}

// Rate returns the requests per second at t.
func (p *StepRates) Rate(t kernel.Time) float64 { return p.rates[p.place(t)] }

func (p *StepRates) place(t kernel.Time) int {
	return int(int64(t) / int64(p.step) % int64(len(p.rates)))
}

// String names the process with its parameters.
func (p *StepRates) String() string {
	return fmt.Sprintf("steps(%d of %v, mean %g/s, %s)", len(p.rates), p.step, sum(p.rates)/float64(len(p.rates)), p.gaps)
}

// stretch returns the step that contains t, as a piece of constant rate.
func (p *StepRates) stretch(t kernel.Time) stretch {
	rate, from := p.Rate(t), t-t%kernel.Time(p.step)
	return stretch{from: from, to: from.Add(p.step), low: rate, high: rate}
}

// Start begins a realisation, in operational time.
func (p *StepRates) Start(s *kernel.Stream) Instants {
	if sum(p.rates) == 0 {
		return silence{}
	}
	return &rescaled{walk: walk{curve: p, piece: p.stretch(0)}, gaps: gaps{stream: s, distribution: p.gaps}}
}
