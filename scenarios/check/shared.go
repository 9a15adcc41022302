package check

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/scenarios/builtin"
	"wavetank/sim/fleet"
)

// unslowed warns of models of the scenario whose replicas take a part of a GPU, on machines for
// which the scenario does not say how replicas share a GPU. Their latency is taken for that part:
// nothing slows a batch down while others work on the rest of the GPU.
func (e *Review) unslowed() (list []string) {
	for i := range e.Scenario.Fleet {
		use := &e.Scenario.Fleet[i]
		t := slices.IndexFunc(e.Spec.Types, func(t fleet.MachineType) bool { return t.Name == use.Label() })
		if t < 0 || use.Sharing != "" || use.Interference != 0 {
			continue
		}
		var names []string
		for _, m := range e.Scenario.Models {
			if slices.ContainsFunc(m.Variants, func(v builtin.Variant) bool {
				return slices.ContainsFunc(v.Devices, func(p builtin.Profile) bool {
					return p.Device == e.Spec.Kinds[e.Spec.Types[t].GPU] && p.GPUShare > 0 && p.GPUShare < 1
				})
			}) {
				names = append(names, m.Name)
			}
		}
		if len(names) > 0 {
			list = append(list, fmt.Sprintf("the latency of %s counts as that on a part of a GPU of %s, however busy the rest is: say \"sharing: space\" in this entry of the fleet if it was measured so, \"interference\" if others slow it down, or \"sharing: time\" if replicas take turns on the whole GPU",
				strings.Join(names, " and "), use.Label()))
		}
	}
	return list
}
