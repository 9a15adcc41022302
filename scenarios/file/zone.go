package file

import (
	"fmt"
	"slices"

	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/quantity"
	"wavetank/sim/spelling"
)

// Zone is a place whose machines can all be lost at once.
type Zone struct {
	Name     string     `yaml:"name,required" doc:"short name"`
	Region   string     `yaml:"region,omitempty" doc:"region of the zone, for round-trip and routers; a region of its own when left out"`
	Outages  []DownSpan `yaml:"outages,omitempty" doc:"spans in which the zone is down: its machines fail at the begin, and are up again, without replicas, at the end"`
	Failures *Failures  `yaml:"failures,omitempty" doc:"how the zone breaks down as a whole, besides its outages; never when left out"`
}

// DownSpan is a span of time in which something is down.
type DownSpan struct {
	From  quantity.Duration `yaml:"from,required" doc:"begin, from the start of the run"`
	Until quantity.Duration `yaml:"until,required" doc:"end"`
}

// Check implements strict.Checker.
func (o *DownSpan) Check(_ *strict.Node, report func(path, message string)) {
	checkSpan(o.From, o.Until, report)
}

// checkSpan reports a span that begins before the run, or does not end after its begin.
func checkSpan(from, until quantity.Duration, report func(path, message string)) {
	nonNegative(report, "from", from)
	if until <= from {
		report(strict.Resting("until", "from"), fmt.Sprintf("%v is not after from, %v", until, from))
	}
}

// MaintenanceWindow is a span of time in which machines of an entry of the fleet are under
// maintenance.
type MaintenanceWindow struct {
	From  quantity.Duration `yaml:"from,required" doc:"begin, from the start of the run: the replicas on the machines drain"`
	Until quantity.Duration `yaml:"until,required" doc:"end: the machines take new replicas again"`
	Share quantity.Percent  `yaml:"share" doc:"share of the machines of the entry that are under maintenance"`
}

// SetDefaults implements strict.Defaulter.
func (w *MaintenanceWindow) SetDefaults() { w.Share = 100 }

// Check implements strict.Checker.
func (w *MaintenanceWindow) Check(_ *strict.Node, report func(path, message string)) {
	checkSpan(w.From, w.Until, report)
	checkMachineShare(w.Share, report)
}

// checkMachineShare reports a share of machines that is out of range.
func checkMachineShare(share quantity.Percent, report func(path, message string)) {
	if !(share > 0 && share <= 100) {
		report("share", fmt.Sprintf("%v is not above 0 %% and at most 100 %%", share))
	}
}

// checkMaintenance reports windows of maintenance that overlap, or are not in the order of time.
func (m *Machines) checkMaintenance(report func(path, message string)) {
	for i := 1; i < len(m.Maintenance); i++ {
		if before, w := m.Maintenance[i-1], m.Maintenance[i]; w.From < before.Until {
			at := fmt.Sprintf("maintenance[%d]", i)
			report(strict.Resting(at+".from", fmt.Sprintf("maintenance[%d].until", i-1)), fmt.Sprintf("%v is before the end of the maintenance before, %v", w.From, before.Until))
		}
	}
}

// checkZones reports zones with the same name, zones without machines, and entries of the fleet
// that name an unknown zone, or a zone twice.
func (s *Scenario) checkZones(report func(path, message string)) {
	var names []string
	for i, z := range s.Zones {
		if z.Name != "" && slices.Contains(names, z.Name) {
			report(fmt.Sprintf("zones[%d].name", i), fmt.Sprintf("another zone is called %q", z.Name))
		}
		names = append(names, z.Name)
		if !slices.ContainsFunc(s.Fleet, func(m Machines) bool { return slices.Contains(m.Zones, z.Name) }) &&
			!slices.ContainsFunc(s.Workload, func(w Stream) bool { return w.Zone == z.Name }) {
			report(strict.Resting(fmt.Sprintf("zones[%d]", i), "fleet", "workload"), fmt.Sprintf("no machine stands in %s, and no stream comes from it; name it under the zones of an entry of the fleet, or as the zone of a stream", z.Name))
		}
	}
	if len(names) > fleet.MostZones {
		report("zones", fmt.Sprintf("%d zones are more than %d", len(names), fleet.MostZones))
	}
	known := func(at, name string) {
		if slices.Contains(names, name) {
			return
		}
		if spelling.Meant(name, names) == "" { // it may name a zone that could not be read
			at = strict.Resting(at, namesIn("zones", len(names))...)
		}
		report(at, fmt.Sprintf("there is no zone %q under the scenario's zones%s", name, spelling.Suggest(name, names)))
	}
	for i, m := range s.Fleet {
		for k, name := range m.Zones {
			at := fmt.Sprintf("fleet[%d].zones[%d]", i, k)
			if slices.Contains(m.Zones[:k], name) {
				report(at, fmt.Sprintf("%s is listed twice", name))
				continue
			}
			known(at, name)
		}
	}
	for i := range s.Workload {
		if name := s.Workload[i].Zone; name != "" {
			known(fmt.Sprintf("workload[%d].zone", i), name)
		}
	}
	if s.RoundTrip != nil {
		s.checkRoundTrip(report)
	}
}
