package engine

import (
	"testing"

	"pgregory.net/rapid"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestTheEarliestBoundaryIsNext compares the tournament with a search through the list.
func TestTheEarliestBoundaryIsNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, list := boundaries{}, map[fleet.ReplicaID]kernel.Time{}
		count := rapid.IntRange(1, 40).Draw(t, "replicas")
		for range rapid.IntRange(0, 100).Draw(t, "changes") {
			r := fleet.ReplicaID(rapid.IntRange(0, count-1).Draw(t, "replica"))
			at := kernel.Time(rapid.Int64Range(0, 9).Draw(t, "instant"))
			if at == 0 {
				at = kernel.Never
			}
			b.set(r, at)
			list[r] = at
			first, when := fleet.NoReplica, kernel.Never
			for r := range fleet.ReplicaID(count) {
				if at, ok := list[r]; ok && at < when {
					first, when = r, at
				}
			}
			if got, at := b.next(); at != when || at < kernel.Never && got != first {
				t.Fatalf("the first boundary is that of replica %d at %v, want replica %d at %v", got, at, first, when)
			}
			others := kernel.Never
			for other, at := range list {
				if other != r {
					others = min(others, at)
				}
			}
			if got := b.beside(r); got != others {
				t.Fatalf("the first boundary of a replica other than %d is at %v, want %v", r, got, others)
			}
		}
	})
}
