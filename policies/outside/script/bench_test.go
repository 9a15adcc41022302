package script

import (
	"fmt"
	"testing"

	"wavetank/policies/policytest"
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
			v, r, q := policytest.Ready(b, n), NewRouter(p, "p"), &fleet.Request{}
			b.ReportAllocs()
			for b.Loop() {
				if r.Route(v, q) != 0 {
					b.Fatal(r.Err())
				}
			}
		})
	}
}
