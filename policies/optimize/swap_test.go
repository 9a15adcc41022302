package optimize

import "testing"

// TestSwapsMakeSolutionsBetter: of the covers of 60 random fleets, swaps make some better and none
// worse.
func TestSwapsMakeSolutionsBetter(t *testing.T) {
	better := 0
	for seed := range uint64(60) {
		p := randomFleet(seed)
		x := newIndex(p)
		before := x.cover(false, "cover")
		after := x.swap(before, "cover")
		if err := Verify(p, after); err != nil {
			t.Fatalf("fleet %d: %v", seed, err)
		}
		if before.better(&after) && !near(before.Objective, after.Objective) {
			t.Errorf("fleet %d: %v becomes %v", seed, before.Objective, after.Objective)
		}
		if after.better(&before) && !near(before.Objective, after.Objective) {
			better++
		}
	}
	if t.Logf("%d of 60 covers are better", better); better == 0 {
		t.Error("no cover is better")
	}
}

// Two machines of 10 replicas at 6 $/h hold 12 replicas, so the second is nearly empty. A machine
// of 2 replicas at 3 $/h is too small for a cover by density, but serves the rest.
func TestALargeMachineForALittleIsSwapped(t *testing.T) {
	p := Problem{
		Demand: []float64{12}, Penalty: 1000,
		Types: []HostType{{Price: 6, Max: 4, Host: []int64{10}}, {Price: 3, Max: 4, Host: []int64{2}}},
		Configurations: []Configuration{
			{Type: 0, Capacity: 1, Host: []int64{1}},
			{Type: 1, Capacity: 1, Host: []int64{1}},
		},
	}
	x := newIndex(p)
	found := x.swap(x.complete([]int{12, 0}, nil, false, "large"), "large")
	if found.Objective != 9 || found.Machines[0] != 1 || found.Machines[1] != 1 {
		t.Errorf("%v for %v, want 9 for one machine of each type", found.Objective, found.Machines)
	}
}
