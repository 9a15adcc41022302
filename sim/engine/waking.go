package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// waking asks a sim.Wakeful allocator between its periods, when a request comes for a model that
// has no replica. It asks at the end of the instant, so that the allocator sees all requests of the
// instant. It is nil in a run with another allocator.
type waking struct {
	sim.Handlers
	*core
	plans     *plans
	allocator sim.Wakeful
	offered   [][]fleet.DeploymentID // per model: its deployments
	woken     []bool                 // per model: it has woken the allocator in this period
	// models for which a request has found no replica at this instant
	deserted []fleet.ModelID
}

func newWaking(c *core, p *plans) *waking {
	allocator, ok := c.Allocator.(sim.Wakeful)
	if !ok {
		return nil
	}
	models := len(c.Spec.Models)
	w := &waking{core: c, plans: p, allocator: allocator, offered: make([][]fleet.DeploymentID, models), woken: make([]bool, models)}
	for d := range c.Spec.Deployments {
		m := c.Spec.Deployments[d].Model
		w.offered[m] = append(w.offered[m], fleet.DeploymentID(d))
	}
	w.On(w.arrived, sim.RequestArrived, sim.RequestPrefilled, sim.RequestRetried)
	w.On(func(f *sim.Fact) { w.woken[f.Model] = false }, sim.ReplicaLoading)
	return w
}

// arrived records the model of a request that finds no replica.
func (w *waking) arrived(f *sim.Fact) {
	if !w.woken[f.Model] && !slices.Contains(w.deserted, f.Model) && !w.served(f.Model) {
		w.deserted = append(w.deserted, f.Model)
		w.beLate()
	}
}

// served reports whether a replica of a model is ready or on its way.
func (w *waking) served(m fleet.ModelID) bool {
	return len(w.fleet.ReadyReplicas(m)) > 0 || slices.ContainsFunc(w.offered[m], func(d fleet.DeploymentID) bool {
		return w.fleet.Count(d).Current() > 0
	})
}

// begin begins a period: every model may wake the allocator once more.
func (w *waking) begin() { clear(w.woken) }

// ask asks the allocator for a plan if a model wakes it. It does not ask at or after the horizon.
func (w *waking) ask() {
	if len(w.deserted) == 0 {
		return
	}
	wakes := false
	for _, m := range w.deserted {
		if !w.served(m) && w.queue.Now() < kernel.Time(w.Duration) && w.allocator.Wakes(w.viewNow(), m) {
			w.woken[m], wakes = true, true
		}
	}
	w.deserted = w.deserted[:0]
	if wakes {
		w.plans.decide(false)
	}
}
