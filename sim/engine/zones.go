package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// zones knows when zones are down. All their outages are drawn before the run, from streams named
// by the zone. It is nil in a run whose zones are never down.
type zones struct {
	*core
	outages [][]fleet.Outage // per zone, from 1: ascending, without overlaps
}

func newZones(c *core) *zones {
	z := &zones{core: c, outages: make([][]fleet.Outage, len(c.Spec.Zones)+1)}
	some := false
	for i := range c.Spec.Zones {
		list := outagesOf(&c.Setup, &c.Spec.Zones[i])
		z.outages[i+1], some = list, some || len(list) > 0
	}
	if !some {
		return nil
	}
	return z
}

// outagesOf returns when a zone is down: its outages and its failures until the horizon. Outages
// that overlap or touch are one.
func outagesOf(s *sim.Setup, z *fleet.Zone) (merged []fleet.Outage) {
	list := slices.DeleteFunc(slices.Clone(z.Outages), func(o fleet.Outage) bool { return o.Down >= kernel.Time(s.Duration) })
	if f := &z.Failures; f.MTBF > 0 {
		stream := kernel.NewStream(s.Seed, s.Replication, "zones/"+z.Name, 0)
		for at := kernel.Time(0); ; {
			down := at.Add(varied(f, stream, f.MTBF))
			if down >= kernel.Time(s.Duration) {
				break
			}
			at = max(down.Add(varied(f, stream, f.Repair)), down+1)
			list = append(list, fleet.Outage{Down: down, Up: at})
		}
	}
	slices.SortFunc(list, func(a, b fleet.Outage) int { return int(min(max(a.Down-b.Down, -1), 1)) })
	for _, o := range list {
		if n := len(merged); n > 0 && o.Down <= merged[n-1].Up {
			merged[n-1].Up = max(merged[n-1].Up, o.Up)
			continue
		}
		merged = append(merged, o)
	}
	return merged
}

// schedule schedules the begins and ends of all outages.
func (z *zones) schedule() {
	if z == nil {
		return
	}
	for i, list := range z.outages {
		for _, o := range list {
			z.queue.Schedule(o.Down, event{kind: zoneTurns, index: int32(i)})
			z.queue.Schedule(o.Up, event{kind: zoneTurns, index: int32(i)})
		}
	}
}

// up returns the first instant from at on at which a zone is not down.
func (z *zones) up(in fleet.ZoneID, at kernel.Time) kernel.Time {
	if z == nil || in <= 0 || int(in) >= len(z.outages) {
		return at
	}
	for _, o := range z.outages[in] {
		if o.Down <= at && at < o.Up {
			return o.Up
		}
	}
	return at
}
