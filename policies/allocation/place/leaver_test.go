package place

import (
	"slices"
	"testing"
	"time"

	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
)

// alone returns a fleet on the specification of policytest.Pair with ready replicas of one@cheap,
// each on its own machine. The parameter machines is the number of machines that can be rented.
func alone(t *testing.T, replicas, machines int) *fleet.Fleet {
	t.Helper()
	c := policytest.Pair()
	c.Types[0].Max = machines
	return simtest.Ready(t, c, replicas)
}

// give gives a replica requests, and lets one of them be served for a time.
func give(f *fleet.Fleet, at fleet.ReplicaID, n int, lasts time.Duration) {
	for range n {
		id, _ := f.Admit(&fleet.Request{Work: 1})
		f.Give(id, at)
	}
	f.Start(at, 1)
	f.Occupy(at, kernel.Time(lasts))
}

// at returns the plan of BestFit for a fleet at an instant, for targets without demand.
func at(t *testing.T, f *fleet.Fleet, now time.Duration, replicas ...int) sim.Plan {
	t.Helper()
	v := sim.ViewOf(f, kernel.Time(now))
	plan, err := BestFit{}.Place(v, aim(v, replicas, make([]float64, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestTheVictimIsIdle: one of six replicas, two on each machine, has a request of 40 minutes. The
// scale-down comes at 1.6 s. No matter which replica has the request, idle ones are removed and
// their machines are released, so that no third machine has to be paid.
func TestTheVictimIsIdle(t *testing.T) {
	for busy := range fleet.ReplicaID(6) {
		f := standing(t, 6)
		give(f, busy, 1, 40*time.Minute)
		plan := at(t, f, 1600*time.Millisecond, 4, 0, 0)
		if len(plan.Drain) != 2 || slices.Contains(plan.Drain, busy) || len(plan.Stop) != 1 {
			t.Errorf("replica %d is busy: drain %v, stop %v; one machine with two idle replicas was to go", busy, plan.Drain, plan.Stop)
		}
		plan = at(t, f, 1600*time.Millisecond, 1, 0, 0)
		if len(plan.Drain) != 5 || slices.Contains(plan.Drain, busy) || len(plan.Stop) != 2 {
			t.Errorf("replica %d is busy: drain %v, stop %v; all others were to go", busy, plan.Drain, plan.Stop)
		}
	}
}

// TestLeastIsLostWithWhoGoesFirst: each replica has its own machine. Replicas that were never ready
// are removed first, then idle ones, then those with the fewest unfinished requests. Replicas whose
// work outlasts the period come last.
func TestLeastIsLostWithWhoGoesFirst(t *testing.T) {
	f := alone(t, 6, 7)
	give(f, 0, 3, time.Second)
	give(f, 2, 5, time.Second)
	give(f, 3, 1, 10*time.Minute)
	give(f, 5, 2, time.Second)
	on, err := f.Order(0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Boot(on)
	loading, err := f.Place(0, on, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	plan := at(t, f, time.Millisecond, 0, 0, 0)
	if want := []fleet.ReplicaID{loading, 4, 1, 5, 0, 2, 3}; !slices.Equal(plan.Drain, want) {
		t.Errorf("drain %v, want %v", plan.Drain, want)
	}
}

// TestWorkThatLastsGoesByItsCount: if all replicas have work that outlasts the period, the one with
// the fewest unfinished requests is removed first, however full its machine is.
func TestWorkThatLastsGoesByItsCount(t *testing.T) {
	f := standing(t, 5) // the last replica is alone on machine 2
	for id, n := range []int{3, 1, 2, 4, 5} {
		give(f, fleet.ReplicaID(id), n, time.Hour)
	}
	if plan := at(t, f, time.Second, 2, 0, 0); !slices.Equal(plan.Drain, []fleet.ReplicaID{1, 2, 0}) {
		t.Errorf("drain %v", plan.Drain)
	}
}

// TestShortWorkDoesNotScatterReplicas: replicas that drain soon are removed from the machine that
// this empties, whether they are idle or not. If two are on one machine, the idle one is removed
// first.
func TestShortWorkDoesNotScatterReplicas(t *testing.T) {
	f := standing(t, 5)
	give(f, 4, 2, time.Second)
	if plan := at(t, f, time.Millisecond, 4, 0, 0); !slices.Equal(plan.Drain, []fleet.ReplicaID{4}) || !slices.Equal(plan.Stop, []fleet.MachineID{2}) {
		t.Errorf("drain %v, stop %v: machine 2 was to become free", plan.Drain, plan.Stop)
	}
	f = standing(t, 4)
	give(f, 3, 1, time.Second)
	if plan := at(t, f, time.Millisecond, 3, 0, 0); !slices.Equal(plan.Drain, []fleet.ReplicaID{2}) {
		t.Errorf("drain %v: the idle one of the newest machine was to go", plan.Drain)
	}
}
