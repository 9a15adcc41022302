package file

import (
	"time"

	"wavetank/sim/quantity"
	"wavetank/workload"
)

// RenewalArrivals is a renewal process. Its gaps may have any distribution of service times.
type RenewalArrivals struct {
	Rate quantity.Rate `yaml:"rate,required" doc:"mean rate"`
	Gaps Service       `yaml:"gaps,required" doc:"distribution of the gaps, scaled to the rate"`
}

// ModulatedArrivals is a Markov-modulated Poisson process.
type ModulatedArrivals struct {
	States []ModulatedState `yaml:"states,required" doc:"states of the chain; each is followed by the next one in the list, and the last by the first, unless the key next of the state says otherwise"`
}

// ModulatedState is a state of a Markov-modulated Poisson process.
type ModulatedState struct {
	Rate quantity.Rate     `yaml:"rate,required" doc:"rate of the arrivals while the state lasts"`
	Stay quantity.Duration `yaml:"mean-sojourn,required" was:"stay" doc:"mean time that the state lasts"`
	Next []float64         `yaml:"next,omitempty" doc:"relative probability of each state of the list to come next"`
}

// SinusoidArrivals is a Poisson process whose rate is a sine wave over time.
type SinusoidArrivals struct {
	Mean      quantity.Rate     `yaml:"mean,required" doc:"mean rate"`
	Amplitude quantity.Rate     `yaml:"amplitude,required" doc:"largest difference between the rate and its mean, at most the mean"`
	Period    quantity.Duration `yaml:"period,required" doc:"time from peak to peak"`
	Phase     quantity.Duration `yaml:"phase" doc:"place in the period at the start of the run, as the time since the rate rose through its mean"`
}

func (p RenewalArrivals) process(factor float64) (workload.Process, error) {
	gaps, err := p.Gaps.Distribution()
	if err != nil {
		return nil, nil // the gaps report this fault
	}
	return workload.RenewalOf(factor*float64(p.Rate), gaps)
}

func (p ModulatedArrivals) process(factor float64) (workload.Process, error) {
	states := make([]workload.State, len(p.States))
	for i, s := range p.States {
		states[i] = workload.State{Rate: factor * float64(s.Rate), Stay: time.Duration(s.Stay), Next: s.Next}
	}
	return workload.MMPP(states)
}

func (p SinusoidArrivals) process(factor float64) (workload.Process, error) {
	return workload.NewSinusoid(workload.Sinusoid{
		Mean: factor * float64(p.Mean), Amplitude: factor * float64(p.Amplitude), Period: time.Duration(p.Period), Phase: time.Duration(p.Phase),
	})
}
