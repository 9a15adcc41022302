package place

import (
	"slices"
	"testing"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// cut returns a specification of one model with a deployment for each MIG profile. Each machine has
// one GPU, which is cut into slices.
func cut(machines int) *fleet.Spec {
	c := policytest.Pair()
	c.Models, c.Variants = c.Models[:1], c.Variants[:1]
	c.Types = []fleet.MachineType{{Name: "m", Cores: 64, Memory: 1 << 40, GPUs: 1, GPUMemory: 40 << 30, Sliced: true, Max: machines, Price: 1}}
	shape := c.Deployments[0]
	c.Deployments = nil
	for _, s := range fleet.Slices() {
		shape.Need = s.Need(fleet.Resources{Cores: 1, Memory: 1}, 40<<30)
		c.Deployments = append(c.Deployments, shape)
	}
	return c
}

// arrive lets a placer add replicas one after the other. It returns all placements, and the number
// of machines at the end.
func arrive(t *testing.T, p allocation.Placer, profiles ...int) (loads []sim.Placement, machines int) {
	t.Helper()
	f := fleet.New(cut(9))
	want := make([]int, len(f.Spec().Deployments))
	for _, d := range profiles {
		want[d]++
		v := sim.ViewOf(f, 0)
		plan, err := p.Place(v, aim(v, want, make([]float64, 1)))
		if err != nil || len(plan.Load) != 1 || len(plan.Drain) != 0 {
			t.Fatalf("%v: plan %+v, error %v", p, plan, err)
		}
		l := plan.Load[0]
		for range plan.Boot {
			if l.Machine, err = f.Order(0, 0, 0); err != nil {
				t.Fatal(err)
			}
			f.Boot(l.Machine)
		}
		at, err := f.PlaceAt(l.Deployment, l.Machine, l.GPU, l.Start, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.MakeReady(at, 0)
		loads = append(loads, l)
	}
	return loads, f.Rented(0)
}

// TestTheOrderOfArrivalAndTheRuleOfStartsDecideOnMachines: here the replicas take several machines.
// In another order, or by another rule for the first slot, they would fit on one GPU.
func TestTheOrderOfArrivalAndTheRuleOfStartsDecideOnMachines(t *testing.T) {
	const one, two, three = 0, 2, 3
	for _, c := range []struct {
		placer   allocation.Placer
		order    []int
		starts   []int
		machines int
	}{
		{FirstStart{}, []int{one, one, three, two}, []int{0, 1, 4, 2}, 1},
		{BestFit{}, []int{one, one, three, two}, []int{6, 5, 0, 4}, 2},
		{FirstFit{}, []int{one, one, three, two}, []int{6, 5, 0, 4}, 2},
		{FirstStart{}, []int{three, two, one, one}, []int{0, 4, 6, 0}, 2},
		{BestFit{}, []int{three, two, one, one}, []int{4, 2, 1, 0}, 1},
	} {
		loads, machines := arrive(t, c.placer, c.order...)
		var starts []int
		for _, l := range loads {
			starts = append(starts, l.Start)
		}
		if !slices.Equal(starts, c.starts) || machines != c.machines {
			t.Errorf("%v, %v: starts %v on %d machines, want %v on %d", c.placer, c.order, starts, machines, c.starts, c.machines)
		}
	}
}
