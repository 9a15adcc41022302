package simtest

import (
	"wavetank/sim"
)

// begun is the batch that a run tells the members of.
type begun struct {
	members int // still to be told
	several bool
	places  int // of those told
}

// member counts the places of a batch. All its members start right behind it.
func (c *InvariantChecker) member(f *sim.Fact) {
	if f.Kind == sim.BatchStarted {
		c.begun = begun{members: f.Count, several: f.Count > 1}
		return
	}
	if c.begun.members == 0 {
		return // it shares its replica, or has an engine
	}
	c.begun.members--
	c.begun.places += f.Request.Places()
	if most := c.spec.Deployments[f.Deployment].MaxBatch; c.begun.several && c.begun.places > most {
		c.fault(f, "a batch takes %d places of %d", c.begun.places, most)
	}
}
