package engine

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// boundaries holds the instant at which each token replica ends its step, in a tournament tree. So
// the earliest instant is always known. In a match of four, the replica with the earliest instant
// wins; on a tie, the one with the lowest identity. The instant of an idle replica is kernel.Never.
// In the zero value all replicas are idle.
type boundaries struct {
	// matches has the final at index 1. Match i is between the winners of the matches 4i to 4i+3.
	// The indexes from leaves on are the replicas themselves. The other indexes are not used.
	matches []match
	leaves  int // a power of 4
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
	first, m := kernel.Never, b.matches
	for i := b.leaves + int(r); i > 1; i /= 4 {
		first = min(first, m[i^1].at, m[i^2].at, m[i^3].at)
	}
	return first
}

// set changes the instant of a replica.
func (b *boundaries) set(r fleet.ReplicaID, at kernel.Time) {
	if int(r) >= b.leaves {
		b.grow(int(r) + 1)
	}
	i, matches := b.leaves+int(r), b.matches
	matches[i] = match{at, r}
	for i > 1 {
		i /= 4
		won := play(matches[4*i : 4*i+4])
		if matches[i] == won {
			return
		}
		matches[i] = won
	}
}

// play returns the winner of a match of four.
func play(four []match) match {
	return earlier(earlier(four[0], four[1]), earlier(four[2], four[3]))
}

// earlier returns the winner of two. Left has the lower identity.
func earlier(left, right match) match {
	if right.at < left.at {
		left = right
	}
	return left
}

// grow makes room for n replicas.
func (b *boundaries) grow(n int) {
	old := b.matches[b.leaves:]
	b.leaves = max(4, b.leaves)
	for b.leaves < n {
		b.leaves *= 4
	}
	b.matches = make([]match, 2*b.leaves)
	for i := range b.leaves {
		b.matches[b.leaves+i] = match{kernel.Never, fleet.ReplicaID(i)}
	}
	copy(b.matches[b.leaves:], old)
	for first, last := b.leaves/4, b.leaves/2; first > 0; first, last = first/4, last/4 {
		for i := first; i < last; i++ {
			b.matches[i] = play(b.matches[4*i : 4*i+4])
		}
	}
}
