package fleet

import (
	"fmt"
	"slices"
	"time"
)

// RoundTrip returns how long a request and its answer are on the network if its client is in one
// zone and its replica in another. It is 0 if one of them is in no zone.
func (c *Spec) RoundTrip(a, b ZoneID) time.Duration {
	if c.RoundTrips == nil || a == 0 || b == 0 {
		return 0
	}
	return c.RoundTrips[a-1][b-1]
}

// ZoneOf returns the zone of the machine of a replica; 0: it stands in no zone.
func (f *Fleet) ZoneOf(at ReplicaID) ZoneID { return f.machines[f.replicas[at].Machine].Zone }

// Answer records that a request has been served, and that its answer is on its way to the client.
// The request is at no replica any more. The caller then calls Forget, when the answer arrives.
func (f *Fleet) Answer(id RequestID) {
	s := &f.requests[id]
	if s.state != executing && s.state != ended {
		f.misused("answered", id)
	}
	s.state, s.replica = answered, NoReplica
}

// Answered reports whether the answer to a request in flight is on its way to the client.
func (f *Fleet) Answered(id RequestID) bool { return f.requests[id].state == answered }

// checkRoundTrips returns the faults in the round trips between zones.
func (c *Spec) checkRoundTrips() (faults []error) {
	if len(c.Zones) > MostZones {
		faults = append(faults, fmt.Errorf("%d zones are more than %d", len(c.Zones), MostZones))
	}
	if c.RoundTrips == nil {
		return faults
	}
	odd := func(row []time.Duration) bool { return len(row) != len(c.Zones) }
	if odd(make([]time.Duration, len(c.RoundTrips))) || slices.ContainsFunc(c.RoundTrips, odd) {
		return append(faults, fmt.Errorf("the round trips are not a table of %d × %d zones", len(c.Zones), len(c.Zones)))
	}
	for a := range c.RoundTrips {
		for b, span := range c.RoundTrips[a] {
			if span < 0 || span != c.RoundTrips[b][a] {
				faults = append(faults, fmt.Errorf("the round trip of %v between zones %s and %s is negative, or another one than back", span, c.Zones[a].Name, c.Zones[b].Name))
			}
		}
	}
	return faults
}
