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
		list = append(list, fleet.Zone{Name: z.Name, Region: z.Region, Failures: failuresOf(z.Failures), Outages: outagesOf(z.Outages)})
	}
	return list
}

// zoneID returns the zone with a name, or 0 if there is none.
func zoneID(s *file.Scenario, name string) fleet.ZoneID {
	return fleet.ZoneID(1 + slices.IndexFunc(s.Zones, func(z file.Zone) bool { return z.Name == name }))
}

// roundTripsOf returns the round trips between the zones of a scenario, or nil if none takes time.
func roundTripsOf(s *file.Scenario) [][]time.Duration {
	if s.RoundTrip == nil {
		return nil
	}
	table, some := make([][]time.Duration, len(s.Zones)), false
	for a := range s.Zones {
		for b := range s.Zones {
			span := time.Duration(s.RoundTrip.Between(&s.Zones[a], &s.Zones[b]))
			table[a], some = append(table[a], span), some || span > 0
		}
	}
	if !some {
		return nil
	}
	return table
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
		t.Zones = append(t.Zones, zoneID(s, name))
	}
	for _, w := range use.Maintenance {
		t.Maintenance = append(t.Maintenance, fleet.Maintenance{From: kernel.Time(w.From), Until: kernel.Time(w.Until), Share: float64(w.Share) / 100})
	}
}
