package metrics

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// holdings follows what the token replicas hold from the end of one run of steps to that of the next.
type holdings struct {
	catalog             *fleet.Catalog
	span                Span
	blocks, used, batch integral // KV blocks, those in use, requests that run
	levels              []held   // per replica
}

// held is what is known of one replica.
type held struct{ blocks, used, batch float64 }

// follow follows a replica that comes, takes steps, has nothing to do, or goes.
func (h *holdings) follow(f *sim.Fact) {
	c := h.catalog.Deployments[f.Deployment].Tokens
	switch s := f.Steps; {
	case c == nil || f.Kind == sim.BatchStarted:
	case f.Kind == sim.StepsTaken:
		h.set(f, held{float64(s.Blocks), float64(s.HeldLast), float64(s.Running)})
	case f.Kind == sim.ReplicaRemoved || f.Kind == sim.ReplicaLost:
		h.set(f, held{})
	default:
		h.set(f, held{blocks: float64(c.Blocks)})
	}
}

// set changes what a replica holds.
func (h *holdings) set(f *sim.Fact, now held) {
	h.levels = fleet.AtLeast(h.levels, f.Replica)
	was := &h.levels[f.Replica]
	h.blocks.add(h.span, f.At, now.blocks-was.blocks)
	h.used.add(h.span, f.At, now.used-was.used)
	h.batch.add(h.span, f.At, now.batch-was.batch)
	*was = now
}
