package optimize

import "slices"

// GreedyCover takes, again and again, the step that adds most worth per added price. A step is one
// replica in space left on a rented machine, or a new machine filled with replicas: those of one
// configuration, the lead, and then whatever covers most. Ties go to the lowest index. It stops
// if no step is worth its price or the limits bind. Then it gives back what later steps made
// superfluous.
//
// It does so twice and keeps the better solution:
//
//	residual density  a step is worth what it covers of the demand still unserved (Dobson 1982,
//	                  Wolsey 1982)
//	density           a step is worth a whole machine of its lead; for one model without limits
//	                  the cost is at most the linear optimum and one machine more
//
// With a budget one machine may be better than all that the others add together. Then it begins
// with that. So if the budget buys models on machines of their own, it adds at least half of what
// the best choice adds (Kellerer, Pferschy and Pisinger, Knapsack Problems, 2004, section 2.5).
//
// If the limits leave demand unserved, it tries again with a price on the types that ran out.
// If they do not, and the problem is small, it gives machines back and covers again, as long as
// that helps.
type GreedyCover struct{}

// String returns "greedy".
func (GreedyCover) String() string { return "greedy" }

// Solve returns a feasible solution without a bound.
func (GreedyCover) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	return newIndex(p).greedy(), nil
}

// greedy returns the best of the greedy covers.
func (x *index) greedy() Solution {
	best, other := x.cover(false, "greedy: residual density"), x.cover(true, "greedy: density")
	if best.Share < 1 && other.Share < 1 {
		if other.better(&best) {
			best = other
		}
		return x.relieve(best)
	}
	same := best.sameAs(&other)
	best = x.improve(best, "greedy")
	if !same {
		best = x.betterOf(best, other)
	}
	if x.Budget > 0 {
		best = x.orOneMachine(best)
	}
	return best
}

// betterOf returns the better one of a solution and another cover, improved.
func (x *index) betterOf(best, cover Solution) Solution {
	if cover = x.improve(cover, "greedy"); cover.better(&best) {
		return cover
	}
	return best
}

// cover returns a greedy cover by residual density, or by the density of whole machines.
func (x *index) cover(whole bool, method string) Solution {
	pk := newPacking(x)
	pk.grow(whole)
	return pk.finish(method)
}

// orOneMachine returns a solution, or a cover that begins with the machine that adds most worth
// above its price, if that machine alone is better.
func (x *index) orOneMachine(best Solution) Solution {
	pk := newPacking(x)
	if g := newGrowth(pk); !g.takeMost() {
		return best
	}
	var alone Solution
	if pk.state(&alone); !alone.better(&best) {
		return best
	}
	pk.grow(false)
	return x.betterOf(best, pk.finish("greedy: one machine first"))
}

// takeMost rents the machine, with its best filling, that adds most worth above its price. It
// reports false if no machine is worth its price.
func (g *growth) takeMost() bool {
	var most step
	for k, list := range g.byType {
		for _, lead := range list {
			if !g.canRent(k) {
				break
			}
			if s := g.filling(k, lead); s.gain-s.price > most.gain-most.price+tiny(s.gain) {
				s.adds = slices.Clone(s.adds)
				most = s
			}
		}
	}
	if most.adds != nil {
		g.take(most)
	}
	return most.adds != nil
}
