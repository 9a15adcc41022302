package place

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// enact carries out a plan at once, on a fleet without requests.
func enact(t *rapid.T, f *fleet.Fleet, plan sim.Plan) {
	ok := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range plan.Drain {
		ok(f.Drain(id, 0))
		f.Remove(id, 0)
	}
	for _, id := range plan.Stop {
		f.Release(id)
	}
	var booted []fleet.MachineID
	for _, k := range plan.Boot {
		id, err := f.Order(k, 0, 0)
		ok(err)
		f.Boot(id)
		booted = append(booted, id)
	}
	for _, l := range plan.Load {
		if l.Machine < 0 {
			l.Machine = booted[sim.Booted(0)-l.Machine]
		}
		id, err := f.PlaceAt(l.Deployment, l.Machine, l.GPU, l.Start, 0)
		ok(err)
		f.MakeReady(id, 0)
	}
}

// scattered returns a fleet after an arbitrary earlier plan, from which some replicas are removed.
func scattered(t *rapid.T, c *fleet.Spec) *fleet.Fleet {
	f := fleet.New(c)
	before := rapid.SliceOfN(rapid.IntRange(0, 8), len(c.Deployments), len(c.Deployments)).Draw(t, "before")
	plan, err := FirstFit{}.Place(sim.ViewOf(f, 0), aim(sim.ViewOf(f, 0), before, make([]float64, len(c.Models))))
	if err != nil {
		t.Fatal(err)
	}
	enact(t, f, plan)
	gone := rapid.SliceOfN(rapid.IntRange(0, 2), f.Replicas(), f.Replicas()).Draw(t, "gone")
	for id, draw := range gone {
		if draw == 0 {
			enact(t, f, sim.Plan{Drain: []fleet.ReplicaID{fleet.ReplicaID(id)}})
		}
	}
	return f
}

// contents lists what each machine holds, in a fixed order.
func contents(v *sim.View) (list []string) {
	for i := range v.Live() {
		held := make([]int, len(v.Spec().Deployments))
		m := v.Machine(v.LiveAt(i))
		for _, id := range m.Placed() {
			held[v.Replica(id).Deployment]++
		}
		list = append(list, fmt.Sprint(m.Type, held))
	}
	slices.Sort(list)
	return list
}

// contentsOf lists what each machine of a layout holds, in the same order.
func contentsOf(c *fleet.Spec, layout []optimize.FilledHosts) (list []string) {
	for _, m := range layout {
		held := make([]int, len(c.Deployments))
		for _, l := range m.Loads {
			held[l.Configuration] += l.Replicas
		}
		list = append(list, slices.Repeat([]string{fmt.Sprint(m.Type, held)}, m.Count)...)
	}
	slices.Sort(list)
	return list
}

// TestWhatASolverFoundIsPlaced: after a few plans, any fleet has all replicas of a solver's
// solution where the solution has them, with the loads that the solution counts. There are more
// loads only if a replica that is needed holds the room of its replacement.
func TestWhatASolverFoundIsPlaced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := randomSpec(t)
		f := scattered(t, c)
		demand := rapid.SliceOfN(rapid.Float64Range(0, 900), len(c.Models), len(c.Models)).Draw(t, "demand")
		now := allocation.NewSituation(sim.ViewOf(f, 0), allocation.Demands{Level: demand, Load: demand}, "", false)
		for d := range now.Problem.Configurations {
			now.Problem.Configurations[d].Switch = rapid.SampledFrom([]float64{0, 0.1, 0.3, 1}).Draw(t, "load")
		}
		rented := make([]int, len(c.Types))
		for k := range rented {
			rented[k] = f.Rented(fleet.TypeID(k))
		}
		found, err := optimize.Solve(optimize.Best{}, now.Problem)
		if err != nil {
			t.Fatal(err)
		}
		loads, further := 0., false // further: machines beyond the solution's, for replacements
		for range 6 {
			targets := aim(sim.ViewOf(f, 0), found.Replicas, demand)
			targets.Layout = found.Layout
			targets.LoadPrices = now.Problem.LoadPrices()
			plan, err := BestFit{}.Place(sim.ViewOf(f, 0), targets)
			if err != nil {
				t.Fatal(err)
			}
			enact(t, f, plan)
			for k, n := range found.Machines {
				further = further || len(plan.Boot) > 0 && f.Rented(fleet.TypeID(k)) > max(n, rented[k])
			}
			for _, load := range plan.Load {
				loads += now.Problem.Configurations[load.Deployment].Switch
			}
		}
		if loads < found.Switching-1e-6 || loads > found.Switching+1e-6 && !further {
			t.Fatalf("the loads cost %v, %v are counted", loads, found.Switching)
		}
		for d, n := range found.Replicas {
			if there := f.Count(fleet.DeploymentID(d)).Current(); there != n {
				t.Fatalf("%d replicas of deployment %d are there, %d fit", there, d, n)
			}
		}
		for k, n := range found.Machines {
			if rented := f.Rented(fleet.TypeID(k)); rented != n {
				t.Fatalf("%d machines of type %d are rented, the solution has %d", rented, k, n)
			}
		}
		if there, want := contents(sim.ViewOf(f, 0)), contentsOf(c, found.Layout); !slices.Equal(there, want) {
			t.Fatalf("machines hold %v, the layout is %v", there, want)
		}
	})
}
