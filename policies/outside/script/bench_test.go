package script

import (
	"fmt"
	"testing"

	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// BenchmarkRoute measures a choice among ready replicas by a score of one attribute.
func BenchmarkRoute(b *testing.B) {
	p, err := Read("p.star", []byte("def score(request, replica):\n    return -replica.outstanding\n"), DefaultSteps)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{4, 16, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := policytest.Mixed()
			c.Types[c.Deployments[1].Type].Max = n
			f := fleet.New(c)
			for id := range fleet.ReplicaID(n) {
				on, err := f.Order(c.Deployments[1].Type, 0, 0)
				if err != nil {
					b.Fatal(err)
				}
				f.Boot(on)
				if _, err := f.Place(1, on, 0, 0); err != nil {
					b.Fatal(err)
				}
				f.MakeReady(id, 0)
			}
			v, r, q := sim.ViewOf(f, 0), NewRouter(p, "p"), &fleet.Request{Model: c.Deployments[1].Model}
			b.ReportAllocs()
			for b.Loop() {
				if r.Route(v, q) != 0 {
					b.Fatal(r.Err())
				}
			}
		})
	}
}
