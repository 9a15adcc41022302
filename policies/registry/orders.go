package registry

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"wavetank/policies/ordering"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Order is the choice of an order.
type Order struct {
	choice[orders, sim.Order]
}

type orders struct{}

func (orders) entries() []Entry[sim.Order] { return slices.Concat(Orders(), added.Orders) }

// Orders returns the table of orders.
func Orders() []Entry[sim.Order] {
	return []Entry[sim.Order]{
		plain("fcfs", "First come, first served.", "", ordering.FCFS),
		plain("priority", "The most urgent class first; a service that has begun goes on.", "Cobham 1954", ordering.Priority),
		plain("preemptive-priority", "The most urgent class first; it interrupts others, which resume.", "", ordering.PreemptivePriority),
		plain("sjf", "The shortest job first; a service that has begun goes on.", "", ordering.SJF),
		plain("srpt", "The shortest remaining processing time first; it interrupts others.", "Schrage 1968", ordering.SRPT),
		plain("las", "The requests that were served least so far share the slots.", "Schrage 1967", ordering.LAS),
		tuned("fair", "Gives each class or tenant its share of the service while it has requests: start-time fair queueing.",
			"Goyal, Vin and Cheng, IEEE/ACM ToN 1997", fairDefaults, newFair),
		plain("edf", "The earliest deadline first.", "Liu and Layland 1973", ordering.EDF),
		plain("least-slack", "First the request that must start soonest to be in time.", "", ordering.LeastSlack),
		plain("ps", "All requests at once, in equal shares of the slots (processor sharing).", "Kleinrock 1967", ordering.PS),
	}
}

// Fair are the parameters of fair.
type Fair struct {
	By     ordering.FairFlow  `yaml:"by" doc:"whose requests have a share together: those of a class, or of a tenant"`
	Cost   ordering.FairCost  `yaml:"cost" doc:"how much of its share a request uses: requests: all the same; tokens: its prompt and output tokens; work: the time that it takes alone"`
	Shares map[string]float64 `yaml:"shares,omitempty" doc:"shares of classes or tenants relative to each other, by name; 1 for those that are not named"`
}

func fairDefaults() *Fair { return &Fair{By: ordering.FairByClass, Cost: ordering.CostRequests} }

func newFair(p *Fair, ctx Context) (sim.Order, error) {
	order, err := ordering.NewFair(p.By, p.Cost, p.Shares)
	faults := []error{err}
	for _, name := range slices.Sorted(maps.Keys(p.Shares)) {
		if p.By == ordering.FairByClass {
			_, err := classNamed(ctx, "shares", name)
			faults = append(faults, err)
		}
	}
	return order, errors.Join(faults...)
}

// classNamed returns the class of a name, which is a key of a parameter. Without a specification
// every name is accepted, and the class is -1.
func classNamed(ctx Context, parameter, name string) (fleet.ClassID, error) {
	if ctx.Spec == nil {
		return -1, nil
	}
	class := slices.IndexFunc(ctx.Spec.Classes, func(c fleet.Class) bool { return c.Name == name })
	if class < 0 {
		return -1, fmt.Errorf("%s.%s: there is no such class", parameter, name)
	}
	return fleet.ClassID(class), nil
}
