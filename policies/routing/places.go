package routing

import (
	"math/bits"

	"wavetank/sim/kernel"
)

// places gives each replica of a changing set a place: the lowest that is free. The zero value is
// empty.
type places struct {
	numbers []int32 // per place, number of the replica there, or vacant; the last is not
	of      []int32 // per number of a replica, its place
	lowest  int     // no place below it is free
	count   int     // replicas
}

const vacant = -1

// enter gives a replica a place.
func (p *places) enter(number int32) {
	for p.lowest < len(p.numbers) && p.numbers[p.lowest] != vacant {
		p.lowest++
	}
	if p.lowest == len(p.numbers) {
		p.numbers = append(p.numbers, vacant)
	}
	if n := int(number) + 1; n > len(p.of) {
		p.of = append(p.of, make([]int32, n-len(p.of))...)
	}
	p.numbers[p.lowest], p.of[number] = number, int32(p.lowest)
	p.count++
}

// leave frees the place of a replica. If fewer than a quarter of the places are then taken, the
// replicas in the last places move to the first free ones, so that a search stays short.
func (p *places) leave(number int32) {
	p.free(number)
	if 4*p.count >= len(p.numbers) {
		return
	}
	for p.count < len(p.numbers) {
		last := p.numbers[len(p.numbers)-1]
		p.free(last)
		p.enter(last)
	}
}

// free takes a replica off its place.
func (p *places) free(number int32) {
	at := int(p.of[number])
	p.numbers[at] = vacant
	p.lowest = min(p.lowest, at)
	p.count--
	n := len(p.numbers)
	for n > 0 && p.numbers[n-1] == vacant {
		n--
	}
	p.numbers = p.numbers[:n]
}

// tour is the way of a key from place to place: a random sequence with repetition, in which every
// place is equally likely at every visit. A place that is added at the end does not change the
// order of the others. That is done by floors. Place 0 is floor 0. Floor k holds the places from
// 2ᵏ⁻¹ up to 2ᵏ, as many as all floors below. A visit tosses a coin whether it is to the highest
// floor, then to the next lower one, and so on. So the way through the lower floors is the way
// through all of them without the visits to the highest.
type tour struct {
	key    uint64
	floors int
	tosses [32]uint32 // tosses so far, for each floor
}

// begin puts the tour at the start of the way of a key through the given number of places.
func (t *tour) begin(key uint64, places int) {
	t.key, t.floors = key, bits.Len(uint(places-1))
	clear(t.tosses[:t.floors+1])
}

// next returns the next place. It may be one of the highest floor that does not exist.
func (t *tour) next() int {
	for floor := t.floors; floor > 0; floor-- {
		x := kernel.Mix(t.key ^ uint64(floor)<<32 ^ uint64(t.tosses[floor]))
		t.tosses[floor]++
		if x>>63 != 0 {
			first := uint64(1) << (floor - 1)
			return int(first | x&(first-1))
		}
	}
	return 0
}
