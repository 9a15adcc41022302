package file

import (
	"fmt"
	"time"

	"wavetank/sim/quantity"
	"wavetank/workload"
)

// RenewalArrivals is a renewal process whose gaps follow any law of service times.
type RenewalArrivals struct {
	Rate quantity.Rate `yaml:"rate,required" doc:"mean rate"`
	Gaps Service       `yaml:"gaps,required" doc:"law of the gaps, scaled to the rate"`
}

// ModulatedArrivals is a Markov-modulated Poisson process.
type ModulatedArrivals struct {
	States []ModulatedState `yaml:"states,required" doc:"states of the chain; it goes from each to the one behind it and from the last to the first, unless next says otherwise"`
}

// ModulatedState is a state of a Markov-modulated Poisson process.
type ModulatedState struct {
	Rate quantity.Rate     `yaml:"rate,required" doc:"rate of the arrivals while the state lasts"`
	Stay quantity.Duration `yaml:"mean-sojourn,required" was:"stay" doc:"mean time that the state lasts"`
	Next []float64         `yaml:"next,omitempty" doc:"relative chances of all states to come next, one for each"`
}

// SinusoidArrivals is a Poisson process with a rate that goes up and down as a sine.
type SinusoidArrivals struct {
	Mean      quantity.Rate     `yaml:"mean,required" doc:"mean rate"`
	Amplitude quantity.Rate     `yaml:"amplitude,required" doc:"what the rate rises above the mean and falls below it, at most the mean"`
	Period    quantity.Duration `yaml:"period,required" doc:"time from peak to peak"`
	Phase     quantity.Duration `yaml:"phase" doc:"part of the period, from the rise through the mean, at which the run begins"`
}

// BulkArrivals is a process whose requests come several at an instant.
type BulkArrivals struct {
	Size     int      `yaml:"size,omitempty" doc:"requests in every bulk"`
	MeanSize float64  `yaml:"mean-size,omitempty" doc:"mean of a geometric number of requests in a bulk, instead of size"`
	Arrivals Arrivals `yaml:"arrivals,required" doc:"when bulks come; a process, not a trace"`
}

func (p RenewalArrivals) process() (workload.Process, error) {
	law, err := p.Gaps.Distribution()
	if err != nil {
		return nil, nil // it has been reported with the gaps
	}
	return workload.RenewalOf(float64(p.Rate), law)
}

func (p ModulatedArrivals) process() (workload.Process, error) {
	states := make([]workload.State, len(p.States))
	for i, s := range p.States {
		states[i] = workload.State{Rate: float64(s.Rate), Stay: time.Duration(s.Stay), Next: s.Next}
	}
	return workload.MMPP(states)
}

func (p SinusoidArrivals) process() (workload.Process, error) {
	return workload.NewSinusoid(workload.Sinusoid{
		Mean: float64(p.Mean), Amplitude: float64(p.Amplitude), Period: time.Duration(p.Period), Phase: time.Duration(p.Phase),
	})
}

func (p *BulkArrivals) process() (workload.Process, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	inner, err := p.Arrivals.params.(process).process()
	if err != nil {
		return nil, fmt.Errorf("arrivals: %w", err)
	}
	return p.around(inner)
}

// check reports what is wrong with the bulks themselves.
func (p *BulkArrivals) check() error {
	if _, ok := p.Arrivals.params.(process); !ok {
		return fmt.Errorf("arrivals: %s is no process; bulks come by one of the others", p.Arrivals.name)
	}
	if (p.Size == 0) == (p.MeanSize == 0) {
		return fmt.Errorf("size: a bulk has either a size or a mean-size")
	}
	_, err := p.around(nil)
	return err
}

// around returns the bulks of a process.
func (p *BulkArrivals) around(instants workload.Process) (workload.Process, error) {
	if p.MeanSize != 0 {
		return workload.GeometricBulks(instants, p.MeanSize)
	}
	return workload.Bulks(instants, p.Size)
}
