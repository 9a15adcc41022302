package optimize

import "slices"

// GreedyCover repeatedly takes the step that adds most worth per added price. A step is one replica
// in free space on a rented machine, or a new machine with replicas. A new machine is filled with
// replicas of one configuration, the lead, and then with the replicas that cover most. Ties go to
// the lowest index. It stops when no step is worth its price, or the limits allow none. Then it
// gives back machines and replicas that later steps made superfluous.
//
// It does so by two rules and keeps the better solution:
//
//	residual density  the worth of a step is the unserved demand that it covers (Dobson 1982,
//	                  Wolsey 1982)
//	density           the worth of a step is a whole machine of its lead; for one model without
//	                  limits the cost is at most the linear optimum plus the price of a machine
//
// With a budget, one machine may be worth more than all other machines of a cover together. Then
// the cover begins with this machine. So if models do not share machines, the machines are worth at
// least half of the best choice (Kellerer, Pferschy and Pisinger, Knapsack Problems, 2004, section
// 2.5).
//
// If the limits leave demand unserved, it tries again with an extra price on the types that ran
// out. Otherwise, if the problem is small, it gives machines back and covers again, as long as that
// helps.
type GreedyCover struct{}

// String returns "greedy".
func (GreedyCover) String() string { return "greedy" }

// Solve returns a feasible solution without a bound.
func (GreedyCover) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	return newIndex(p).greedy(0), nil
}

// greedy returns the best of the greedy covers. If the limits leave demand unserved, it looks for
// others only if these may have a larger least served share than the parameter least.
func (x *index) greedy(least float64) Solution {
	best, other := x.cover(false, "greedy: residual density"), x.cover(true, "greedy: density")
	if best.Share < 1 && other.Share < 1 {
		if other.better(&best) {
			best = other
		}
		return x.relieve(best, least)
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

// betterOf improves a cover, and returns the better one of it and a solution.
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

// orOneMachine returns the better one of a solution and a cover that begins with the machine of the
// largest worth minus price. It only tries this cover if that machine alone is better than the
// solution.
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

// takeMost rents the machine whose best filling has the largest worth minus price. It returns false
// if no machine is worth its price.
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
