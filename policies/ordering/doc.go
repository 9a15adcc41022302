// Package ordering holds the orders. An order says which waiting request is served next, and
// whether a service can be interrupted. Sizes are known: work and items travel with a request.
// Requests of a model that no replica could take yet stand in the same order. To add an order,
// write one function like those of size.go: a name, a discipline of sim, and a rank. Name it in one
// line of policies/registry/orders.go.
package ordering

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// simple is an order of one discipline and one rank.
type simple struct {
	name       string
	discipline sim.Discipline
	rank       func(v *sim.View, r *fleet.Request) int64
}

// Rank implements sim.Order.
func (o simple) Rank(v *sim.View, r *fleet.Request) int64 { return o.rank(v, r) }

// Discipline implements sim.Order.
func (o simple) Discipline() sim.Discipline { return o.discipline }

// String returns the name.
func (o simple) String() string { return o.name }

func none(*sim.View, *fleet.Request) int64 { return 0 }

// work is how long a request takes alone.
func work(v *sim.View, r *fleet.Request) int64 { return sim.RankOfWork(v.Spec().WorkOf(r)) }

// deadline is the instant by which a request should finish.
func deadline(v *sim.View, r *fleet.Request) int64 {
	return int64(r.Arrival.Add(v.Spec().Objective(r)))
}

// urgency is the priority of a request's class; without classes all are equal.
func urgency(v *sim.View, r *fleet.Request) int64 {
	if classes := v.Spec().Classes; int(r.Class) < len(classes) {
		return int64(classes[r.Class].Priority)
	}
	return 0
}
