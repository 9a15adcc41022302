package metrics

import (
	"math"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// seconds is an instant.
func seconds(s float64) kernel.Time { return kernel.Time(s * float64(time.Second)) }

// TestTheImbalanceIsThatOfWholePeriods has a model m with replicas 0 and 1, which serve 10/s each,
// and 2, which serves 20/s. Periods are 10 s long; the first is not measured.
//
// In the second period, 0 and 1 start 3 and 1 requests: loads of 0.3 and 0.1, mean 0.2, deviation
// 0.1. Replica 2 begins in it, so it does not count. In the third, the three start 1, 1 and 4:
// loads of 0.1, 0.1 and 0.2. In the fourth, 1 drains, and 0 and 2 are even. In the last, 2 is
// alone.
func TestTheImbalanceIsThatOfWholePeriods(t *testing.T) {
	c := &fleet.Spec{Models: []fleet.Model{{Name: "m"}, {Name: "n"}}, Deployments: []fleet.Deployment{{Capacity: 10}, {Capacity: 20}, {Model: 1, Capacity: 1}}}
	b := NewBalance(c, MeasuredSpan{From: seconds(10), Until: seconds(60), Period: 10 * time.Second})
	tell := func(kind sim.FactKind, at float64, model fleet.ModelID, d fleet.DeploymentID, r fleet.ReplicaID) {
		b.Observe(&sim.Fact{Kind: kind, At: seconds(at), Model: model, Deployment: d, Replica: r})
	}
	start := func(at float64, replicas ...fleet.ReplicaID) {
		for _, r := range replicas {
			b.start(&sim.Fact{Kind: sim.RequestStarted, At: seconds(at), Replica: r})
		}
	}
	tell(sim.ReplicaReady, 0, 0, 0, 0)
	tell(sim.ReplicaReady, 0, 0, 0, 1)
	tell(sim.ReplicaReady, 0, 1, 2, 3)
	start(5, 0, 0, 0, 0, 0, 0, 3)
	start(12, 0, 0, 0, 1)
	tell(sim.ReplicaReady, 13, 0, 1, 2)
	start(19, 2, 2, 2, 3)
	start(20, 0, 1, 2, 2, 2, 2)
	tell(sim.ReplicaDraining, 35, 0, 0, 1)
	start(36, 1, 0, 2, 2)
	tell(sim.ReplicaDraining, 40, 0, 0, 0)
	start(50, 2)
	tell(sim.Ended, 60, 0, 0, 0)

	// weights: 4, 6 and 3 requests; 2 replicas of n are never there
	third := 0.4 / 3
	want := map[string]float64{
		"all imbalance":    (4*1.5 + 6*0.2/third + 3*1) / 13,
		"all imbalance_cv": (4*0.5 + 6*math.Sqrt((2*math.Pow(0.1-third, 2)+math.Pow(0.2-third, 2))/3)/third + 0) / 13,
	}
	want["m imbalance"], want["m imbalance_cv"] = want["all imbalance"], want["all imbalance_cv"]
	got := b.Measures()
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, m := range got {
		if w := want[m.Scope+" "+m.Metric]; math.Abs(m.Value-w) > 1e-12 {
			t.Errorf("%s %s: got %v, want %v", m.Scope, m.Metric, m.Value, w)
		}
	}
}

// TestARunWithoutTwoReplicasHasNoImbalance also has no period.
func TestARunWithoutTwoReplicasHasNoImbalance(t *testing.T) {
	c := &fleet.Spec{Models: []fleet.Model{{Name: "m"}}, Deployments: []fleet.Deployment{{Capacity: 10}}}
	for _, period := range []time.Duration{0, 10 * time.Second} {
		b := NewBalance(c, MeasuredSpan{Until: seconds(30), Period: period})
		b.Observe(&sim.Fact{Kind: sim.ReplicaReady})
		b.start(&sim.Fact{Kind: sim.RequestStarted, At: seconds(5)})
		b.Observe(&sim.Fact{Kind: sim.Ended, At: seconds(30)})
		if got := b.Measures(); len(got) != 0 {
			t.Errorf("got %v", got)
		}
	}
}
