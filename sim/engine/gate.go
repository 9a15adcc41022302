package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// gate closes and opens replicas as the gateway says. It lets waiting requests be offered again
// when a replica may have become open. It is nil in a run without a gateway.
type gate struct {
	sim.Handlers
	*core
	turning  sim.Turning // nil: its classes take no turns
	opensTo  func(*fleet.Request) bool
	heads    []fleet.RequestID // scratch of first
	requests []*fleet.Request  // scratch of turn
}

func newGate(c *core) *gate {
	if c.Gateway == nil {
		return nil
	}
	c.fleet.Closes()
	if c.Gateway.ByClass() {
		c.fleet.QueueByClass()
	}
	g := &gate{core: c}
	g.turning, _ = c.Gateway.(sim.Turning)
	g.opensTo = g.passes
	g.On(func(f *sim.Fact) { g.ease(f.Model) }, sim.RequestStarted, sim.RequestPreempted)
	g.On(func(f *sim.Fact) { g.ease(c.Spec.Asked(f.Model)) }, sim.CacheMoved)
	return g
}

// ease lets the waiting requests of a model be offered again at the end of the present instant.
func (g *gate) ease(m fleet.ModelID) {
	if g.fleet.Pending(m) > 0 && !slices.Contains(g.vacated, m) {
		g.vacate(m)
	}
}

// first returns the pending request of a model that the gateway lets go on first. Of each queue
// that is only the first request in line.
func (g *gate) first(m fleet.ModelID) (id fleet.RequestID, ok bool) {
	g.heads = g.fleet.FirstOfEach(m, g.heads[:0])
	if g.turning != nil && len(g.heads) > 0 && !g.decodes(m) {
		return g.turn()
	}
	for _, id := range g.heads {
		if g.passes(g.fleet.Request(id)) {
			return id, true
		}
	}
	return 0, false
}

// turn returns the request in heads whose class has the turn.
func (g *gate) turn() (id fleet.RequestID, ok bool) {
	g.requests = g.requests[:0]
	for _, id := range g.heads {
		g.requests = append(g.requests, g.fleet.Request(id))
	}
	i := g.turning.Turn(g.viewNow(), g.requests, g.opensTo)
	if i < 0 {
		return 0, false
	}
	return g.heads[i], true
}

// decodes reports whether a model decodes requests whose prompts are computed elsewhere.
func (g *gate) decodes(m fleet.ModelID) bool { return g.origin != nil && g.origin[m] >= 0 }

// passes asks the gateway about all ready replicas of a request's model, and reports whether the
// router is to be asked: some are open to the request, or none is ready.
func (g *gate) passes(r *fleet.Request) bool {
	if g.decodes(r.Model) {
		return true
	}
	v, ready := g.viewNow(), g.fleet.ReadyReplicas(r.Model)
	for _, at := range ready {
		g.fleet.SetOpen(at, g.inRotation(at) && g.Gateway.Open(v, at, r))
	}
	return len(ready) == 0 || len(g.fleet.OpenReplicas(r.Model)) > 0
}
