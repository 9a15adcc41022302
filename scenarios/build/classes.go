package build

import (
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// classesOf returns the classes of a scenario as entries of a fleet.Spec.
func classesOf(s *file.Scenario) (classes []fleet.Class) {
	for _, class := range s.Classes {
		made := fleet.Class{Name: class.Name, Priority: class.Priority, Weight: class.Weight}
		if class.SLO != nil {
			made.Target, made.Percentile = time.Duration(class.SLO.Latency), class.SLO.Percentile
			made.FirstToken, made.PerToken = time.Duration(class.SLO.FirstToken), time.Duration(class.SLO.PerToken)
		}
		classes = append(classes, made)
	}
	return classes
}

// tenantsOf returns the tenants of all streams, in the order in which streams name them, or in
// which their traces have them.
func tenantsOf(s *file.Scenario, traces *traceReader) (tenants []string) {
	known := map[string]bool{}
	for i := range s.Workload {
		var names []string
		if w := &s.Workload[i]; w.Tenants != nil {
			names, _ = w.Tenants.List()
		} else if w.HasTenants() {
			names = traces.tenants(i)
		}
		for _, name := range names {
			if !known[name] {
				known[name] = true
				tenants = append(tenants, name)
			}
		}
	}
	return tenants
}
