package routing

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
)

// stage returns a fleet of n ready replicas of one model. Each serves batches of at most batch
// requests.
func stage(tb testing.TB, n, batch int) (*fleet.Fleet, *sim.View) {
	tb.Helper()
	latency, err := profile.Linear(time.Millisecond, time.Millisecond, batch)
	if err != nil {
		tb.Fatal(err)
	}
	c := &fleet.Spec{
		Kinds:    []string{"cpu"},
		Types:    []fleet.MachineType{{Name: "box", Cores: n, Memory: 1, Max: 1}},
		Models:   []fleet.Model{{Name: "m", Variants: []fleet.VariantID{0}, QueueLimit: -1}},
		Variants: []fleet.Variant{{Name: "v"}},
		Deployments: []fleet.Deployment{{
			Name: "v@box", Need: fleet.Resources{Cores: 1}, Latency: latency, MaxBatch: batch, Slots: 1, Capacity: 1,
		}},
	}
	f := fleet.New(c)
	on, err := f.Order(0, 0, 0)
	if err != nil {
		tb.Fatal(err)
	}
	f.Boot(on)
	for range n {
		at, err := f.Place(0, on, 0, 0)
		if err != nil {
			tb.Fatal(err)
		}
		f.MakeReady(at, 0)
	}
	return f, sim.ViewOf(f, 0)
}

// give queues one request at each listed replica; a replica listed twice gets two.
func give(f *fleet.Fleet, to ...fleet.ReplicaID) {
	for _, at := range to {
		id, _ := f.Admit(&fleet.Request{})
		f.Give(id, at)
	}
}

// made returns a function that unwraps a router, and fails the test if there is an error.
func made(tb testing.TB) func(sim.Router, error) sim.Router {
	return func(p sim.Router, err error) sim.Router {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return p
	}
}

// everyRouter returns a constructor for each router of the package, some with several settings.
func everyRouter(tb testing.TB) []func() sim.Router {
	tb.Helper()
	return []func() sim.Router{
		func() sim.Router { return NewRoundRobin() },
		func() sim.Router { return NewWeightedRoundRobin() },
		func() sim.Router { return NewRandom(1, 0) },
		func() sim.Router { return NewLeastOutstanding() },
		func() sim.Router { return NewShortestQueue() },
		func() sim.Router { return made(tb)(NewPowerOfTwo(DefaultChoices, false, 1, 0)) },
		func() sim.Router { return NewIdleQueue(1, 0) },
		func() sim.Router { return NewWorkLeft() },
		func() sim.Router { return made(tb)(NewPeakEWMA(DefaultDecay)) },
		func() sim.Router { return NewCapacityWeighted() },
		func() sim.Router { return made(tb)(NewIndexPacking(0, false)) },
		func() sim.Router { return made(tb)(NewIndexPacking(0, true)) },
		func() sim.Router { return made(tb)(NewConsistentHashing(DefaultBound)) },
		func() sim.Router { return made(tb)(NewSessionAffinity(DefaultImbalance, DefaultSessions)) },
		func() sim.Router { return NewCentralQueue() },
	}
}

func TestRoundRobinVisitsAllAndKeepsItsTurnPerModel(t *testing.T) {
	f, v := stage(t, 3, 1)
	p := NewRoundRobin()
	route := func() fleet.ReplicaID { return p.Route(v, &fleet.Request{}) }
	for _, want := range []fleet.ReplicaID{0, 1, 2, 0} {
		if got := route(); got != want {
			t.Fatalf("replica %d, want %d", got, want)
		}
	}
	if err := f.Drain(0, 0); err != nil { // 1 and 2 remain; the next position is 1
		t.Fatal(err)
	}
	for _, want := range []fleet.ReplicaID{2, 1, 2} {
		if got := route(); got != want {
			t.Fatalf("replica %d after a drain, want %d", got, want)
		}
	}
}

func TestLeastOutstandingTakesTheLowestOfEqualReplicas(t *testing.T) {
	f, v := stage(t, 4, 8)
	p := NewLeastOutstanding()
	for _, want := range []fleet.ReplicaID{0, 1, 2, 3, 0} {
		got := p.Route(v, &fleet.Request{})
		if got != want {
			t.Fatalf("replica %d, want %d", got, want)
		}
		give(f, got)
	}
}

func TestPowerOfTwoWithoutReplacementOfAllIsLeastOutstanding(t *testing.T) {
	f, v := stage(t, 5, 8)
	give(f, 0, 0, 1, 1, 1, 2, 3, 3, 4, 4) // replica 2 has the fewest
	p, err := NewPowerOfTwo(9, false, 7, 3)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if got := p.Route(v, &fleet.Request{}); got != 2 {
			t.Fatalf("replica %d, want 2", got)
		}
	}
}

func TestPowerOfTwoSamplesPairsUniformly(t *testing.T) {
	for _, replacement := range []bool{false, true} {
		f, v := stage(t, 4, 8)
		for at := range fleet.ReplicaID(4) { // replica k has k requests: the lowest identity wins
			for range at {
				give(f, at)
			}
		}
		p, err := NewPowerOfTwo(2, replacement, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		const draws = 40000
		var hits [4]float64
		for range draws {
			hits[p.Route(v, &fleet.Request{})]++
		}
		// Of the 6 pairs of different replicas, 3-k have k as their lowest. Of the 16 pairs with
		// replacement, 2(3-k)+1 have k as their lowest.
		for k, n := range hits {
			want := float64(3-k) / 6
			if replacement {
				want = float64(2*(3-k)+1) / 16
			}
			if got := n / draws; got < want-0.01 || got > want+0.01 {
				t.Errorf("replacement %v: replica %d chosen in %.3f of draws, want %.3f", replacement, k, got, want)
			}
		}
	}
}

func TestPowerOfTwoRefusesImpossibleSamples(t *testing.T) {
	for _, choices := range []int{-1, 0, maxChoices + 1} {
		if _, err := NewPowerOfTwo(choices, false, 0, 0); err == nil {
			t.Errorf("%d choices accepted", choices)
		}
	}
}

func TestCentralQueueLetsRequestsWaitWhileAllReplicasAreBusy(t *testing.T) {
	f, v := stage(t, 2, 2)
	p := NewCentralQueue()
	give(f, 0)
	if got := p.Route(v, &fleet.Request{}); got != 1 {
		t.Fatalf("replica %d, want the empty one", got)
	}
	give(f, 0, 1, 1)
	if got := p.Route(v, &fleet.Request{}); got != fleet.NoReplica {
		t.Fatalf("replica %d, but both have a full batch queued", got)
	}
	f.Start(0, 2)
	if got := p.Route(v, &fleet.Request{}); got != fleet.NoReplica {
		t.Fatalf("replica %d, but none has a free slot", got)
	}
	f.Finish(0, 2, 0)
	if got := p.Route(v, &fleet.Request{}); got != 0 {
		t.Fatalf("replica %d, want the one that finished", got)
	}
}

func TestRequestsWaitWhileNoReplicaIsReady(t *testing.T) {
	f, v := stage(t, 1, 1)
	if err := f.Drain(0, 0); err != nil {
		t.Fatal(err)
	}
	for _, make := range everyRouter(t) {
		p := make()
		if got := p.Route(v, &fleet.Request{}); got != fleet.NoReplica {
			t.Errorf("%s: replica %d of none", p, got)
		}
	}
}

func TestRoutingAllocatesNothing(t *testing.T) {
	for _, make := range everyRouter(t) {
		m := newMill(t, make(), 50)
		for range 5_000 {
			m.turn(40)
		}
		if n := testing.AllocsPerRun(1000, func() { m.turn(40) }); n != 0 {
			t.Errorf("%s: %v allocations per request", m.p, n)
		}
	}
}
