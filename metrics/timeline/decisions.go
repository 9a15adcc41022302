package timeline

import (
	"fmt"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// decide writes what an allocator wants.
func (t *Recorder) decide(f *sim.Fact) {
	if f.At < t.o.From {
		return
	}
	p := f.Plan
	var args []arg
	tell := func(key, text string) {
		if text != "" {
			args = append(args, arg{key: key, text: text})
		}
	}
	tell("orders", counted(p.Boot, func(id fleet.TypeID) string { return t.spec.Types[id].Name }))
	tell("loads", counted(p.Load, func(l sim.Placement) string { return t.spec.Deployments[l.Deployment].Name }))
	tell("drains", counted(p.Drain, func(id fleet.ReplicaID) string { return t.replicas[id].name }))
	tell("stops", counted(p.Stop, func(id fleet.MachineID) string { return fmt.Sprintf("machine %d", id) }))
	name := "decision: no change"
	if len(args) > 0 {
		name = "decision"
	}
	tell("forecast demand, 1/s", t.perModel(p.Demand))
	tell("planned capacity, 1/s", t.perModel(p.Capacity))
	tell("demand left unserved, 1/s", t.perModel(p.Shortfall))
	t.mark(name, "allocator", track{runProcess, decisions}, f.At, args...)
}

// counted lists things, such as "2 × aws/g6.xlarge, 1 × aws/c7i.4xlarge", in the order in which
// each appears first.
func counted[T any](list []T, name func(T) string) string {
	numbers := map[string]int{}
	var order, parts []string
	for _, one := range list {
		n := name(one)
		if numbers[n]++; numbers[n] == 1 {
			order = append(order, n)
		}
	}
	for _, n := range order {
		parts = append(parts, fmt.Sprintf("%d × %s", numbers[n], n))
	}
	return strings.Join(parts, ", ")
}

// perModel lists the values of models that are not 0.
func (t *Recorder) perModel(values []float64) string {
	var parts []string
	for i, v := range values {
		if v > 0 {
			parts = append(parts, fmt.Sprintf("%s %.3g", t.spec.Models[i].Name, v))
		}
	}
	return strings.Join(parts, ", ")
}
