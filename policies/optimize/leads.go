package optimize

import (
	"math"
	"slices"
)

// leads is a heap of possible fillings of a new machine, one for each lead. The worth of a filling
// rarely grows as more demand is served. So each filling has a bound: its density (worth per price)
// when it was last tried. Only fillings with the highest bounds are tried again (lazy greedy;
// Minoux, 1978).
//
// The bound leaves out the switching prices of the replicas. But if the lead fills its machine, the
// filling depends on nothing but the lead's model and the price of the machine. It is then settled:
// as long as these stay, its density takes the place of the bound.
type leads struct {
	heap  []lead         // highest bound first
	at    []int          // per configuration, its index in heap; −1: not there; nil: not kept
	again []lead         // scratch
	fresh bool           // no filling was tried yet; all stand in order
	last  []triedFilling // per configuration, as lead; nil: not kept
}

// triedFilling is the filling of a lead when it was last tried. The same filling is found again as
// long as the models of its replicas have got no others, and the price of a machine is the same:
// if only rates count, what other replicas add can only have fallen since.
type triedFilling struct {
	step
	next float64 // price of a machine
	turn int     // growth.turn when it was tried; 0: it was not, or accuracy counts
}

// lead is a type of machine with the configuration that fills it first, and an expected bound on
// the density of this filling.
type lead struct {
	kind, configuration int
	bound               float64 // +Inf: always tried
	loose               float64 // the bound when the filling is no longer settled
}

// reset gives all fillings the bound +Inf.
func (l *leads) reset(x *index) {
	l.heap, l.fresh = l.heap[:0], true
	l.at = slices.Grow(l.at[:0], len(x.Configurations))[:len(x.Configurations)]
	if l.last == nil {
		l.last = make([]triedFilling, len(x.Configurations))
	}
	for c := range l.last {
		l.last[c].turn = 0
	}
	for c := range l.at {
		l.at[c] = -1
	}
	for _, list := range x.byType {
		l.add(x, list)
	}
}

// add adds fillings with these leads. They have the bound +Inf. The order is that of the heap if
// they are added by type and lead.
func (l *leads) add(x *index, list []int) {
	for _, c := range list {
		l.heap = append(l.heap, lead{x.Configurations[c].Type, c, math.Inf(1), math.Inf(1)})
		l.set(len(l.heap) - 1)
	}
}

// set notes the place of the lead at index i of the heap.
func (l *leads) set(i int) {
	if l.at != nil {
		l.at[l.heap[i].configuration] = i
	}
}

// unsettle replaces the densities of settled fillings by their bounds.
func (l *leads) unsettle(list []int) {
	for _, c := range list {
		if i := l.at[c]; i >= 0 && l.heap[i].bound != l.heap[i].loose {
			l.heap[i].bound = l.heap[i].loose
			l.up(i)
		}
	}
}

// best returns the best filling of a new machine, or the given step if this is better. Ties go to
// the lowest type, then to the lowest lead.
func (l *leads) best(g *growth, best step) step {
	if l.fresh && g.begins() {
		return l.first(g, best)
	}
	l.fresh, l.again = false, l.again[:0]
	for len(l.heap) > 0 && !(l.heap[0].bound < best.density()*(1-1e-9)) {
		if top := l.pop(); g.worthTrying(top) {
			l.again = append(l.again, g.tried(top, l.filling(g, top), &best))
		} else if g.mayGain(top) {
			l.again = append(l.again, top)
		}
	}
	for _, tried := range l.again {
		l.push(tried)
	}
	return best
}

// filling returns the same as growth.filling. It computes it only if it may have changed.
func (l *leads) filling(g *growth, top lead) step {
	if l.last == nil || g.only >= 0 || !g.picks[top.kind].falling {
		return g.filling(top.kind, top.configuration)
	}
	last := &l.last[top.configuration]
	if last.turn > 0 && last.next == g.nextPrice(top.kind) && !g.since(last.turn, last.adds) {
		return last.step
	}
	return l.keep(g, top, g.filling(top.kind, top.configuration))
}

// keep remembers the filling of a lead. It returns it in memory of its own.
func (l *leads) keep(g *growth, top lead, s step) step {
	last := &l.last[top.configuration]
	s.adds = append(last.adds[:0], s.adds...)
	*last = triedFilling{s, g.nextPrice(top.kind), g.turn}
	return s
}

// first is best for a growth that begins. It takes the fillings from memory that other growths have
// tried.
func (l *leads) first(g *growth, best step) step {
	kept := l.heap[:0]
	for i, top := range l.heap {
		l.at[top.configuration] = -1
		if g.worthTrying(top) {
			kept = append(kept, g.tried(top, l.keep(g, top, g.firstFilling(i, top)), &best))
		} else if g.mayGain(top) {
			kept = append(kept, top)
		}
	}
	l.heap, l.fresh = kept, false
	for i := range kept {
		l.set(i)
	}
	for i := len(kept)/2 - 1; i >= 0; i-- {
		l.down(i)
	}
	return best
}

// worthTrying reports whether a machine may be rented for a lead, and one replica of the lead has
// some worth.
func (g *growth) worthTrying(top lead) bool {
	return g.canRent(top.kind) && g.gain(top.configuration) > 0
}

// mayGain reports whether a lead without worth may get some. If no machine can be rented for it, it
// never can.
func (g *growth) mayGain(top lead) bool {
	return g.canRent(top.kind) && !g.plain[g.Configurations[top.configuration].Model]
}

// tried returns a lead with the bound of its filling s, and replaces the best step by s if s is
// better.
func (g *growth) tried(top lead, s step, best *step) lead {
	if g.picks[top.kind].falling {
		top.loose = s.rank / (s.asked - (s.price - g.nextPrice(top.kind)))
	}
	if top.bound = top.loose; s.alone {
		top.bound = min(top.bound, s.density())
	}
	if s.gain > s.price+tiny(s.price) && (s.better(*best) || !best.better(s) && best.rents >= 0 && s.before(best)) {
		s.adds = slices.Clone(s.adds)
		*best = s
	}
	return top
}

// density returns the rank of a step per price asked. It is −Inf if s is not a step.
func (s *step) density() float64 {
	switch {
	case s.adds == nil:
		return math.Inf(-1)
	case s.asked == 0:
		return math.Inf(1)
	}
	return s.rank / s.asked
}

// before reports whether filling s comes before filling t in a tie.
func (s *step) before(t *step) bool {
	return s.rents < t.rents || s.rents == t.rents && s.lead < t.lead
}

func (l lead) above(o lead) bool {
	if l.bound != o.bound {
		return l.bound > o.bound
	}
	return l.kind < o.kind || l.kind == o.kind && l.configuration < o.configuration
}

func (l *leads) push(next lead) {
	l.heap = append(l.heap, next)
	l.up(len(l.heap) - 1)
}

func (l *leads) pop() lead {
	top, last := l.heap[0], len(l.heap)-1
	l.heap[0] = l.heap[last]
	l.heap = l.heap[:last]
	if last > 0 {
		l.down(0)
	}
	if l.at != nil {
		l.at[top.configuration] = -1
	}
	return top
}

// up moves the lead at index i up to its place in the heap.
func (l *leads) up(i int) {
	for ; i > 0; i = (i - 1) / 2 {
		up := (i - 1) / 2
		if !l.heap[i].above(l.heap[up]) {
			break
		}
		l.swap(i, up)
	}
	l.set(i)
}

// swap exchanges two leads, and notes the place of the one that is then at index i.
func (l *leads) swap(i, j int) {
	l.heap[i], l.heap[j] = l.heap[j], l.heap[i]
	l.set(i)
}

// down moves the lead at index i down to its place in the heap.
func (l *leads) down(i int) {
	for {
		down := 2*i + 1
		if down >= len(l.heap) {
			break
		}
		if down+1 < len(l.heap) && l.heap[down+1].above(l.heap[down]) {
			down++
		}
		if !l.heap[down].above(l.heap[i]) {
			break
		}
		l.swap(i, down)
		i = down
	}
	l.set(i)
}
