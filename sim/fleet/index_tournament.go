package fleet

import "math"

// tournament is a list of keys, indexed from 0, whose least key is always known. It is a tree in
// which every node holds the least key of its children. A changed key updates at most one node on
// each level. The zero value is an endless list of Barred.
type tournament struct {
	keys    [][]uint64 // keys[0] is the list; keys[l+1] are the least keys of the nodes of keys[l]
	winners [][]int32  // per level, the list index of each of these keys; nil for level 0
	summed  bool       // a lever asks for sums
	sum     float64    // sum of the finite keys
}

// fanout is the number of children of a node: a cache line of keys.
const fanout = 8

// barred is Barred in its stored form.
var barred = ordered(Barred)

// ordered maps floats to integers in the same order.
func ordered(key float64) uint64 {
	bits := math.Float64bits(key + 0) // turns −0 into 0
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

// unordered is the inverse of ordered.
func unordered(key uint64) float64 {
	if key>>63 != 0 {
		return math.Float64frombits(key &^ (1 << 63))
	}
	return math.Float64frombits(^key)
}

// Least returns the index of the least key, and the key. Ties go to the lowest index. It returns -1
// and Barred if all keys are Barred.
func (t *tournament) Least() (int, float64) {
	if len(t.keys) == 0 {
		return -1, Barred
	}
	top := len(t.keys) - 1
	key := t.keys[top][0]
	if key == barred {
		return -1, Barred
	}
	return int(t.winners[top][0]), unordered(key)
}

// Key returns key i.
func (t *tournament) Key(i int) float64 {
	if len(t.keys) == 0 || i >= len(t.keys[0]) {
		return Barred
	}
	return unordered(t.keys[0][i])
}

// Sum returns the sum of the keys that are not Barred. It is exact if they are whole numbers.
func (t *tournament) Sum() float64 {
	if !t.summed && len(t.keys) > 0 {
		t.summed = true
		for _, key := range t.keys[0] {
			t.count(barred, key)
		}
	}
	return t.sum
}

// count updates the sum for a key that changes.
func (t *tournament) count(before, next uint64) {
	if before != barred {
		t.sum -= unordered(before)
	}
	if next != barred {
		t.sum += unordered(next)
	}
}

// Set changes a key. NaN counts as Barred.
func (t *tournament) Set(i int, key float64) {
	if key != key {
		key = Barred
	}
	if len(t.keys) == 0 || i >= len(t.keys[0]) {
		t.grow(i + 1)
	}
	next, before := ordered(key), t.keys[0][i]
	if next == before {
		return
	}
	if t.summed {
		t.count(before, next)
	}
	t.keys[0][i] = next
	if next < before {
		t.rise(i, next)
	} else {
		t.sink(i)
	}
}

// rise updates the nodes above a key that became smaller.
func (t *tournament) rise(i int, key uint64) {
	for l, node := 1, i/fanout; l < len(t.keys); l, node = l+1, node/fanout {
		keys, winners := t.keys[l], t.winners[l]
		if won := keys[node]; key > won || key == won && int32(i) > winners[node] {
			return
		}
		keys[node], winners[node] = key, int32(i)
	}
}

// sink updates the nodes above a key that became larger.
func (t *tournament) sink(i int) {
	for l, node := 1, i/fanout; l < len(t.keys) && t.winners[l][node] == int32(i); l, node = l+1, node/fanout {
		t.play(l, node)
	}
}

// play finds the least key among the children of a node.
func (t *tournament) play(l, node int) {
	first := node * fanout
	block := (*[fanout]uint64)(t.keys[l-1][first:])
	least := min(min(min(block[0], block[1]), min(block[2], block[3])), min(min(block[4], block[5]), min(block[6], block[7])))
	child := 0
	for block[child] != least {
		child++
	}
	winner := int32(first + child)
	if l > 1 {
		winner = t.winners[l-1][winner]
	}
	t.keys[l][node], t.winners[l][node] = least, winner
}

// grow makes the list at least n long.
func (t *tournament) grow(n int) {
	size := fanout
	var list []uint64
	if len(t.keys) > 0 {
		list = t.keys[0]
		size = 2 * len(list)
	}
	for size < n {
		size *= 2
	}
	t.keys, t.winners = [][]uint64{padded(list, size)}, [][]int32{nil}
	for nodes := size; nodes > 1; {
		nodes = (nodes + fanout - 1) / fanout
		width := (nodes + fanout - 1) / fanout * fanout
		t.keys, t.winners = append(t.keys, padded(nil, width)), append(t.winners, make([]int32, width))
		for node := range nodes {
			t.play(len(t.keys)-1, node)
		}
	}
}

// padded returns a longer copy of a list. The new elements are barred.
func padded(list []uint64, length int) []uint64 {
	longer := make([]uint64, length)
	for i := copy(longer, list); i < length; i++ {
		longer[i] = barred
	}
	return longer
}

// Barred is the key of a replica that must not be chosen.
var Barred = math.Inf(1)
