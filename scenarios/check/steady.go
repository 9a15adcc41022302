package check

import (
	"slices"

	"wavetank/metrics/rows"
	"wavetank/sim/fleet"
)

// Varying returns the scopes whose demand or machines are meant to vary over a run, such as those
// of a day curve or a trace. They are the models of such streams, or every model where a trace says
// which machines there are; prices and carbon over time change no load. Where there are any, "all"
// is one of them. Of other scopes a steady state is expected after the warm-up.
func (e *Review) Varying() []string {
	var list []string
	note := func(scope string) {
		if !slices.Contains(list, scope) {
			list = append(list, scope)
		}
	}
	if slices.ContainsFunc(e.Spec.Types, func(t fleet.MachineType) bool { return len(t.Outages)+len(t.Supply) > 0 }) {
		note(rows.All)
		for i := range e.Spec.Models {
			note(e.Spec.Models[i].Name)
		}
	}
	for i := range e.Scenario.Workload {
		s := &e.Scenario.Workload[i]
		if s.Arrivals.Steady() {
			continue
		}
		note(rows.All)
		for _, name := range s.Models() {
			note(name)
		}
	}
	return list
}
