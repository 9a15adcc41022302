package fleet

import (
	"fmt"
	"math"
	"slices"

	"wavetank/sim/kernel"
)

// ZoneID is a zone: its place in Spec.Zones, from 1. 0: none.
type ZoneID int8

// MostZones is the largest number of zones.
const MostZones = math.MaxInt8

// Zone is a place whose machines can all be lost at once, such as an availability zone of a cloud.
type Zone struct {
	Name     string
	Region   string   // a region of several zones; empty: the zone is a region of its own
	Failures Failures // the whole zone fails, and is repaired
	Outages  []Outage // spans in which it is down, besides its failures
}

// Maintenance is a span of time in which machines of a type are under maintenance. Their replicas
// drain from its begin on, and they take no new ones until its end. Only machines that are rented
// at its begin take part in it.
type Maintenance struct {
	From, Until kernel.Time
	Share       float64 // share of the machines, above 0 and at most 1; numbered as in a Slowdown
}

// Zone returns a zone of a spec.
func (c *Spec) Zone(z ZoneID) *Zone { return &c.Zones[z-1] }

// NextZone returns the zone in which the next machine of a type stands: the one with the fewest
// machines of the type that are not released, of the zones that are not down. If all are down, it
// is the one with the fewest machines of all. Ties go to the first zone in the list of the type.
func (f *Fleet) NextZone(t TypeID) (next ZoneID) {
	list := f.spec.Types[t].Zones
	if len(list) == 0 {
		return 0
	}
	count := make([]int, len(f.spec.Zones)+1)
	for _, on := range f.live {
		if m := &f.machines[on]; m.Type == t {
			count[m.Zone]++
		}
	}
	for _, z := range list {
		if next == 0 || f.Down(next) && !f.Down(z) || f.Down(next) == f.Down(z) && count[z] < count[next] {
			next = z
		}
	}
	return next
}

// SetDown says whether a zone is down.
func (f *Fleet) SetDown(z ZoneID, down bool) {
	if f.down == nil {
		f.down = make([]bool, len(f.spec.Zones)+1)
	}
	f.down[z] = down
}

// Down reports whether a zone is down now.
func (f *Fleet) Down(z ZoneID) bool { return f.down != nil && f.down[z] }

// Maintain begins the maintenance of a machine, or ends it.
func (f *Fleet) Maintain(on MachineID, begins bool) { f.machines[on].Maintained = begins }

// Maintains reports whether a machine takes part in a maintenance.
func (f *Fleet) Maintains(on MachineID, w *Maintenance) bool {
	return meets(w.Share, f.machines[on].number)
}

// checkZones returns the faults in the zones of a spec, and in the maintenance of its types.
func (c *Spec) checkZones() (faults []error) {
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	for i := range c.Zones {
		z := &c.Zones[i]
		wrong(z.Failures.MTBF < 0 || z.Failures.Repair < 0, "zone %s: a time of its failures %+v is negative", z.Name, z.Failures)
		for _, o := range z.Outages {
			wrong(o.Down < 0 || o.Up <= o.Down, "zone %s cannot be down from %v to %v", z.Name, o.Down, o.Up)
		}
	}
	for i := range c.Types {
		t := &c.Types[i]
		for k, z := range t.Zones {
			wrong(z < 1 || int(z) > len(c.Zones), "machine type %s stands in zone %d, the run has %d", t.Name, z, len(c.Zones))
			wrong(slices.Contains(t.Zones[:k], z), "machine type %s stands in zone %d twice", t.Name, z)
		}
		last := kernel.Time(0)
		for _, w := range t.Maintenance {
			wrong(w.From < last || w.Until <= w.From || !(w.Share > 0 && w.Share <= 1), "machine type %s: the maintenance %+v is not possible, or begins before the one before has ended", t.Name, w)
			last = w.Until
		}
	}
	return append(faults, c.checkRoundTrips()...)
}
