package policytest

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Admission tests an admission on a fleet that fills up:
//   - the first request of a model with idle ready replicas is admitted,
//   - a request is admitted while no replica is ready,
//   - two admissions from the same constructor decide alike,
//   - a decision allocates nothing, and neither do the facts before and after it.
func Admission(t *testing.T, make func() (sim.Admission, error)) {
	first, err := make()
	must(t, err)
	second, err := make()
	must(t, err)
	f := readyFleet(t)
	for i := range 300 {
		r := requestOf(i)
		admitted := ask(f, first, second, &r)
		if admitted[0] != admitted[1] {
			t.Fatalf("request %d: two admissions from the same constructor decided %v and %v", i, admitted[0], admitted[1])
		}
		if i < 2 && !admitted[0] {
			t.Fatalf("request %d finds idle replicas and is turned away", i)
		}
	}
	empty := fleet.New(Mixed())
	third, err := make()
	must(t, err)
	if !ask(empty, third, third, &fleet.Request{Work: 1})[0] {
		t.Error("the first request is turned away while no replica is ready")
	}
	v := sim.ViewOf(f, kernel.Time(time.Hour))
	r := &fleet.Request{Model: 1, Arrival: v.Now(), Work: 1}
	arrived, rejected := &sim.Fact{Kind: sim.RequestArrived, Request: r}, &sim.Fact{Kind: sim.RequestRejected, Request: r}
	n := testing.AllocsPerRun(50, func() {
		show(first, arrived)
		first.Admit(v, r)
		show(first, rejected)
	})
	if n != 0 {
		t.Errorf("%v allocations per decision", n)
	}
}

// requestOf returns request i of a test. Requests come every millisecond, for two models in turn.
func requestOf(i int) fleet.Request {
	return fleet.Request{Model: fleet.ModelID(i % 2), Arrival: kernel.Time(i) * kernel.Time(time.Millisecond), Ordinal: int64(i), Work: 1}
}

// ask lets a request arrive, shows its arrival to two admissions, and returns what they decide. If
// the first does not admit the request, it is removed. Otherwise it waits for a replica until the
// end.
func ask(f *fleet.Fleet, first, second sim.Admission, r *fleet.Request) [2]bool {
	id, _ := f.Admit(r)
	v := sim.ViewOf(f, r.Arrival)
	var admitted [2]bool
	for i, a := range []sim.Admission{first, second} {
		show(a, &sim.Fact{Kind: sim.RequestArrived, At: r.Arrival, Request: f.Request(id)})
		admitted[i] = a.Admit(v, f.Request(id))
		if !admitted[i] {
			show(a, &sim.Fact{Kind: sim.RequestRejected, At: r.Arrival, Request: f.Request(id)})
		}
	}
	if !admitted[0] {
		f.Abandon(id)
		f.Forget(id)
	}
	return admitted
}

// show lets a lever observe a fact, as a run does, if the lever learns from facts of this kind.
func show(lever any, f *sim.Fact) {
	if o, ok := lever.(sim.Observer); ok {
		if observe := sim.HandlerOf(o, f.Kind); observe != nil {
			observe(f)
		}
	}
}
