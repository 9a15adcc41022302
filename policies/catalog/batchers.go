package catalog

import (
	"time"

	"wavetank/policies/batching"
	"wavetank/sim"
	"wavetank/sim/quantity"
)

// Batcher is the choice of a batcher.
type Batcher struct {
	choice[batchers, sim.Batcher]
}

type batchers struct{}

func (batchers) entries() []Entry[sim.Batcher] { return Batchers() }

// Batchers returns the table of batchers.
func Batchers() []Entry[sim.Batcher] {
	return []Entry[sim.Batcher]{
		plain("greedy", "Never waits: starts all that is queued, up to the largest batch.", "",
			func() sim.Batcher { return batching.NewGreedy() }),
		tuned("timeout", "Waits for a full batch, but only so long after the oldest request arrived.", "",
			timeoutDefaults, func(p *Timeout, _ Context) (sim.Batcher, error) {
				return batching.NewTimeout(p.MaxBatch, time.Duration(p.MaxDelay))
			}),
	}
}

// Timeout are the parameters of timeout.
type Timeout struct {
	MaxBatch int               `yaml:"max-batch" doc:"largest batch; 0: that of the deployment"`
	MaxDelay quantity.Duration `yaml:"max-delay" doc:"longest wait for company, from the arrival of the oldest request"`
}

func timeoutDefaults() *Timeout {
	return &Timeout{MaxDelay: quantity.Duration(batching.DefaultMaxDelay)}
}
