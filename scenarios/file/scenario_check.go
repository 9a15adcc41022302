package file

import (
	"fmt"
	"math"
	"slices"
	"wavetank/scenarios/strict"
	"wavetank/sim/spelling"
)

// Check implements strict.Checker.
func (s *Scenario) Check(n *strict.Node, report func(path, message string)) {
	positive(report, "duration", s.Duration)
	nonNegative(report, "warmup", s.Warmup)
	nonNegative(report, "drain", s.Drain)
	if s.Warmup >= s.Duration && s.Duration > 0 {
		report("warmup", fmt.Sprintf("the warm-up of %v leaves nothing of the duration of %v", s.Warmup, s.Duration))
	}
	if p := s.Control.Period; p > 0 && s.Duration/p >= mostPeriods {
		report(strict.Resting("control.period", "control.period"), fmt.Sprintf("%v has %d periods of %v; at most %d are allowed", s.Duration, s.Duration/p, p, mostPeriods))
	}
	if s.Replications < 1 || s.Replications > MostReplications {
		report("replications", fmt.Sprintf("%d is outside 1 to %d", s.Replications, MostReplications))
	}
	for _, list := range []struct {
		key string
		n   int
	}{{"workload", len(s.Workload)}, {"fleet", len(s.Fleet)}, {"policies", len(s.Policies)}} {
		if list.n == 0 {
			report(list.key, "the list is empty")
		}
	}
	for i := range s.Workload {
		s.Workload[i].Arrivals.within(s.Duration, fmt.Sprintf("workload[%d].arrivals", i), report)
	}
	s.checkLoad(report)
	s.checkNames(report)
	s.checkLabels(report)
	s.checkZones(report)
	s.checkLevers(n, report)
}

// checkNames reports faulty names, names that are used twice, and a baseline that is not one of the
// policies.
func (s *Scenario) checkNames(report func(path, message string)) {
	checkName(report, "name", s.Name)
	seen := map[string]int{}
	for i := range s.Policies {
		p := &s.Policies[i]
		if p.Name != p.label() { // a label may have characters that a name may not
			checkName(report, fmt.Sprintf("policies[%d].name", i), p.Name)
		}
		if first, again := seen[p.Name]; p.Name != "" && again {
			var on []string
			for _, j := range []int{first, i} {
				// The label lacks parameters that could not be read.
				if s.Policies[j].Name == s.Policies[j].label() {
					on = append(on, fmt.Sprintf("policies[%d]", j))
				}
			}
			report(strict.Resting(fmt.Sprintf("policies[%d].name", i), on...), fmt.Sprintf("another policy is called %q", p.Name))
		} else {
			seen[p.Name] = i
		}
	}
	if _, known := seen[s.Baseline]; s.Baseline != "" && !known {
		var names []string
		for _, p := range s.Policies {
			names = append(names, p.Name)
		}
		path := "baseline"
		if spelling.Meant(s.Baseline, names) == "" { // it may name a policy that could not be read
			path = strict.Resting(path, namesIn("policies", len(s.Policies))...)
		}
		report(path, fmt.Sprintf("there is no policy %q%s", s.Baseline, spelling.Suggest(s.Baseline, names)))
	}
	streams := map[string]bool{}
	for i, w := range s.Workload {
		name := w.Label()
		if w.Name != "" {
			checkName(report, fmt.Sprintf("workload[%d].name", i), w.Name)
		}
		if streams[name] {
			report(fmt.Sprintf("workload[%d]", i), fmt.Sprintf("another stream is called %q; give this one a name", name))
		}
		streams[name] = true
	}
	rented := map[string]bool{}
	for i := range s.Fleet {
		m := &s.Fleet[i]
		switch name := m.Label(); {
		case rented[name] && m.Name == "":
			report(fmt.Sprintf("fleet[%d].machine", i), fmt.Sprintf("%s is listed twice; give one of the entries a name", m.Machine))
		case rented[name]:
			report(fmt.Sprintf("fleet[%d].name", i), fmt.Sprintf("another entry of the fleet is called %q", name))
		}
		if m.Name != "" {
			checkName(report, fmt.Sprintf("fleet[%d].name", i), m.Name)
		}
		rented[m.Label()] = true
	}
}

// checkLabels reports
//   - classes with the same name;
//   - streams that name an unknown class;
//   - streams without classes or tenants, if other streams have them;
//   - faults of the columns of classes and tenants in traces.
func (s *Scenario) checkLabels(report func(path, message string)) {
	var names []string
	for i, c := range s.Classes {
		if c.Name != "" && slices.Contains(names, c.Name) {
			report(fmt.Sprintf("classes[%d].name", i), fmt.Sprintf("another class is called %q", c.Name))
		}
		names = append(names, c.Name)
	}
	if len(names) > math.MaxInt16 {
		report("classes", fmt.Sprintf("%d classes are more than %d", len(names), math.MaxInt16))
	}
	tenants := slices.ContainsFunc(s.Workload, func(w Stream) bool { return w.HasTenants() })
	for i := range s.Workload {
		w := &s.Workload[i]
		path := fmt.Sprintf("workload[%d]", i)
		for _, c := range w.Classes {
			if slices.Contains(names, c.Key) {
				continue
			}
			of := JoinPath(path+".classes", c.Key)
			// The name may be that of a class that could not be read.
			if spelling.Meant(c.Key, names) == "" {
				of = strict.Resting(of, namesIn("classes", len(names))...)
			}
			report(of, fmt.Sprintf("there is no class %q under the scenario's classes%s", c.Key, spelling.Suggest(c.Key, names)))
		}
		if len(names) > 0 && !w.HasClasses() {
			report(path, "the scenario has classes; say under the stream's classes which share each has")
		}
		if tenants && !w.HasTenants() {
			report(path, "another stream has tenants; say under the stream's tenants who sends these requests")
		}
		checkShares(w.Classes, path+".classes", report)
		w.checkTraceLabels(path, names, report)
	}
}
