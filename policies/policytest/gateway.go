package policytest

import (
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Gateway tests a gateway on a fleet that fills up:
//   - a replica without requests is open,
//   - two gateways from the same constructor decide alike,
//   - without queues by class, the answer does not depend on the request,
//   - a decision allocates nothing.
func Gateway(t *testing.T, make func() (sim.Gateway, error)) {
	first, err := make()
	must(t, err)
	second, err := make()
	must(t, err)
	f := readyFleet(t)
	for i := range 300 {
		r := requestOf(i)
		id, _ := f.Admit(&r)
		v := sim.ViewOf(f, r.Arrival)
		to := fleet.NoReplica
		for j := range v.Ready(r.Model) {
			at := v.ReadyAt(r.Model, j)
			open := first.Open(v, at, &r)
			if open != second.Open(v, at, &r) {
				t.Fatalf("request %d: two gateways from the same constructor decide differently about replica %d", i, at)
			}
			if !open && v.Outstanding(at) == 0 {
				t.Fatalf("request %d: replica %d has no request and is closed", i, at)
			}
			other := r
			other.Class++
			if !first.ByClass() && open != first.Open(v, at, &other) {
				t.Fatalf("request %d: a request of another class finds replica %d open: %v, although there is one queue", i, at, !open)
			}
			if open {
				to = at
			}
		}
		if to == fleet.NoReplica {
			f.Hold(id)
			continue
		}
		f.Give(id, to)
		for _, g := range []sim.Gateway{first, second} {
			show(g, &sim.Fact{Kind: sim.RequestRouted, Replica: to, Request: f.Request(id)})
		}
	}
	v, r := sim.ViewOf(f, kernel.Time(time.Hour)), &fleet.Request{Work: 1}
	if n := testing.AllocsPerRun(50, func() { first.Open(v, v.ReadyAt(0, 0), r) }); n != 0 {
		t.Errorf("%v allocations per decision", n)
	}
}
