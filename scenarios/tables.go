package scenarios

import (
	"context"
	"encoding/json"
	"sync"

	"wavetank/policies/allocation"
	"wavetank/scenarios/capacity"
	"wavetank/scenarios/file"
)

// tables keeps what replicas serve together, by simulation: a table for each distinct set of the
// levers that serve requests.
type tables struct {
	mutex   sync.Mutex
	samples *capacity.Samples
	of      map[string]*capacity.Simulated
}

// capacityOf returns the table for a policy. It is filled as it is asked.
func (e *Experiment) capacityOf(ctx context.Context, p *file.Policy) allocation.Capacity {
	levers := e.Scenario.LeversOf(p)
	name, _ := json.Marshal(levers.Named())
	e.tables.mutex.Lock()
	defer e.tables.mutex.Unlock()
	if e.tables.of == nil {
		e.tables.samples, e.tables.of = capacity.NewSamples(e.Built), map[string]*capacity.Simulated{}
	}
	t, known := e.tables.of[string(name)]
	if !known {
		t = capacity.New(e.Built, levers, e.tables.samples)
		e.tables.of[string(name)] = t
	}
	return t.Within(ctx)
}
