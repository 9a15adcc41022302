package admission

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// batch is a batch that is formed, as it is planned.
type batch struct {
	fleet.Members
	how    fleet.Combine
	even   bool // only the number of the members counts
	places int
}

// newBatch returns an empty batch of a deployment.
func newBatch(v *sim.View, d *fleet.Deployment) batch {
	m := &v.Spec().Models[d.Model]
	return batch{how: m.Combine, even: m.Even()}
}

// add adds a number of requests that are like the given one.
func (b *batch) add(r *fleet.Request, n float64) {
	b.places += int(n) * r.Places()
	b.Add(r, n)
}

// clear takes all members out.
func (b *batch) clear() { *b = batch{how: b.how, even: b.even} }

// span returns how long the batch takes at a deployment.
func (b *batch) span(d *fleet.Deployment) time.Duration { return b.Planned(d, b.how) }
