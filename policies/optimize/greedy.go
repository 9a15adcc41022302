package optimize

import "math"

// GreedyCover takes, again and again, the step that adds most worth per added price. A step is one
// replica in space left on a rented machine, or a new machine filled with replicas: those of one
// configuration, the lead, and then whatever covers most. Ties go to the lowest index. It stops
// where no step is worth its price or the limits bind. Then it gives back what later steps made
// superfluous.
//
// It does so twice and keeps the better solution:
//
//	residual density  a step is worth what it covers of the demand still unserved (Dobson 1982,
//	                  Wolsey 1982)
//	density           a step is worth a whole machine of its lead; for one model without limits
//	                  the cost is at most the linear optimum and one machine more
type GreedyCover struct{}

// String returns "greedy".
func (GreedyCover) String() string { return "greedy" }

// Solve returns a feasible solution without a bound.
func (g GreedyCover) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	x := newIndex(p)
	pk := newPacking(x)
	pk.grow(false)
	pk.prune()
	best := pk.solution(g.String() + ": residual density")
	pk = newPacking(x)
	pk.grow(true)
	pk.prune()
	if found := pk.solution(g.String() + ": density"); found.Objective < best.Objective {
		best = found
	}
	return best, nil
}

// step is a candidate: replicas to add on a new machine, or in space left.
type step struct {
	rents int   // type of the new machine; −1: none
	lead  int   // configuration
	adds  []int // configurations, one entry per replica
	gain  float64
	price float64
	rank  float64 // worth by which steps are ordered, per price
}

// better orders steps by rank per price, and free ones by rank.
func (s step) better(t step) bool {
	if t.adds == nil {
		return true
	}
	left, right := s.rank*t.price, t.rank*s.price
	if s.price == 0 && t.price == 0 {
		left, right = s.rank, t.rank
	}
	return left > right+1e-12*math.Abs(right)
}

// grow adds steps to the packing until none is worth its price. They are ordered by residual
// density, or by the density of whole machines.
func (pk *packing) grow(whole bool) {
	g := newGrowth(pk)
	g.whole = whole
	for {
		best := g.free()
		if best.adds == nil || best.price > 0 {
			for k := range pk.Types {
				if pk.canRent(k) {
					best = g.renting(k, best)
				}
			}
		}
		if best.adds == nil {
			return
		}
		g.take(best)
		for best.rents >= 0 && pk.canRent(best.rents) {
			// As long as its gain stays, no other step has become better than this one.
			again := g.filling(best.rents, best.lead)
			if again.gain < best.gain-tiny(best.gain) || again.price > best.price {
				break
			}
			g.take(again)
		}
	}
}

// growth is the state of a greedy run: what is served so far.
type growth struct {
	*packing
	whole    bool
	residual []float64   // per model, demand that no replica covers
	try      machineFill // scratch machine
	adds     []int       // scratch
	before   []float64   // scratch
}

func newGrowth(pk *packing) *growth {
	g := &growth{packing: pk, residual: make([]float64, len(pk.Demand))}
	copy(g.residual, pk.Demand)
	for c, n := range pk.replicas {
		f := &pk.Configurations[c]
		g.residual[f.Model] = max(0, g.residual[f.Model]-float64(n)*f.Capacity)
	}
	return g
}

// take takes a step.
func (g *growth) take(s step) {
	if s.rents >= 0 {
		g.rent(s.rents)
	}
	for _, c := range s.adds {
		if g.place(c) {
			f := &g.Configurations[c]
			g.residual[f.Model] = g.rest(f.Model, f.Capacity)
		}
	}
}

// rest returns the residual demand of model m after more capacity. What is within rounding of the
// demand counts as 0.
func (g *growth) rest(m int, capacity float64) float64 {
	rest := g.residual[m] - capacity
	if rest <= 1e-12*g.Demand[m] {
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
	_, before := g.split(f.Model, g.replicas, nil)
	g.replicas[c]++
	_, after := g.split(f.Model, g.replicas, nil)
	g.replicas[c]--
	if after-before <= tiny(before) {
		return 0
	}
	return after - before
}

// fee returns the switching price of one more replica of configuration c.
func (g *growth) fee(c int) float64 {
	if f := &g.Configurations[c]; g.replicas[c] >= f.Current {
		return f.Switch
	}
	return 0
}

// free returns the best replica to put in space left on a rented machine.
func (g *growth) free() (best step) {
	for _, list := range g.byType {
		for _, c := range list {
			gain, fee := g.gain(c), g.fee(c)
			if gain <= fee {
				continue
			}
			s := step{rents: -1, gain: gain, price: fee, rank: gain}
			if best.adds != nil && !s.better(best) {
				continue
			}
			if p, _ := g.room(c); p != nil {
				s.adds = []int{c}
				best = s
			}
		}
	}
	return best
}

// renting returns the best filling of a new machine of type k, or the best step so far where that
// is better.
func (g *growth) renting(k int, best step) step {
	for _, lead := range g.byType[k] {
		if g.gain(lead) == 0 {
			continue
		}
		s := g.filling(k, lead)
		if s.gain > s.price+tiny(s.price) && s.better(best) {
			s.adds = append([]int(nil), s.adds...)
			best = s
		}
	}
	return best
}

// filling tries a new machine of type k: replicas of the lead as long as they add worth, then
// others.
func (g *growth) filling(k, lead int) step {
	t := &g.Types[k]
	g.try.host = append(g.try.host[:0], t.Host...)
	g.try.devices = g.try.devices[:0]
	for range t.Devices {
		g.try.devices = append(g.try.devices, t.Device...)
	}
	g.try.loads = g.try.loads[:0]
	s := step{rents: k, lead: lead, price: t.Price, adds: g.adds[:0]}
	g.before = append(g.before[:0], g.residual...)
	for g.tryAdd(&s, lead) {
	}
	for {
		most, next := 0., -1
		for _, c := range g.byType[k] {
			if c == lead {
				continue
			}
			if net := g.gain(c) - g.fee(c); net > most {
				if _, ok := g.try.device(&g.Configurations[c]); ok {
					most, next = net, c
				}
			}
		}
		if next < 0 || !g.tryAdd(&s, next) {
			break
		}
	}
	s.rank = s.gain
	if g.whole {
		f := &g.Configurations[lead]
		s.rank = float64(g.perMachine[lead]) * f.Capacity * (g.Penalty + g.AccuracyWeight*f.Accuracy)
	}
	for _, c := range s.adds {
		g.replicas[c]--
	}
	copy(g.residual, g.before)
	g.adds = s.adds
	return s
}

// tryAdd puts a replica on the scratch machine if it has room and is worth its switching price.
func (g *growth) tryAdd(s *step, c int) bool {
	gain, fee := g.gain(c), g.fee(c)
	if gain <= fee {
		return false
	}
	f := &g.Configurations[c]
	device, ok := g.try.device(f)
	if !ok {
		return false
	}
	g.try.take(f, c, device, 1)
	s.adds = append(s.adds, c)
	s.gain += gain
	s.price += fee
	g.replicas[c]++
	g.residual[f.Model] = g.rest(f.Model, f.Capacity)
	return true
}
