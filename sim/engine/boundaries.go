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
	i := len(b.matches)/2 + int(r)
	for won := (match{at, r}); b.matches[i] != won; won = b.play(i) {
		b.matches[i] = won
		if i /= 2; i == 0 {
			return
		}
	}
}

// play returns the winner of match i. The code has no branch, since a processor could not predict
// it.
func (b *boundaries) play(i int) match {
	_, second := bits.Sub64(uint64(b.matches[2*i+1].at), uint64(b.matches[2*i].at), 0)
	return b.matches[2*i+int(second)]
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
		b.matches[i] = b.play(i)
	}
}
