package routing

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
)

// crew returns a fleet of one model whose deployments have the given capacities. It has no
// replicas.
func crew(tb testing.TB, capacities ...float64) (*fleet.Fleet, *sim.View) {
	tb.Helper()
	latency, err := profile.Linear(0, time.Millisecond, 1)
	if err != nil {
		tb.Fatal(err)
	}
	c := &fleet.Spec{
		Kinds:    []string{"cpu"},
		Types:    []fleet.MachineType{{Name: "box", Cores: 1 << 20, Memory: 1, Max: 1}},
		Models:   []fleet.Model{{Name: "m", Variants: []fleet.VariantID{0}, QueueLimit: -1}},
		Variants: []fleet.Variant{{Name: "v"}},
	}
	for _, capacity := range capacities {
		c.Deployments = append(c.Deployments, fleet.Deployment{
			Need: fleet.Resources{Cores: 1}, Latency: latency, MaxBatch: 1, Slots: 1, Capacity: capacity,
		})
	}
	f := fleet.New(c)
	on, err := f.Order(0, 0, 0)
	if err != nil {
		tb.Fatal(err)
	}
	f.Boot(on)
	return f, sim.ViewOf(f, 0)
}

// hire adds a ready replica of a deployment.
func hire(tb testing.TB, f *fleet.Fleet, d fleet.DeploymentID) fleet.ReplicaID {
	tb.Helper()
	at, err := f.Place(d, 0, 0, 0)
	if err != nil {
		tb.Fatal(err)
	}
	f.MakeReady(at, 0)
	return at
}

// sequence returns the choices of a router for n requests. No replica gets the requests.
func sequence(p sim.Router, v *sim.View, n int) (list []fleet.ReplicaID) {
	for range n {
		list = append(list, p.Route(v, &fleet.Request{}))
	}
	return list
}

// TestWeightsFiveOneOneAreServedSmoothly is the example that nginx gives for its rule.
func TestWeightsFiveOneOneAreServedSmoothly(t *testing.T) {
	f, v := crew(t, 5, 1)
	hire(t, f, 0)
	hire(t, f, 1)
	hire(t, f, 1)
	want := []fleet.ReplicaID{0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0}
	if got := sequence(NewWeightedRoundRobin(), v, 14); !slices.Equal(got, want) {
		t.Errorf("sequence %v, want %v", got, want)
	}
}

func TestEqualWeightsAreServedInTurn(t *testing.T) {
	f, v := crew(t, 2)
	for range 4 {
		hire(t, f, 0)
	}
	if got, want := sequence(NewWeightedRoundRobin(), v, 9), sequence(NewRoundRobin(), v, 9); !slices.Equal(got, want) {
		t.Errorf("sequence %v, round-robin says %v", got, want)
	}
}

// literal follows the rule word for word: every score rises, and the replica with the highest score
// pays.
type literal map[fleet.ReplicaID]int64

func (l literal) route(v *sim.View) fleet.ReplicaID {
	ready := map[fleet.ReplicaID]bool{}
	best, total := fleet.NoReplica, int64(0)
	for i := range v.Ready(0) {
		at := v.ReadyAt(0, i)
		ready[at] = true
		weight := max(1, int64(v.Deployment(at).Capacity*1000+0.5))
		l[at] += weight
		total += weight
		if best == fleet.NoReplica || l[at] > l[best] || l[at] == l[best] && at < best {
			best = at
		}
	}
	for at := range l {
		if !ready[at] {
			delete(l, at)
		}
	}
	if best != fleet.NoReplica {
		l[best] -= total
	}
	return best
}

// TestWeightedRoundRobinIsTheLiteralRule compares the router with literal while replicas come and
// go.
func TestWeightedRoundRobinIsTheLiteralRule(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		capacities := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.3, 1, 2.5, 7, 123.456}), 1, 4).Draw(rt, "capacities")
		f, v := crew(t, capacities...)
		p, plain := NewWeightedRoundRobin(), literal{}
		for range rapid.IntRange(1, 100).Draw(rt, "steps") {
			switch ready := f.ReadyReplicas(0); rapid.IntRange(0, 9).Draw(rt, "operation") {
			case 0, 1:
				hire(t, f, fleet.DeploymentID(rapid.IntRange(0, len(capacities)-1).Draw(rt, "deployment")))
			case 2:
				if len(ready) > 0 {
					if err := f.Drain(rapid.SampledFrom(ready).Draw(rt, "who"), 0); err != nil {
						rt.Fatal(err)
					}
				}
			}
			if got, want := p.Route(v, &fleet.Request{}), plain.route(v); got != want {
				rt.Fatalf("replica %d, the literal rule says %d", got, want)
			}
		}
	})
}

func TestScoresStayExactForEver(t *testing.T) {
	f, v := crew(t, 5, 3, 1)
	for d := range fleet.DeploymentID(3) {
		hire(t, f, d)
	}
	p, q := NewWeightedRoundRobin(), NewWeightedRoundRobin()
	sequence(p, v, 9)
	sequence(q, v, 9)
	for i := range q.models[0].groups { // near the bound exact, as after a long run
		g := &q.models[0].groups[i]
		g.rise += exact - 7000
		for j := range g.line {
			g.line[j].paid += exact - 7000
		}
	}
	if got, want := sequence(q, v, 40), sequence(p, v, 40); !slices.Equal(got, want) {
		t.Errorf("sequence %v after ages, %v before", got, want)
	}
	for _, g := range q.models[0].groups {
		if g.rise >= exact {
			t.Errorf("deployment %d counts up to %v", g.deployment, g.rise)
		}
	}
}
