package check

import (
	"slices"

	"wavetank/metrics/rows"
	"wavetank/sim/fleet"
)

// Varying returns the scopes whose demand or machines vary over a run by design, as with a day
// curve or a trace. These are the models of such streams, or every model if a trace says which
// machines can be rented. Prices and carbon over time do not count, because they change no load. If
// there are any such models, "all" is one of the scopes. All other scopes are expected to reach a
// steady state after the warm-up.
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
