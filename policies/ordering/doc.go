// Package ordering holds the orders. An order says which waiting request is served next, and
// whether a service can be interrupted. Orders know the sizes of requests, because each request
// carries its work and items. Requests that the router keeps back stand in the same order. To add
// an order, write one function like those of size.go: a name, a discipline of sim, and a rank. Then
// add a line to policies/registry/orders.go.
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

// work returns a rank by the time that a request takes alone.
func work(v *sim.View, r *fleet.Request) int64 { return sim.RankOfWork(v.Spec().WorkOf(r)) }

// deadline returns the instant by which a request should finish, in nanoseconds.
func deadline(v *sim.View, r *fleet.Request) int64 {
	return int64(r.Arrival.Add(v.Spec().Objective(r)))
}

// urgency returns a rank by the priority of a request's class. Without classes all ranks are equal.
func urgency(v *sim.View, r *fleet.Request) int64 {
	if classes := v.Spec().Classes; int(r.Class) < len(classes) {
		return int64(classes[r.Class].Priority)
	}
	return 0
}
