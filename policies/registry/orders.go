package registry

import (
	"wavetank/policies/ordering"
	"wavetank/sim"
)

// Order is the choice of an order.
type Order struct {
	choice[orders, sim.Order]
}

type orders struct{}

func (orders) entries() []Entry[sim.Order] { return Orders() }

// Orders returns the table of orders.
func Orders() []Entry[sim.Order] {
	return []Entry[sim.Order]{
		plain("fcfs", "First come, first served.", "", ordering.FCFS),
		plain("priority", "The most urgent class first; a service that has begun goes on.", "Cobham 1954", ordering.Priority),
		plain("preemptive-priority", "The most urgent class first; it interrupts others, which resume.", "", ordering.PreemptivePriority),
		plain("sjf", "The shortest job first; a service that has begun goes on.", "", ordering.SJF),
		plain("srpt", "The shortest remaining processing time first; it interrupts others.", "Schrage 1968", ordering.SRPT),
		plain("las", "The requests that were served least so far share the slots.", "Schrage 1967", ordering.LAS),
		plain("edf", "The earliest deadline first.", "Liu and Layland 1973", ordering.EDF),
		plain("least-slack", "The request first that must start soonest to be in time.", "", ordering.LeastSlack),
		plain("ps", "All requests at once, in equal shares of the slots (processor sharing).", "Kleinrock 1967", ordering.PS),
	}
}
