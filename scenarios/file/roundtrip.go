package file

import (
	"fmt"
	"slices"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
	"wavetank/sim/spelling"
)

// RoundTrip says how long a request and its answer together are on the network between the zone of
// a client and the zone of a replica.
type RoundTrip struct {
	WithinZone    quantity.Duration `yaml:"within-zone" doc:"client and replica are in one zone"`
	WithinRegion  quantity.Duration `yaml:"within-region" doc:"in two zones of one region"`
	AcrossRegions quantity.Duration `yaml:"across-regions" doc:"in two regions"`
	Pairs         []RoundTripPair   `yaml:"between,omitempty" doc:"other times between two zones or regions; two zones count before two regions"`
}

// RoundTripPair is the round trip between two zones or two regions.
type RoundTripPair struct {
	Places []string          `yaml:"places,required" doc:"two zones, or two regions"`
	Time   quantity.Duration `yaml:"time,required" doc:"time there and back"`
}

// Check implements strict.Checker.
func (t *RoundTrip) Check(_ *strict.Node, report func(path, message string)) {
	nonNegative(report, "within-zone", t.WithinZone)
	nonNegative(report, "within-region", t.WithinRegion)
	nonNegative(report, "across-regions", t.AcrossRegions)
}

// Check implements strict.Checker.
func (p *RoundTripPair) Check(_ *strict.Node, report func(path, message string)) {
	nonNegative(report, "time", p.Time)
	if len(p.Places) != 2 {
		report("places", fmt.Sprintf("there are %d places; a round trip is between two", len(p.Places)))
	} else if p.Places[0] == p.Places[1] {
		report("places[1]", fmt.Sprintf("%s is listed twice; within-zone and within-region are for one place", p.Places[0]))
	}
}

// region returns the region of a zone.
func (z *Zone) region() string {
	if z.Region == "" {
		return z.Name
	}
	return z.Region
}

// Between returns the round trip between two zones.
func (t *RoundTrip) Between(a, b *Zone) quantity.Duration {
	for _, of := range []func(*Zone) string{func(z *Zone) string { return z.Name }, (*Zone).region} {
		for _, p := range t.Pairs {
			if from, to := of(a), of(b); from != to && slices.Contains(p.Places, from) && slices.Contains(p.Places, to) {
				return p.Time
			}
		}
	}
	switch {
	case a.Name == b.Name:
		return t.WithinZone
	case a.region() == b.region():
		return t.WithinRegion
	}
	return t.AcrossRegions
}

// checkRoundTrip reports a round trip without zones, or between which no stream and no machine can
// be, places that are unknown or of two kinds, and pairs that are listed twice.
func (s *Scenario) checkRoundTrip(report func(path, message string)) {
	if len(s.Zones) == 0 {
		report(strict.Resting("round-trip", "zones"), "this needs zones")
		return
	}
	if !slices.ContainsFunc(s.Workload, func(w Stream) bool { return w.Zone != "" }) {
		report(strict.Resting("round-trip", "workload"), "no stream has a zone, so no request is on the network")
	}
	var zones, regions []string
	for i := range s.Zones {
		zones, regions = append(zones, s.Zones[i].Name), append(regions, s.Zones[i].region())
	}
	all := slices.Concat(zones, regions)
	seen := map[[2]string]bool{}
	for i, p := range s.RoundTrip.Pairs {
		at := fmt.Sprintf("round-trip.between[%d]", i)
		fine := len(p.Places) == 2
		for k, name := range p.Places {
			if !slices.Contains(all, name) {
				fine = false
				of := fmt.Sprintf("%s.places[%d]", at, k)
				if spelling.Meant(name, all) == "" { // it may name a zone that could not be read
					of = strict.Resting(of, namesIn("zones", len(zones))...)
				}
				report(of, fmt.Sprintf("there is no zone or region %q under the scenario's zones%s", name, spelling.Suggest(name, all)))
			}
		}
		if !fine {
			continue
		}
		a, b := min(p.Places[0], p.Places[1]), max(p.Places[0], p.Places[1])
		if both := func(list []string) bool { return slices.Contains(list, a) && slices.Contains(list, b) }; !both(zones) && !both(regions) {
			report(at+".places", fmt.Sprintf("%s and %s are a zone and a region; give two zones or two regions", p.Places[0], p.Places[1]))
		}
		if seen[[2]string{a, b}] {
			report(at+".places", fmt.Sprintf("the round trip between %s and %s is listed twice", p.Places[0], p.Places[1]))
		}
		seen[[2]string{a, b}] = true
	}
}
