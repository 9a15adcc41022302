package optimize

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
	if best.sameAs(&other) {
		return x.improve(best, "greedy")
	}
	best, other = x.improve(best, "greedy"), x.improve(other, "greedy")
	if other.better(&best) {
		best = other
	}
	return best
}

// cover returns a greedy cover by residual density, or by the density of whole machines.
func (x *index) cover(whole bool, method string) Solution {
	pk := newPacking(x)
	pk.grow(whole)
	return pk.finish(method)
}
