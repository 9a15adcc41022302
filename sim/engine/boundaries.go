package engine

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// boundaries is the instants at which the token replicas go on. The first of them is known at any
// time: they stand in a tournament in which every match of two is won by the earlier, and among
// equals by the replica of the lower identity. A replica that has nothing to do is at kernel.Never.
// In the zero value all are.
type boundaries struct {
	matches []match // the last at 1, those that lead to match i at 2i and 2i+1; then the replicas
}

// match is the outcome of a match.
type match struct {
	at     kernel.Time
	winner fleet.ReplicaID
}

// next returns the replica that goes on next and when.
func (b *boundaries) next() (fleet.ReplicaID, kernel.Time) {
	if len(b.matches) == 0 {
		return fleet.NoReplica, kernel.Never
	}
	return b.matches[1].winner, b.matches[1].at
}

// shared reports whether several replicas go on at the instant that next returns.
func (b *boundaries) shared() bool {
	first := b.matches[1]
	for i := len(b.matches)/2 + int(first.winner); i > 1; i /= 2 {
		if b.matches[i^1].at == first.at {
			return true
		}
	}
	return false
}

// set changes the instant of a replica.
func (b *boundaries) set(r fleet.ReplicaID, at kernel.Time) {
	if 2*int(r) >= len(b.matches) {
		b.grow(int(r) + 1)
	}
	i := len(b.matches)/2 + int(r)
	for won := (match{at, r}); b.matches[i] != won; i /= 2 {
		b.matches[i] = won
		if i == 1 {
			return
		}
		won = won.against(b.matches[i^1])
	}
}

// against returns the winner of two.
func (m match) against(other match) match {
	if other.at < m.at || other.at == m.at && other.winner < m.winner {
		return other
	}
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
		b.matches[i] = b.matches[2*i].against(b.matches[2*i+1])
	}
}
