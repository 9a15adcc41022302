package simtest

import (
	"wavetank/sim"
)

// begun is the batch that has just started. It counts the places of its members. The facts of the
// members follow that of the batch directly.
type begun struct {
	members int // members whose facts are still to come
	several bool
	places  int // places of the members so far
}

// member counts the places of the members of a batch, and checks that the batch has room for them.
func (c *InvariantChecker) member(f *sim.Fact) {
	if f.Kind == sim.BatchStarted {
		c.begun = begun{members: f.Count, several: f.Count > 1}
		return
	}
	if c.begun.members == 0 {
		return // the request is in no batch: its service is shared, or it is at a token replica
	}
	c.begun.members--
	c.begun.places += f.Request.Places()
	if most := c.spec.Deployments[f.Deployment].MaxBatch; c.begun.several && c.begun.places > most {
		c.fault(f, "a batch takes %d places, but has only %d", c.begun.places, most)
	}
}
