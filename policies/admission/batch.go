package admission

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// batch is a batch that is being formed. Its time is the planned time of its members.
type batch struct {
	fleet.Members
	how    fleet.Combine
	even   bool // all requests are alike, so only their number counts
	places int  // places taken
}

// newBatch returns an empty batch of a deployment.
func newBatch(v *sim.View, d *fleet.Deployment) batch {
	m := &v.Spec().Models[d.Model]
	return batch{how: m.Combine, even: m.Even()}
}

// add adds n requests like the given one; n need not be whole.
func (b *batch) add(r *fleet.Request, n float64) {
	b.places += int(n) * r.Places()
	b.Add(r, n)
}

// clear removes all members.
func (b *batch) clear() { *b = batch{how: b.how, even: b.even} }

// span returns how long the batch takes at a deployment.
func (b *batch) span(d *fleet.Deployment) time.Duration { return b.Planned(d, b.how) }
