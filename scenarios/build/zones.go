package build

import (
	"slices"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// zonesOf returns the zones of a scenario.
func zonesOf(s *file.Scenario) (list []fleet.Zone) {
	for _, z := range s.Zones {
		list = append(list, fleet.Zone{Name: z.Name, Failures: failuresOf(z.Failures), Outages: outagesOf(z.Outages)})
	}
	return list
}

// outagesOf returns spans as outages.
func outagesOf(spans []file.DownSpan) (list []fleet.Outage) {
	for _, o := range spans {
		list = append(list, fleet.Outage{Down: kernel.Time(o.From), Up: kernel.Time(o.Until)})
	}
	return list
}

// failuresOf returns how machines or zones fail; they never do if nothing is given.
func failuresOf(f *file.Failures) fleet.Failures {
	if f == nil {
		return fleet.Failures{}
	}
	return fleet.Failures{MTBF: time.Duration(f.MTBF), Repair: time.Duration(f.Repair), Constant: f.Distribution == "deterministic"}
}

// placeIn gives a machine type its zones and its maintenance.
func placeIn(t *fleet.MachineType, s *file.Scenario, use *file.Machines) {
	for _, name := range use.Zones {
		i := slices.IndexFunc(s.Zones, func(z file.Zone) bool { return z.Name == name })
		t.Zones = append(t.Zones, fleet.ZoneID(i+1))
	}
	for _, w := range use.Maintenance {
		t.Maintenance = append(t.Maintenance, fleet.Maintenance{From: kernel.Time(w.From), Until: kernel.Time(w.Until), Share: float64(w.Share) / 100})
	}
}
