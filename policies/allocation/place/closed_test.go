package place

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestFailedMachinesAreReplacedAndKept: nothing is placed on a failed machine, and it is not given
// back. Its replicas go to another machine.
func TestFailedMachinesAreReplacedAndKept(t *testing.T) {
	for _, p := range placers {
		f := standing(t, 4) // two replicas on each machine
		f.Fail(1)
		for _, id := range slices.Clone(f.Machine(1).Placed()) {
			f.Lose(id, 0)
		}
		plan := wanted(t, p, f, 4, 0, 0)
		if len(plan.Boot) != 1 || len(plan.Load) != 2 || plan.Stop != nil || plan.Drain != nil {
			t.Errorf("%s: %+v, want one machine with two replicas", p, plan)
		}
		for _, l := range plan.Load {
			if l.Machine == 1 {
				t.Errorf("%s places on the failed machine", p)
			}
		}
		f.Repair(1, 0)
		if plan := wanted(t, p, f, 4, 0, 0); plan.Boot != nil || len(plan.Load) != 2 || plan.Load[0].Machine != fleet.MachineID(1) {
			t.Errorf("%s: %+v, want two replicas on the repaired machine", p, plan)
		}
	}
}

// TestPlansAreLegalWhileMachinesAreLost: the engine accepts every plan, no matter which machines
// fail or are reclaimed between two plans.
func TestPlansAreLegalWhileMachinesAreLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := zonedSpec(t)
		c.Zones[0].Failures = fleet.Failures{MTBF: 100 * time.Second, Repair: 20 * time.Second}
		for k := range c.Types {
			c.Types[k].Failures = fleet.Failures{MTBF: 100 * time.Second, Repair: 20 * time.Second}
			c.Types[k].Maintenance = []fleet.Maintenance{{From: kernel.Time(time.Minute), Until: kernel.Time(2 * time.Minute), Share: 0.5}}
			c.Types[k].Spot = fleet.Spot{Life: 100 * time.Second, Notice: 20 * time.Second}
		}
		replicas := rapid.SliceOfN(rapid.IntRange(0, 12), len(c.Deployments), len(c.Deployments))
		err := engine.Run(context.Background(), sim.Setup{
			Spec: c, Arrivals: &steady{gap: kernel.Time(20 * time.Millisecond), models: len(c.Models), long: rapid.SampledFrom([]float64{1, 5000}).Draw(t, "long")},
			Levers:   sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: wish{func() []int { return replicas.Draw(t, "targets") }, rapid.SampledFrom(placers).Draw(t, "placer")}},
			Duration: 5 * time.Minute, Period: 10 * time.Second, Seed: rapid.Uint64().Draw(t, "seed"),
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
