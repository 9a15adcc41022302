package optimize

import (
	"math"
	"slices"
)

// step is a possible step of a greedy cover: replicas to add on a new machine, or in free space.
type step struct {
	rents int   // type of the new machine; −1: none
	lead  int   // configuration with which a new machine is filled first
	alone bool  // the lead fills the machine
	adds  []int // configurations of the added replicas, one entry per replica
	gain  float64
	price float64
	asked float64 // price for the order of steps: with an extra price on machines that ran out
	rank  float64 // worth for the order of steps, which is by rank per asked
}

// better reports whether s comes before t: by rank per price asked, or by rank if both are free.
func (s step) better(t step) bool {
	if t.adds == nil {
		return true
	}
	left, right := s.rank*t.asked, t.rank*s.asked
	if s.asked == 0 && t.asked == 0 {
		left, right = s.rank, t.rank
	}
	return left > right+float64(1e-12*math.Abs(right))
}

// grow adds steps to the packing until none is worth its price. They are ordered by residual
// density, or by the density of whole machines.
func (pk *packing) grow(whole bool) {
	g := newGrowth(pk)
	g.whole = whole
	for {
		best := g.best()
		if best.adds == nil {
			return
		}
		g.take(best)
		for best.rents >= 0 && pk.canRent(best.rents) {
			// As long as the gain of this step stays the same, no other step has become better.
			again := g.leads.filling(g, lead{kind: best.rents, configuration: best.lead})
			if again.gain < best.gain-tiny(best.gain) || again.price > best.price {
				break
			}
			g.take(again)
		}
	}
}

// growth is the state of a greedy run: the demand served so far, and memory for trying steps.
type growth struct {
	*packing
	whole    bool
	only     int         // the only model for which steps are taken; −1: all models
	residual []float64   // per model, demand that no replica covers
	worth    []float64   // per model that is not plain, worth of its replicas
	state    []int       // per model, number of the state of its replicas; a change gives a new one
	states   int         // largest number of a state so far
	known    []knownGain // per configuration of a model that is not plain
	live     [][]int     // per type, configurations whose next replica may be worth its price
	closed   []int       // per type, number of its first machines that have no room for any replica
	taken    []int       // models whose replicas the steps added
	turn     int         // number of the present step; the first is 1
	latest   []int       // per model, number of the last step that added a replica; 0: none
	nets     []float64   // per configuration, its net in picks
	leads    leads       // fillings that were tried
	picks    []picks     // per type, choice of further replicas
	try      machineFill // scratch: the machine of a tried filling
	adds     []int       // scratch
	trying   bool        // replicas added now will be taken back
	undo     []modelState
}

// modelState is the state of a model before a replica was tried.
type modelState struct {
	model           int
	residual, worth float64
	state           int
}

// knownGain is the worth of one more replica in a given state of its model.
type knownGain struct {
	state int
	gain  float64
}

// newGrowth returns the state of a greedy run on a packing. All runs of a problem share memory, so
// only one can be under way.
func newGrowth(pk *packing) *growth {
	g := &pk.scratch.growth
	g.packing, g.only, g.whole, g.states = pk, -1, false, 0
	g.residual, g.worth = append(g.residual[:0], pk.Demand...), zeros(g.worth, len(pk.Demand))
	g.state, g.known = zeros(g.state, len(pk.Demand)), zeros(g.known, len(pk.replicas))
	for c, n := range pk.replicas {
		f := &pk.Configurations[c]
		g.residual[f.Model] = g.rest(f.Model, float64(float64(n)*f.Capacity))
	}
	for m := range g.worth {
		g.changed(m)
	}
	if g.picks == nil {
		g.picks = make([]picks, len(pk.Types))
	}
	for k := range g.picks {
		g.picks[k].reset(&pk.fillers[k])
	}
	g.nets = zeros(g.nets, len(pk.replicas))
	g.turn, g.latest = 1, zeros(g.latest, len(pk.Demand))
	g.taken, g.closed = g.taken[:0], zeros(g.closed, len(pk.Types))
	if g.live == nil {
		g.live = make([][]int, len(pk.Types))
	}
	for k, list := range pk.byType {
		g.live[k] = append(g.live[k][:0], list...)
	}
	g.leads.reset(pk.index)
	return g
}

// zeros returns n zeros. It reuses the memory of list if that is large enough.
func zeros[V any](list []V, n int) []V {
	list = slices.Grow(list[:0], n)[:n]
	clear(list)
	return list
}

// take carries out a step.
func (g *growth) take(s step) {
	if k := s.rents; k >= 0 {
		before := g.nextPrice(k)
		if g.rent(k); g.nextPrice(k) != before {
			g.leads.unsettle(g.byType[k])
		}
	}
	for _, c := range s.adds {
		if g.place(c) {
			g.added(c)
			m := g.Configurations[c].Model
			g.taken, g.latest[m] = append(g.taken, m), g.turn
			g.leads.unsettle(g.inOrder[m])
		}
	}
	g.turn++
	for k := range g.picks {
		g.picks[k].sorted = false
	}
}

// since reports whether the models of these replicas have got others since a step.
func (g *growth) since(turn int, replicas []int) bool {
	for _, c := range replicas {
		if g.latest[g.Configurations[c].Model] >= turn {
			return true
		}
	}
	return false
}

// added updates the state after a replica of configuration c was added.
func (g *growth) added(c int) {
	f, m := &g.Configurations[c], g.Configurations[c].Model
	if g.trying {
		g.undo = append(g.undo, modelState{m, g.residual[m], g.worth[m], g.state[m]})
	}
	g.residual[m] = g.rest(m, f.Capacity)
	g.changed(m)
}

// changed updates the worth of the replicas of model m, unless only their rate counts.
func (g *growth) changed(m int) {
	if !g.plain[m] {
		g.worth[m] = g.index.worth(m, g.replicas)
		g.states++
		g.state[m] = g.states
	}
}

// nothing is the share of a demand below which what is left of it counts as 0.
const nothing = 1e-12

// rest returns the residual demand of model m after more capacity. A residual within rounding
// errors counts as 0.
func (g *growth) rest(m int, capacity float64) float64 {
	rest := g.residual[m] - capacity
	if rest <= nothing*g.Demand[m] {
		return 0
	}
	return rest
}

// gain returns the worth of one more replica of configuration c.
func (g *growth) gain(c int) float64 {
	f := &g.Configurations[c]
	if g.plain[f.Model] {
		return g.Penalty * min(g.residual[f.Model], f.Capacity)
	}
	known := &g.known[c]
	if known.state != g.state[f.Model] {
		before := g.worth[f.Model]
		g.replicas[c]++
		after := g.index.worth(f.Model, g.replicas)
		g.replicas[c]--
		known.state, known.gain = g.state[f.Model], after-before
		if known.gain <= tiny(before) {
			known.gain = 0
		}
	}
	return known.gain
}

// fee returns the switching price of one more replica of configuration c.
func (g *growth) fee(c int) float64 {
	if f := &g.Configurations[c]; g.replicas[c] >= g.current[c] {
		return f.Switch
	}
	return 0
}

// best returns the best step.
func (g *growth) best() step {
	best := g.free()
	if best.adds == nil || best.price > 0 {
		best = g.leads.best(g, best)
	}
	return best
}

// free returns the best step that adds one replica in free space on a rented machine. If only rates
// count for a model, one more replica of it never gains worth. So its configurations leave the list
// of live ones at the first time that they are not worth their switching price.
func (g *growth) free() (best step) {
	for k, list := range g.live {
		if !g.open(k) {
			continue
		}
		live := list[:0]
		for _, c := range list {
			if g.tryFree(c, &best) || !g.plain[g.Configurations[c].Model] {
				live = append(live, c)
			}
		}
		g.live[k] = live
	}
	return best
}

// tryFree replaces a step by one more replica of configuration c in free space, if that is better.
// It reports whether the replica is worth its switching price.
func (g *growth) tryFree(c int, best *step) bool {
	gain, fee := g.gain(c), g.fee(c)
	if gain <= fee {
		return false
	}
	s := step{rents: -1, gain: gain, price: fee, asked: fee, rank: gain}
	if best.adds != nil && !s.better(*best) {
		return true
	}
	if p, _ := g.room(c); p != nil {
		s.adds = []int{c}
		*best = s
	}
	return true
}

// open reports whether a machine of type k may have room for a replica.
func (g *growth) open(k int) bool {
	for list := g.machines[k]; g.closed[k] < len(list); g.closed[k]++ {
		if _, ok := list[g.closed[k]].device(&g.fillers[k].smallest); ok {
			return true
		}
	}
	return false
}

// filling returns the step that rents a machine of type k: with replicas of the lead as long as
// they add worth, then with others. If steps are for one model, it takes one replica alone. It does
// not carry the step out. The next call reuses its memory.
func (g *growth) filling(k, lead int) step {
	g.try.clear(&g.Types[k])
	s := step{rents: k, lead: lead, price: g.nextPrice(k), adds: g.adds[:0]}
	if g.only < 0 {
		g.picks[k].sort(g)
	}
	g.trying, g.undo = true, g.undo[:0]
	for g.tryAdd(&s, lead) && g.only < 0 {
	}
	if g.only < 0 {
		s.alone = g.picks[k].fill(g, lead, &s)
	}
	g.order(&s)
	for _, c := range s.adds {
		g.replicas[c]--
	}
	for _, u := range slices.Backward(g.undo) {
		g.residual[u.model], g.worth[u.model], g.state[u.model] = u.residual, u.worth, u.state
	}
	g.adds, g.trying = s.adds, false
	return s
}

// order sets the values by which a step that rents a machine is ordered.
func (g *growth) order(s *step) {
	s.rank, s.asked = s.gain, s.price
	if g.whole {
		f := &g.Configurations[s.lead]
		s.rank = float64(g.perMachine[s.lead]) * f.Capacity * (g.Penalty + float64(g.AccuracyWeight*f.Accuracy))
	}
	if g.scarcity != nil {
		s.asked += g.scarcity[s.rents]
	}
}

// addition is one more replica on the scratch machine, with its worth and its switching price.
type addition struct {
	configuration, device int
	gain, fee             float64
}

// tryAdd adds a replica to a step on the scratch machine, if it has room and is worth more than its
// switching price.
func (g *growth) tryAdd(s *step, c int) bool {
	a := addition{configuration: c, gain: g.gain(c), fee: g.fee(c)}
	if a.gain <= a.fee {
		return false
	}
	var ok bool
	if a.device, ok = g.try.device(&g.Configurations[c]); ok {
		g.put(s, a)
	}
	return ok
}

// put puts a replica on the scratch machine.
func (g *growth) put(s *step, a addition) {
	g.try.reserve(&g.Configurations[a.configuration], a.device)
	s.adds = append(s.adds, a.configuration)
	s.gain += a.gain
	s.price += a.fee
	g.replicas[a.configuration]++
	g.added(a.configuration)
}
