package engine_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// lives is an observer that records what happens to machines and replicas.
type lives struct {
	facts []sim.Fact
}

func (l *lives) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.MachineUp, sim.MachineFailed, sim.MachineRepaired, sim.MachineReleased, sim.ReplicaLoading, sim.ReplicaDraining, sim.ReplicaCancelled, sim.ReplicaLost:
		l.facts = append(l.facts, *f)
	}
}

// seeing is an allocator that keeps its view.
type seeing struct {
	sim.Allocator
	view *sim.View
}

func (s *seeing) Allocate(v *sim.View) (sim.Plan, error) {
	s.view = v
	return s.Allocator.Allocate(v)
}

// TestZonesAndMaintenanceCloseTheirMachines: in random worlds whose machines have no failures of
// their own, machines fail exactly when their zone goes down, all at once, and are up again when it
// is up, not earlier. No replica is placed on a machine under maintenance.
func TestZonesAndMaintenanceCloseTheirMachines(t *testing.T) {
	failed, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		s, seen, l := w.setup(t, step), &seeing{}, &lives{}
		seen.Allocator, s.Allocator = s.Allocator, seen
		s.Observers = append(s.Observers, l)
		run(t, s)
		down := func(in fleet.ZoneID, at kernel.Time) (is, begins bool) {
			if in == 0 {
				return false, false
			}
			for _, o := range s.Spec.Zone(in).Outages {
				if o.Down >= kernel.Time(s.Duration) {
					continue // nothing is lost after the horizon
				}
				is = is || o.Down <= at && at < o.Up
				begins = begins || o.Down == at
			}
			return is, begins
		}
		up := map[fleet.MachineID]bool{}
		for i, f := range l.facts {
			m := seen.view.Machine(f.Machine)
			is, begins := down(m.Zone, f.At)
			switch f.Kind {
			case sim.MachineUp, sim.MachineRepaired:
				if is && !begins {
					t.Fatalf("machine %d is up at %v although zone %d is down", f.Machine, f.At, m.Zone)
				}
				up[f.Machine] = true
			case sim.MachineFailed:
				failed++
				if !begins || !up[f.Machine] {
					t.Fatalf("machine %d fails at %v, where no outage of zone %d begins", f.Machine, f.At, m.Zone)
				}
				up[f.Machine] = false
			case sim.MachineReleased:
				delete(up, f.Machine)
			case sim.ReplicaLoading:
				for _, win := range s.Spec.Types[m.Type].Maintenance {
					if win.Share == 1 && win.From < f.At && f.At < win.Until && m.Ordered < win.From {
						t.Fatalf("replica %d is placed on machine %d at %v, under maintenance from %v to %v", f.Replica, f.Machine, f.At, win.From, win.Until)
					}
				}
			case sim.ReplicaDraining, sim.ReplicaCancelled:
				if slices.ContainsFunc(s.Spec.Types[m.Type].Maintenance, func(win fleet.Maintenance) bool { return win.From == f.At }) {
					refused++
				}
			}
			if next := i + 1; next == len(l.facts) || l.facts[next].At > f.At {
				for id, is := range up {
					in := seen.view.Machine(id).Zone
					if isDown, _ := down(in, f.At); is && isDown {
						t.Fatalf("machine %d is up at %v although zone %d is down", id, f.At, in)
					}
				}
			}
		}
	})
	if failed == 0 || refused == 0 {
		t.Errorf("%d machines failed with their zone, %d replicas drained for maintenance; want some of each", failed, refused)
	}
}
