package scenarios

import (
	"fmt"
	"sync"

	"wavetank/scenarios/capacity"
	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
)

// capacities keeps what replicas serve, for every set of levers that was asked for.
type capacities struct {
	mutex   sync.Mutex
	samples *capacity.Samples
	of      map[string]*capacity.Simulated // by the levers, as YAML
}

// Capacity returns what replicas serve together under the levers of a policy, by its place in the
// scenario. Policies with equal levers share what is found. It is safe for concurrent use.
func (e *Experiment) Capacity(policy int) (*capacity.Simulated, error) {
	return e.capacities.under(e, e.Scenario.LeversOf(&e.Scenario.Policies[policy]))
}

func (c *capacities) under(e *Experiment, levers file.Levers) (*capacity.Simulated, error) {
	text, err := strict.Encode(levers)
	if err != nil {
		return nil, fmt.Errorf("capacity: %w", err)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.of == nil {
		c.samples, c.of = capacity.NewSamples(e.Built), map[string]*capacity.Simulated{}
	}
	table, known := c.of[string(text)]
	if !known {
		table = capacity.New(e.Built, levers, c.samples)
		c.of[string(text)] = table
	}
	return table, nil
}
