package command

import (
	"testing"

	"wavetank/policies/policytest"
	"wavetank/sim/fleet"
)

// BenchmarkQuestion writes the question about a request among 64 replicas.
func BenchmarkQuestion(b *testing.B) {
	v, q := policytest.Ready(b, 64), &fleet.Request{}
	var line []byte
	b.ReportAllocs()
	for b.Loop() {
		line = appendRouting(line[:0], v, q)
	}
}
