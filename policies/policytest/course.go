package policytest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Course runs an allocator on a case. It returns one line for each control period of the case. A
// line has the load that the allocator saw at the beginning of the period, and the fleet at its
// end, before the next decision: price per hour, machines and replicas.
func Course(s *Case, a sim.Allocator) (lines []string, err error) {
	c := &course{of: s, machines: make([]int, len(s.Spec.Types)), replicas: make([]int, len(s.Spec.Deployments))}
	err = engine.Run(context.Background(), sim.Setup{
		Spec: s.Spec, Arrivals: newArrivals(s), Observers: []sim.Observer{c},
		Levers:   sim.Levers{Router: leastLoaded{}, Batcher: eager{}, Allocator: a},
		Duration: s.Duration(), Period: Period, Expected: s.Rates[0],
	})
	return c.lines, err
}

// course counts the present machines and replicas.
type course struct {
	of       *Case
	machines []int // per type
	replicas []int // per deployment: loading and ready
	lines    []string
}

// Observe implements sim.Observer.
func (c *course) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.MachineOrdered:
		c.machines[f.Type]++
	case sim.MachineReleased:
		c.machines[f.Type]--
	case sim.ReplicaLoading:
		c.replicas[f.Deployment]++
	case sim.ReplicaCancelled, sim.ReplicaDraining:
		c.replicas[f.Deployment]--
	case sim.Decided:
		for f.At >= kernel.Time(len(c.lines)+1)*kernel.Time(Period) {
			c.write()
		}
	case sim.HorizonReached:
		c.write()
	}
}

// write adds the line of the last decision.
func (c *course) write() {
	p := FirstPlan{Machines: slices.Clone(c.machines), Replicas: slices.Clone(c.replicas)}
	for t, n := range p.Machines {
		p.Cost += float64(n) * c.of.Spec.Types[fleet.TypeID(t)].Price
	}
	saw := c.of.Rates[max(0, len(c.lines)-1)]
	load := strings.Trim(fmt.Sprint(saw), "[]")
	c.lines = append(c.lines, fmt.Sprintf("%-8s %s", load, p.Row(c.of)))
}
