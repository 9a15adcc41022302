package fleet

import "math"

// Tournament is a changing set of replicas with a key each, of which the least is known at any time: a tree in
// which every node holds the best of its children. A change plays again only the matches that it can have
// turned, at most one for each factor of fanout in the size. The zero value is empty.
type Tournament struct {
	levels [][]entry // levels[0] are the replicas, each later level the winners of the one before it
	place  []int32   // per identity: 1 + position in levels[0]; 0: not in the set
	free   []int32   // positions that nobody holds, the next one last
	sum    float64   // of the keys that bar nobody
}

type entry struct {
	key     float64
	replica ReplicaID
}

// fanout is the number of children of a node: two cache lines of entries.
const fanout = 8

// vacant loses against everyone.
var vacant = entry{math.Inf(1), math.MaxInt32}

func (a entry) beats(b entry) bool {
	return a.key < b.key || a.key == b.key && a.replica < b.replica
}

// Least returns the replica with the least key, ties to the lowest identity, and its key; NoReplica and Barred
// where every replica is barred or there is none.
func (t *Tournament) Least() (ReplicaID, float64) {
	if len(t.levels) == 0 {
		return NoReplica, Barred
	}
	best := t.levels[len(t.levels)-1][0]
	if best.key == Barred {
		return NoReplica, Barred
	}
	return best.replica, best.key
}

// Key returns the key of a replica; Barred where it is not in the set.
func (t *Tournament) Key(at ReplicaID) float64 {
	if int(at) >= len(t.place) || t.place[at] == 0 {
		return Barred
	}
	return t.levels[0][t.place[at]-1].key
}

// Sum returns the sum of the keys that bar nobody, exact while keys are whole numbers.
func (t *Tournament) Sum() float64 { return t.sum }

// Len returns the number of replicas in the set.
func (t *Tournament) Len() int {
	if len(t.levels) == 0 {
		return 0
	}
	return len(t.levels[0]) - len(t.free)
}

// Set puts a replica into the set with a key, or changes its key. A key that is not a number bars it.
func (t *Tournament) Set(at ReplicaID, key float64) {
	if key != key {
		key = Barred
	}
	if int(at) >= len(t.place) {
		t.place = append(t.place, make([]int32, int(at)+1-len(t.place))...)
	}
	if t.place[at] == 0 {
		if len(t.free) == 0 {
			t.grow()
		}
		last := len(t.free) - 1
		t.place[at] = t.free[last] + 1
		t.free = t.free[:last]
	}
	t.replace(t.place[at]-1, at, entry{key, at})
}

// Remove takes a replica out of the set, if it is in it.
func (t *Tournament) Remove(at ReplicaID) {
	if int(at) >= len(t.place) || t.place[at] == 0 {
		return
	}
	i := t.place[at] - 1
	t.replace(i, at, vacant)
	t.place[at] = 0
	t.free = append(t.free, i)
}

// replace changes the entry of a replica at a position of the first level and plays its matches again.
func (t *Tournament) replace(i int32, at ReplicaID, next entry) {
	before := t.levels[0][i]
	if before == next {
		return
	}
	t.levels[0][i] = next
	if before.key != Barred {
		t.sum -= before.key
	}
	if next.key != Barred {
		t.sum += next.key
	}
	better := next.beats(before)
	for l := 1; l < len(t.levels); l++ {
		i /= fanout
		winner := &t.levels[l][i]
		switch {
		case better && !next.beats(*winner), !better && winner.replica != at:
			return
		case better:
			*winner = next
		default:
			*winner = best(t.levels[l-1][i*fanout:][:fanout])
		}
	}
}

func best(list []entry) entry {
	b := list[0]
	for _, e := range list[1:] {
		if e.beats(b) {
			b = e
		}
	}
	return b
}

// grow makes room for twice as many replicas.
func (t *Tournament) grow() {
	if len(t.levels) == 0 {
		t.levels = [][]entry{{}}
	}
	old := len(t.levels[0])
	size := max(fanout, 2*old)
	for n := len(t.levels[0]); n < size; n++ {
		t.levels[0] = append(t.levels[0], vacant)
	}
	for i := size - 1; i >= old; i-- {
		t.free = append(t.free, int32(i))
	}
	t.levels = t.levels[:1]
	for below := t.levels[0]; len(below) > 1; {
		nodes := (len(below) + fanout - 1) / fanout
		level := make([]entry, nodes, roundUp(nodes))
		for i := range level {
			level[i] = best(below[i*fanout : (i+1)*fanout])
		}
		if nodes > 1 {
			for len(level) < roundUp(nodes) {
				level = append(level, vacant)
			}
		}
		t.levels = append(t.levels, level)
		below = level
	}
}

// roundUp returns the least multiple of fanout that is not below n.
func roundUp(n int) int { return (n + fanout - 1) / fanout * fanout }
