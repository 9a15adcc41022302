package routing

import (
	"math/bits"

	"wavetank/sim/kernel"
)

// places gives each replica that enters the lowest free place. The zero value has no replicas.
type places struct {
	numbers []int32 // per place, number of its replica, or vacant; the last place is taken
	of      []int32 // per number of a replica, its place
	lowest  int     // no place below this one is free
	count   int     // number of replicas
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

// free removes a replica from its place.
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

// tour is the random sequence of places that a key visits. Every place is equally likely at every
// visit, and places repeat. Places added at the end do not change the order of the others.
//
// For this, places are grouped in floors. Place 0 is floor 0. Floor k holds the places from 2ᵏ⁻¹ to
// 2ᵏ−1, as many as all lower floors together. At each visit a coin decides whether the visit is to
// the highest floor. If not, another coin decides about the next lower floor, and so on. So a tour
// of the lower floors is the tour of all floors without the visits to the highest floor.
type tour struct {
	key    uint64
	floors int
	tosses [32]uint32 // tosses so far, for each floor
}

// begin starts the tour of a key through the given number of places.
func (t *tour) begin(key uint64, places int) {
	t.key, t.floors = key, bits.Len(uint(places-1))
	clear(t.tosses[:t.floors+1])
}

// next returns the next place. On the highest floor it may be a place that does not exist yet.
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
