package place

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// using returns the plan for a fleet that uses spare room. Both models of the pair have a demand.
func using(t *testing.T, f *fleet.Fleet, demand []float64, replicas ...int) sim.Plan {
	t.Helper()
	v := sim.ViewOf(f, 0)
	targets := aim(v, replicas, demand)
	targets.UseSpare = true
	plan, err := BestFit{}.Place(v, targets)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestSpareRoomGoesToTheModelWithTheLeastSpareCapacity: two replicas fit on a machine. Three are
// wanted, so one more fits.
func TestSpareRoomGoesToTheModelWithTheLeastSpareCapacity(t *testing.T) {
	for _, c := range []struct {
		demand []float64
		want   []int // loads per deployment
	}{
		{[]float64{19, 5}, []int{3, 0, 1}}, // 20 of 19 and 10 of 5
		{[]float64{15, 9}, []int{2, 0, 2}}, // 20 of 15 and 10 of 9
		{[]float64{15, 0}, []int{3, 0, 1}}, // a model without demand needs no more
		{[]float64{0, 0}, []int{2, 0, 1}},
	} {
		plan := using(t, fleet.New(policytest.Pair()), c.demand, 2, 0, 1)
		loads := make([]int, 3)
		for _, l := range plan.Load {
			loads[l.Deployment]++
		}
		if !slices.Equal(loads, c.want) || len(plan.Boot) != 2 {
			t.Errorf("demand %v: loads %v, want %v, on %d machines", c.demand, loads, c.want, len(plan.Boot))
		}
	}
}

// TestSurplusStaysOnMachinesThatAreKept: five replicas are on three machines, and two are wanted.
// One machine is enough. Of four wanted, the fifth is alone on its machine and leaves.
func TestSurplusStaysOnMachinesThatAreKept(t *testing.T) {
	plan := using(t, standing(t, 5), []float64{9, 0}, 1, 0, 0)
	if len(plan.Drain) != 3 || len(plan.Stop) != 2 || len(plan.Load) != 0 {
		t.Errorf("drain %v, stop %v, load %v: one machine with its two replicas was to stay", plan.Drain, plan.Stop, plan.Load)
	}
	plan = using(t, standing(t, 5), []float64{35, 0}, 4, 0, 0)
	if !slices.Equal(plan.Drain, []fleet.ReplicaID{4}) || !slices.Equal(plan.Stop, []fleet.MachineID{2}) || len(plan.Load) != 0 {
		t.Errorf("drain %v, stop %v, load %v", plan.Drain, plan.Stop, plan.Load)
	}
}

// TestSurplusLeavesWhenItsRoomIsNeeded: a machine has two replicas of the first model. One of each
// model is wanted now.
func TestSurplusLeavesWhenItsRoomIsNeeded(t *testing.T) {
	plan := using(t, standing(t, 2), []float64{9, 9}, 1, 0, 1)
	if len(plan.Drain) != 1 || len(plan.Boot) != 0 || len(plan.Load) != 1 || plan.Load[0].Deployment != 2 {
		t.Errorf("drain %v, boot %v, load %v", plan.Drain, plan.Boot, plan.Load)
	}
}

// TestSpareRoomDoesNotMakeAnswersLessAccurate: the deployment on the machine with spare room has a
// less accurate variant than another replica of the model.
func TestSpareRoomDoesNotMakeAnswersLessAccurate(t *testing.T) {
	c := policytest.Pair()
	c.Variants[0].Accuracy = 70
	c.Variants = append(c.Variants, fleet.Variant{Name: "one-large", Accuracy: 80})
	c.Models[0].Variants = append(c.Models[0].Variants, 2)
	c.Deployments[1].Variant = 2
	plan := using(t, fleet.New(c), []float64{55, 0}, 1, 1, 0)
	if len(plan.Load) != 2 {
		t.Errorf("load %v: only the wanted replicas were expected", plan.Load)
	}
}

// TestSpareRoomCostsNoMachine: with any fleet and any targets, a plan that uses spare room orders
// and stops the same machines, loads everything that the other plan loads, and drains nothing else.
func TestSpareRoomCostsNoMachine(t *testing.T) {
	more := 0
	rapid.Check(t, func(t *rapid.T) {
		c := randomSpec(t)
		f := scattered(t, c)
		v := sim.ViewOf(f, 0)
		numbers := rapid.SliceOfN(rapid.IntRange(0, 6), len(c.Deployments), len(c.Deployments)).Draw(t, "replicas")
		demand := rapid.SliceOfN(rapid.Float64Range(0, 900), len(c.Models), len(c.Models)).Draw(t, "demand")
		place := func(use bool) sim.Plan {
			targets := aim(v, numbers, demand)
			targets.UseSpare = use
			plan, err := BestFit{}.Place(v, targets)
			if err != nil {
				t.Fatal(err)
			}
			return plan
		}
		plain, used := place(false), place(true)
		if !slices.Equal(plain.Boot, used.Boot) || !slices.Equal(plain.Stop, used.Stop) {
			t.Fatalf("boots %v and stops %v become %v and %v", plain.Boot, plain.Stop, used.Boot, used.Stop)
		}
		if n := len(plain.Load); len(used.Load) < n || !slices.Equal(plain.Load, used.Load[:n]) {
			t.Fatalf("loads %v become %v", plain.Load, used.Load)
		}
		for _, id := range used.Drain {
			if !slices.Contains(plain.Drain, id) {
				t.Fatalf("replica %d drains only if spare room is used", id)
			}
		}
		for m, capacity := range plain.Capacity {
			if used.Capacity[m] < capacity {
				t.Fatalf("capacities %v become %v", plain.Capacity, used.Capacity)
			}
		}
		more += len(used.Load) - len(plain.Load)
		enact(t, f, used)
	})
	if more == 0 {
		t.Error("no case used any spare room")
	}
}
