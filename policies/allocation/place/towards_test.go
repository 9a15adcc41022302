package place

import (
	"slices"
	"testing"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// standing returns a fleet on the specification of policytest.Pair with ready replicas of
// one@cheap, two on each machine.
func standing(t *testing.T, replicas int) *fleet.Fleet {
	t.Helper()
	f := fleet.New(policytest.Pair())
	for id := range replicas {
		if id%2 == 0 {
			on, err := f.Order(0, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			f.Boot(on)
		}
		at, err := f.Place(0, fleet.MachineID(id/2), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.MakeReady(at, 0)
	}
	return f
}

// wanted returns the plan of a placer for a fleet, for targets without demand.
func wanted(t *testing.T, p allocation.Placer, f *fleet.Fleet, replicas ...int) sim.Plan {
	t.Helper()
	v := sim.ViewOf(f, 0)
	plan, err := p.Place(v, aim(v, replicas, make([]float64, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestSurplusLeavesTheEmptiestMachine(t *testing.T) {
	f := standing(t, 5) // the last replica is alone on machine 2
	plan := wanted(t, BestFit{}, f, 4, 0, 0)
	if !slices.Equal(plan.Drain, []fleet.ReplicaID{4}) || !slices.Equal(plan.Stop, []fleet.MachineID{2}) {
		t.Errorf("drain %v, stop %v", plan.Drain, plan.Stop)
	}
	plan = wanted(t, BestFit{}, f, 2, 0, 0)
	if len(plan.Drain) != 3 || len(plan.Stop) != 2 {
		t.Errorf("drain %v, stop %v: three replicas were to leave two machines", plan.Drain, plan.Stop)
	}
}

func TestLoadingReplicasLeaveFirst(t *testing.T) {
	f := standing(t, 3)
	loading, err := f.Place(0, 1, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if plan := wanted(t, BestFit{}, f, 3, 0, 0); !slices.Equal(plan.Drain, []fleet.ReplicaID{loading}) || plan.Stop != nil {
		t.Errorf("drain %v, stop %v", plan.Drain, plan.Stop)
	}
}

func TestReplicasStayUntilTheirReplacementIsReady(t *testing.T) {
	f := standing(t, 4)
	plan := wanted(t, BestFit{}, f, 0, 1, 0) // one replica of 50/s replaces those of 10/s
	if plan.Drain != nil || plan.Stop != nil || len(plan.Load) != 1 || plan.Capacity[0] != 90 {
		t.Fatalf("%+v: all were to stay while the replacement loads", plan)
	}
	on, err := f.Order(1, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Boot(on)
	at, err := f.Place(1, on, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if plan := wanted(t, BestFit{}, f, 0, 1, 0); plan.Drain != nil || plan.Load != nil {
		t.Errorf("%+v: nothing was to change while it loads", plan)
	}
	f.MakeReady(at, 0)
	if plan := wanted(t, BestFit{}, f, 0, 1, 0); len(plan.Drain) != 4 || len(plan.Stop) != 2 || plan.Capacity[0] != 50 {
		t.Errorf("%+v: all four were to leave", plan)
	}
}

func TestReplicasMakeRoomWhereTheirReplacementFindsNone(t *testing.T) {
	f := standing(t, 6) // on all cheap machines that can be rented
	plan := wanted(t, BestFit{}, f, 3, 0, 3)
	if len(plan.Drain) != 3 || len(plan.Load) != 3 || len(plan.Boot) != 0 {
		t.Errorf("%+v: three were to leave for three of the other model", plan)
	}
}

func TestMissingRoomIsAShortfall(t *testing.T) {
	v := sim.ViewOf(fleet.New(policytest.Pair()), 0)
	plan, err := BestFit{}.Place(v, allocation.Targets{Chosen: allocation.Chosen{Replicas: []int{0, 0, 99}}, Each: allocation.Planned{Spec: v.Spec()}.Each(), Demand: []float64{0, 500}, Shortfall: []float64{0, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Capacity[1] != 60 || plan.Shortfall[1] != 440 {
		t.Errorf("capacity %v, shortfall %v of 500", plan.Capacity[1], plan.Shortfall[1])
	}
}

func TestEachPlacerHasItsRule(t *testing.T) {
	f := standing(t, 4)
	for _, id := range []fleet.ReplicaID{0, 1, 3} { // machine 0 is empty, machine 1 half full
		if err := f.Drain(id, 0); err != nil {
			t.Fatal(err)
		}
		f.Remove(id, 0)
	}
	for _, c := range []struct {
		placer allocation.Placer
		on     fleet.MachineID
	}{{BestFit{}, 1}, {FirstFit{}, 0}} {
		plan := wanted(t, c.placer, f, 1, 0, 1)
		if len(plan.Load) != 1 || plan.Load[0].Machine != c.on || plan.Boot != nil {
			t.Errorf("%s: %+v, want machine %d", c.placer, plan.Load, c.on)
		}
	}
}

func TestTargetsOfAnotherSpecAreRefused(t *testing.T) {
	v := sim.ViewOf(fleet.New(policytest.Pair()), 0)
	for _, bad := range []allocation.Targets{
		{Chosen: allocation.Chosen{Replicas: []int{1}}, Demand: make([]float64, 2), Shortfall: make([]float64, 2)},
		{Chosen: allocation.Chosen{Replicas: []int{1, -1, 1}}, Demand: make([]float64, 2), Shortfall: make([]float64, 2)},
		{Chosen: allocation.Chosen{Replicas: []int{1, 1, 1}}},
	} {
		if _, err := (BestFit{}).Place(v, bad); err == nil {
			t.Errorf("%+v accepted", bad)
		}
	}
}

// TestTheFewestMachinesOfATypeAreKept: at least the minimum of a type stays rented. Machines
// without replicas stay for this, the oldest ones, and missing machines are ordered.
func TestTheFewestMachinesOfATypeAreKept(t *testing.T) {
	for least, want := range map[int]struct{ stop, boot int }{0: {2, 0}, 1: {1, 0}, 2: {0, 0}, 3: {0, 1}} {
		f := standing(t, 4) // on two of at most three machines
		f.Spec().Types[0].Min = least
		plan := wanted(t, BestFit{}, f, 0, 0, 0)
		if len(plan.Stop) != want.stop || len(plan.Boot) != want.boot || len(plan.Drain) != 4 {
			t.Errorf("at least %d: %d machines are stopped, %d booted, %d replicas drain; want %+v", least, len(plan.Stop), len(plan.Boot), len(plan.Drain), want)
		}
		if least == 1 && !slices.Equal(plan.Stop, []fleet.MachineID{1}) {
			t.Errorf("machines %v are stopped, not the newest", plan.Stop)
		}
	}
}

// TestReplicasStayWhereTheirLeavingGivesNoRoom: the fast machines are taken and stay taken. So
// model two cannot move to one of them, and keeps its cheap replicas.
func TestReplicasStayWhereTheirLeavingGivesNoRoom(t *testing.T) {
	spec := policytest.Pair()
	moved := spec.Deployments[1]
	moved.Name, moved.Model, moved.Variant = "two@fast", 1, 1
	spec.Deployments = append(spec.Deployments, moved)
	f := fleet.New(spec)
	for _, of := range []fleet.DeploymentID{1, 1, 2} {
		on, err := f.Order(spec.Deployments[of].Type, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.Boot(on)
		at, err := f.Place(of, on, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.MakeReady(at, 0)
	}
	if plan := wanted(t, BestFit{}, f, 0, 2, 0, 1); plan.Drain != nil || plan.Stop != nil {
		t.Errorf("%+v: nothing was to leave", plan)
	}
	if plan := wanted(t, BestFit{}, f, 0, 1, 0, 1); len(plan.Drain) != 1 || plan.Drain[0] > 1 {
		t.Errorf("%+v: a replica of model one was to leave, and that of model two to stay until then", plan)
	}
}
