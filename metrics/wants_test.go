package metrics

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestWantsAreThoseAtTheBeginningsOfPeriods has two fleets. One has a second replica from 15 s on,
// the other from 25 s on. That replica drains at 40 s, and is lost later. So the fleets agree at
// 10, 30 and 40 s and later. The run takes 60 s, and its first 10 s are not measured.
func TestWantsAreThoseAtTheBeginningsOfPeriods(t *testing.T) {
	c := &fleet.Spec{Deployments: make([]fleet.Deployment, 2)}
	seen := func(second int) []uint64 {
		w := NewWants(c, MeasuredSpan{From: kernel.Time(10 * time.Second), Until: kernel.Time(60 * time.Second)}, 10*time.Second)
		tell := func(kind sim.FactKind, seconds int, d fleet.DeploymentID, r fleet.ReplicaID) {
			w.Observe(&sim.Fact{Kind: kind, At: kernel.Time(time.Duration(seconds) * time.Second), Deployment: d, Replica: r})
		}
		tell(sim.ReplicaLoading, 0, 0, 0)
		tell(sim.ReplicaLoading, second, 1, 1)
		tell(sim.ReplicaDraining, 40, 1, 1)
		tell(sim.ReplicaLost, 45, 1, 1)
		tell(sim.HorizonReached, 60, -1, -1)
		return w.Seen()
	}
	one, other := seen(15), seen(25)
	if len(one) != 5 || len(other) != 5 {
		t.Fatalf("%d and %d instants, want 5", len(one), len(other))
	}
	for i, want := range []bool{true, false, true, true, true} {
		if got := one[i] == other[i]; got != want {
			t.Errorf("at %d s they agree: %v, want %v", 10*(i+1), got, want)
		}
	}
	if one[0] != one[3] || one[0] == one[1] {
		t.Error("a replica that drains is wanted, or one that is loaded is not")
	}
}
