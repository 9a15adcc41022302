package engine_test

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// restoring is an allocator that keeps one replica of deployment 0 on each machine that has room.
type restoring struct{ machines int }

func (r restoring) Allocate(v *sim.View) (sim.Plan, error) {
	var p sim.Plan
	for i := range v.Live() {
		if at := v.LiveAt(i); v.CanPlace(0, at, 0) == nil {
			p.Load = append(p.Load, sim.Placement{Machine: at})
		}
	}
	for i := v.Live(); i < r.machines; i++ {
		p.Load = append(p.Load, sim.Placement{Machine: sim.Booted(len(p.Boot))})
		p.Boot = append(p.Boot, 0)
	}
	return p, nil
}

func (restoring) String() string { return "restoring" }

// BenchmarkZones runs eight replicas in no zone, in two zones of which none is ever down, in two
// zones with a round trip between the clients and one of them, and in two zones that take turns to
// be down for a tenth of the time. In the last case many requests wait, and the requests of lost
// replicas go back to their place among them.
func BenchmarkZones(b *testing.B) {
	for _, c := range []struct {
		name string
		in   []fleet.ZoneID
		down bool
		far  time.Duration
	}{{"none", nil, false, 0}, {"up", []fleet.ZoneID{1, 2}, false, 0}, {"far", []fleet.ZoneID{1, 2}, false, 20 * time.Millisecond}, {"down", []fleet.ZoneID{1, 2}, true, 0}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				const n = 200_000
				s := batchPath(b, n)
				s.Allocator, s.Period = restoring{8}, time.Second
				s.Duration = 20 * time.Second
				s.Observers = nil
				s.Spec.Types[0].Zones = c.in
				for z := range len(c.in) {
					zone := fleet.Zone{Name: string(rune('a' + z))}
					for at := kernel.Time(time.Second / 2 * time.Duration(z)); c.down && at < kernel.Time(s.Duration); at += kernel.Time(time.Second) {
						zone.Outages = append(zone.Outages, fleet.Outage{Down: at + 1, Up: at + kernel.Time(time.Second/10)})
					}
					s.Spec.Zones = append(s.Spec.Zones, zone)
				}
				if c.far > 0 {
					s.Spec.RoundTrips = [][]time.Duration{{0, c.far}, {c.far, 0}}
					s.Arrivals = &comingFrom{s.Arrivals, 1}
				}
				if err := engine.Run(b.Context(), s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
