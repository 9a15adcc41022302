package build

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/policies/capacity"
	"wavetank/scenarios/builtin"
	"wavetank/sim/fleet"
)

// idleMachines returns a sentence for every machine type that no model can use, with the reason.
func idleMachines(spec *fleet.Spec, made *deploymentSet, a *asked, r *rented, all []builtin.Machine) (list []string) {
	for t := range spec.Types {
		if slices.ContainsFunc(made.deployments, func(d fleet.Deployment) bool { return d.Type == fleet.TypeID(t) }) {
			continue
		}
		var whys []string
		for _, miss := range made.gaps {
			if miss.Type != fleet.TypeID(t) || spec.Decodes(miss.Model) {
				continue
			}
			if len(whys) == 3 {
				whys = append(whys, "and so on")
				break
			}
			why := miss.Why
			if miss.of == noDevice || miss.of == noRoom {
				why += elsewhere(a.demand[miss.Model].variants, r.machines, all)
			}
			whys = append(whys, fmt.Sprintf("%s: %s", spec.Models[miss.Model].Name, why))
		}
		list = append(list, fmt.Sprintf("no model can use %s (%s): %s", spec.Types[t].Name, devicesOf(r.machines[t]), strings.Join(whys, "; ")))
	}
	return list
}

// idleDevices returns a sentence for every profile of the scenario's own models that fits on no
// machine of the fleet.
func idleDevices(own []builtin.Model, made *deploymentSet, a *asked, r *rented) (list []string) {
	for i := range a.demand {
		d := &a.demand[i]
		if d.role == capacity.Decode || !slices.ContainsFunc(own, func(m builtin.Model) bool { return m.Name == d.model.Name }) {
			continue
		}
		for _, v := range d.variants {
			for _, p := range v.Devices {
				if slices.Contains(made.used, entry(d.model, v, p)) {
					continue
				}
				why := "no machine of the fleet has it"
				switch has := func(m builtin.Machine) bool { return hasDevice(p, m) }; {
				case !slices.ContainsFunc(r.machines, has):
				case !slices.ContainsFunc(r.machines, func(m builtin.Machine) bool { return has(m) && p.Spans(m) }):
					why = fmt.Sprintf("no entry of the fleet that has it has group: %d", max(1, p.Machines))
				default:
					why = "the machines of the fleet that have it have no room for a replica, or are too slow"
				}
				list = append(list, fmt.Sprintf("the device %s%s of %s cannot be used: %s", p.Device, p.Suffix(), v.Name, why))
			}
		}
	}
	return list
}
