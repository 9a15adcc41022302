package engine

import (
	"math/bits"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// boundaries holds the instant at which each token replica ends its step, in a tournament tree. So
// the earliest instant is always known. Of two replicas in a match, the one with the earlier
// instant wins; on a tie, the one with the lower identity. The instant of an idle replica is
// kernel.Never. In the zero value all replicas are idle.
type boundaries struct {
	// matches has the final at index 1. Match i is between the winners of the matches 2i and 2i+1.
	// The second half of the list holds the replicas themselves.
	matches []match
}

// match is the winner of a match, with its instant.
type match struct {
	at     kernel.Time
	winner fleet.ReplicaID
}

// next returns the replica that ends its step first, and when.
func (b *boundaries) next() (fleet.ReplicaID, kernel.Time) {
	if len(b.matches) == 0 {
		return fleet.NoReplica, kernel.Never
	}
	return b.matches[1].winner, b.matches[1].at
}

// beside returns the first instant at which a replica other than r ends its step.
func (b *boundaries) beside(r fleet.ReplicaID) kernel.Time {
	first := kernel.Never
	for i := len(b.matches)/2 + int(r); i > 1; i /= 2 {
		first = min(first, b.matches[i^1].at)
	}
	return first
}

// set changes the instant of a replica.
func (b *boundaries) set(r fleet.ReplicaID, at kernel.Time) {
	if 2*int(r) >= len(b.matches) {
		b.grow(int(r) + 1)
	}
	won := match{at, r}
	for i := len(b.matches)/2 + int(r); b.matches[i] != won; i /= 2 {
		b.matches[i] = won
		if i == 1 {
			return
		}
		won = won.against(b.matches[i^1], i&1)
	}
}

// against returns the winner of a match with a neighbour. Right is 1 if m stands right of its
// neighbour, and so loses a tie; else it is 0. The code has no branch, since a processor could not
// predict it.
func (m match) against(neighbour match, right int) match {
	_, lost := bits.Sub64(uint64(neighbour.at), uint64(m.at)+uint64(right), 0)
	m.at ^= (m.at ^ neighbour.at) & -kernel.Time(lost)
	m.winner ^= (m.winner ^ neighbour.winner) & -fleet.ReplicaID(lost)
	return m
}

// grow makes room for n replicas.
func (b *boundaries) grow(n int) {
	size := max(2, len(b.matches)/2)
	for size < n {
		size *= 2
	}
	replicas := b.matches[len(b.matches)/2:]
	b.matches = make([]match, 2*size)
	for i := range size {
		b.matches[size+i] = match{kernel.Never, fleet.ReplicaID(i)}
	}
	copy(b.matches[size:], replicas)
	for i := size - 1; i > 0; i-- {
		b.matches[i] = b.matches[2*i].against(b.matches[2*i+1], 0)
	}
}
