package sim

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// boundaries is the instants at which the token replicas go on, of which the first is known at any time: a tournament in
// which every match of two is won by the earlier, of equals by the replica of the lower identity. A replica that has
// nothing to do is at kernel.Never, as all are in the zero value.
type boundaries struct {
	at      []kernel.Time     // per replica and to a power of two
	winners []fleet.ReplicaID // of matches: the last at 1, those that lead to match i at 2i and 2i+1, replicas at len(at) on
}

// next returns the replica that goes on next and when.
func (b *boundaries) next() (fleet.ReplicaID, kernel.Time) {
	if len(b.at) == 0 {
		return fleet.NoReplica, kernel.Never
	}
	return b.winners[1], b.at[b.winners[1]]
}

// set changes the instant of a replica.
func (b *boundaries) set(r fleet.ReplicaID, at kernel.Time) {
	if int(r) >= len(b.at) {
		b.grow(int(r) + 1)
	}
	if b.at[r] == at {
		return
	}
	b.at[r] = at
	for match := (len(b.at) + int(r)) / 2; match > 0; match /= 2 {
		before := b.winners[match]
		if winner := b.play(match); winner == before && winner != r {
			return
		}
	}
}

// play finds the winner of a match.
func (b *boundaries) play(match int) fleet.ReplicaID {
	winner, other := b.winners[2*match], b.winners[2*match+1]
	if b.at[other] < b.at[winner] {
		winner = other
	}
	b.winners[match] = winner
	return winner
}

// grow makes room for n replicas.
func (b *boundaries) grow(n int) {
	size := max(2, len(b.at))
	for size < n {
		size *= 2
	}
	for len(b.at) < size {
		b.at = append(b.at, kernel.Never)
	}
	b.winners = make([]fleet.ReplicaID, 2*size)
	for i := range size {
		b.winners[size+i] = fleet.ReplicaID(i)
	}
	for match := size - 1; match > 0; match-- {
		b.play(match)
	}
}
