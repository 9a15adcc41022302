package policytest

import (
	"slices"
	"testing"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Router tests a router on a fleet whose replicas load, become ready, drain and finish:
//   - it chooses a ready replica of the request's model, or lets the request wait,
//   - no request waits while a ready replica is idle,
//   - no request waits while a replica is ready, unless the router keeps requests back
//     (sim.Retaining),
//   - two routers from the same constructor choose alike,
//   - a choice allocates nothing.
func Router(t *testing.T, make func() (sim.Router, error)) {
	first, second := play(t, make), play(t, make)
	if !slices.Equal(first, second) {
		t.Errorf("two routers from the same constructor chose differently:\n%v\n%v", first, second)
	}
	p, err := make()
	if err != nil {
		t.Fatal(err)
	}
	f := readyFleet(t)
	v := sim.ViewOf(f, 0)
	r := &fleet.Request{Model: 1}
	p.Route(v, r)
	if n := testing.AllocsPerRun(50, func() { p.Route(v, r) }); n != 0 {
		t.Errorf("%v allocations per choice", n)
	}
}

// readyFleet returns a fleet on large machines of Mixed. Each model has three ready replicas, one
// that drains and one that loads.
func readyFleet(t *testing.T) *fleet.Fleet {
	t.Helper()
	f := fleet.New(Mixed())
	for _, d := range []fleet.DeploymentID{1, 4, 1, 4, 1, 4, 1, 4, 1, 4} {
		must(t, stand(f, d))
	}
	for id := range fleet.ReplicaID(8) {
		f.MakeReady(id, 0)
	}
	must(t, f.Drain(0, 0))
	must(t, f.Drain(1, 0))
	return f
}

// Ready returns the view of a fleet of Mixed with so many ready replicas of its deployment 1, which
// serve the model 0.
func Ready(t testing.TB, n int) *sim.View {
	t.Helper()
	c := Mixed()
	c.Types[c.Deployments[1].Type].Max = n
	f := fleet.New(c)
	for id := range fleet.ReplicaID(n) {
		if err := stand(f, 1); err != nil {
			t.Fatal(err)
		}
		f.MakeReady(id, 0)
	}
	return sim.ViewOf(f, 0)
}

// stand places a replica on the first machine with room. If there is none, it orders a machine.
func stand(f *fleet.Fleet, d fleet.DeploymentID) error {
	for _, on := range f.Live() {
		if f.CanPlace(d, on, 0) == nil {
			_, err := f.Place(d, on, 0, 0)
			return err
		}
	}
	on, err := f.Order(f.Spec().Deployments[d].Type, 0, 0)
	if err != nil {
		return err
	}
	f.Boot(on)
	_, err = f.Place(d, on, 0, 0)
	return err
}

// play routes requests through a changing fleet and returns the choices.
func play(t *testing.T, make func() (sim.Router, error)) (chosen []fleet.ReplicaID) {
	t.Helper()
	p, err := make()
	if err != nil {
		t.Fatal(err)
	}
	f := readyFleet(t)
	v := sim.ViewOf(f, 0)
	for step := range 200 {
		r := &fleet.Request{Model: fleet.ModelID(step % 2), Work: 1}
		to := p.Route(v, r)
		chosen = append(chosen, to)
		switch ready := f.ReadyReplicas(r.Model); {
		case to != fleet.NoReplica && !slices.Contains(ready, to):
			t.Fatalf("step %d: replica %d is not a ready replica of model %d, these are: %v", step, to, r.Model, ready)
		case to != fleet.NoReplica:
			id, _ := f.Admit(r)
			f.Give(id, to)
		case slices.ContainsFunc(ready, func(at fleet.ReplicaID) bool { return f.Replica(at).Held() == 0 }):
			t.Fatalf("step %d: the request waits while a ready replica is idle", step)
		case len(ready) > 0 && !sim.KeepsBack(p):
			t.Fatalf("step %d: the request waits while replicas are ready; let the router implement sim.Retaining", step)
		}
		turn(t, f, step)
	}
	return chosen
}

// turn changes the fleet after a step: every third step a replica serves its requests, and some
// steps change which replicas are ready.
func turn(t *testing.T, f *fleet.Fleet, step int) {
	t.Helper()
	if active := f.Active(); step%3 == 2 {
		at := active[step/3%len(active)]
		if n := f.Replica(at).Queued(); n > 0 {
			first, _ := f.Start(at, n)
			f.Finish(at, n, 0)
			for id, ok := first, true; ok; {
				next, more := f.NextMember(id)
				f.Forget(id)
				id, ok = next, more
			}
		}
	}
	switch step {
	case 60:
		f.MakeReady(8, 0)
		f.MakeReady(9, 0)
	case 120:
		for _, id := range []fleet.ReplicaID{2, 3, 4, 5, 6, 7} {
			must(t, f.Drain(id, 0))
		}
	case 160:
		must(t, f.Drain(8, 0))
		must(t, f.Drain(9, 0))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
