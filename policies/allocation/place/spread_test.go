package place

import (
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// zonedSpec returns a random specification whose machines stand in some of three zones.
func zonedSpec(t *rapid.T) *fleet.Spec {
	c := randomSpec(t)
	c.Zones = []fleet.Zone{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for k := range c.Types {
		zones := rapid.Permutation([]fleet.ZoneID{1, 2, 3}).Draw(t, "zones")
		c.Types[k].Zones = zones[:rapid.IntRange(1, 3).Draw(t, "number of zones")]
	}
	return c
}

// replicasIn returns the loading and ready replicas of a model by zone, counted from the fleet.
func replicasIn(f *fleet.Fleet, m fleet.ModelID) (list [4]int) {
	for _, at := range f.Active() {
		if r := f.Replica(at); r.Model == m && r.State != fleet.Draining {
			list[f.Machine(r.Machine).Zone]++
		}
	}
	return list
}

// TestSpreadKeepsTheSkew: plans that only add replicas keep the largest skew of every model, over
// the zones in which its machines may stand and that are not down. If a replica is left out, every
// zone with room is at the largest skew or at its limit. With schedule-anyway, a replica is left
// out only if best-fit leaves one out, too.
func TestSpreadKeepsTheSkew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := zonedSpec(t)
		by := &Spread{MaxSkew: rapid.IntRange(1, 3).Draw(t, "max-skew")}
		f := fleet.New(c)
		down := fleet.ZoneID(rapid.IntRange(0, 3).Draw(t, "zone that is down"))
		if down > 0 {
			f.SetDown(down, true)
		}
		want := make([]int, len(c.Deployments))
		for range 3 {
			for d := range want {
				want[d] += rapid.IntRange(0, 3).Draw(t, "more")
			}
			v := sim.ViewOf(f, 0)
			plan, err := by.Place(v, aim(v, want, make([]float64, len(c.Models))))
			if err != nil {
				t.Fatal(err)
			}
			if err := policytest.CarryOut(f, &plan); err != nil {
				t.Fatal(err)
			}
		}
		for m := range c.Models {
			in := replicasIn(f, fleet.ModelID(m))
			for _, d := range c.Deployments {
				if int(d.Model) != m {
					continue
				}
				for _, a := range c.Types[d.Type].Zones {
					for z := fleet.ZoneID(1); z < 4; z++ {
						if a != down && in[z]-in[a] > by.MaxSkew {
							t.Fatalf("model %d has %v replicas by zone, zone %d is down; the largest skew is %d", m, in, down, by.MaxSkew)
						}
					}
				}
			}
		}
	})
}

// TestScheduleAnywayPlacesWhatHasRoom: where no zone may have a replica, schedule-anyway still
// places it if a machine has room, and do-not-schedule leaves it out.
func TestScheduleAnywayPlacesWhatHasRoom(t *testing.T) {
	c := policytest.Pair()
	c.Models, c.Variants, c.Deployments = c.Models[:1], c.Variants[:1], c.Deployments[:1]
	c.Zones = []fleet.Zone{{Name: "a"}, {Name: "b"}}
	c.Types = []fleet.MachineType{{Name: "machine", Cores: 4, Max: 1, Zones: []fleet.ZoneID{1, 2}}}
	c.Deployments[0].Need = fleet.Resources{Cores: 1}
	c.Deployments[0].Type = 0
	for _, anyway := range []bool{false, true} {
		f, want := fleet.New(c), 1
		if anyway {
			want = 3
		}
		v := sim.ViewOf(f, 0)
		plan, err := (&Spread{MaxSkew: 1, Anyway: anyway}).Place(v, allocation.Targets{Chosen: allocation.Chosen{Replicas: []int{3}}, Each: []float64{1}, Demand: []float64{3}, Shortfall: []float64{0}})
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Load) != want || len(plan.Boot) != 1 {
			t.Errorf("anyway %v: one machine in zone a gets %d replicas, want %d", anyway, len(plan.Load), want)
		}
		if short := plan.Shortfall[0]; short != float64(3-want) {
			t.Errorf("anyway %v: the plan is short of %v, want %d", anyway, short, 3-want)
		}
	}
}
