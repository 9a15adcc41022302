package optimize

import (
	"fmt"
	"math"
)

// LP solves the linear relaxation and rounds it in three ways: all replica counts up, all replica
// counts down, or all replica and machine counts down. Replicas for the load that a rounding leaves
// unserved are added greedily. Replicas that cost more than they are worth are removed.
//
// LP has further candidates. If none of the roundings is proved optimal, and the problem is not
// too large, it solves the tighter relaxation over fillings of machines, and rounds the numbers of
// machines down. A short branch and bound over these fillings then raises the bound, and its
// solutions are candidates. If the limits leave demand unserved, LP rounds a relaxation in which
// the least served share is as large as possible. Unless the best candidate is proved optimal now,
// LP improves its rounding by local search, and GreedyCover's solution is a candidate, too. If
// there were too many fillings for the search, a search over the numbers of machines raises the
// bound (boundByMachines). LP returns the best candidate.
type LP struct{}

// String returns "lp".
func (LP) String() string { return "lp" }

// Solve returns a feasible solution with a bound. If the relaxation cannot be solved, the
// solution is that of GreedyCover, with a warning.
func (l LP) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	return newIndex(p).linear(l.String()), nil
}

// linear returns the best of the rounded relaxation, the short search and the greedy cover.
func (x *index) linear(name string) Solution {
	rounded := x.bounded(name)
	best := rounded
	ended := x.shortSearch(&best, name)
	if best.Exact && best.Share == 1 {
		return best
	}
	x.heuristics(&rounded, name)
	best.consider(rounded)
	best.raise(rounded.Bound)
	best.Unservable = max(best.Unservable, rounded.Unservable)
	if !ended {
		x.boundByMachines(&best, name)
		x.shortSearch(&best, name)
	}
	return best
}

// bounded returns the rounded relaxation, with a bound that is tight if the problem is not too
// large. If the relaxation cannot be solved, it is the greedy cover.
func (x *index) bounded(name string) Solution {
	best, err := x.rounded(name)
	if err != nil {
		best = x.greedy(0)
		best.Method = name + ": " + best.Method
		best.Warnings = append(best.Warnings, fmt.Sprintf("answered by greedy, without a bound: %v", err))
		return best
	}
	if !best.Exact && best.Share == 1 && x.small() {
		x.fillUp(&best, name)
	}
	return best
}

// heuristics improves a solution that is not proved optimal, and compares it with the greedy cover.
func (x *index) heuristics(best *Solution, name string) {
	if best.Exact && best.Share == 1 {
		return
	}
	best.consider(x.improve(*best, name))
	greedy := x.greedy(best.Share)
	greedy.Method = name + ": " + greedy.Method
	best.consider(greedy)
	if !best.Exact {
		best.consider(x.repack(*best, name, byPatterns))
	}
	x.proveShortage(best)
}

// generable is the largest number of configurations for which LP solves the relaxation over
// fillings. With more it takes too long.
const generable = 60

// small reports whether LP solves the relaxation over fillings.
func (x *index) small() bool { return len(x.Configurations) <= generable }

// fillUp solves the tighter relaxation over fillings of machines. It raises the bound of a
// solution, and replaces the solution by the rounded relaxation if that is better. It keeps the
// fillings for a search over them.
func (x *index) fillUp(best *Solution, name string) {
	l := newFillings(x)
	l.basics(best)
	root := l.generate(defaultWork * len(x.Configurations))
	if !root.solved {
		return
	}
	x.generated = &generated{l, root}
	best.raise(root.bound)
	if !best.Exact {
		best.consider(l.rounded(root, name+": fillings down"))
		l.lift(best, root)
	}
}

// consider replaces a solution by another one if that is better. Bound and prices stay.
func (found *Solution) consider(other Solution) {
	if other.better(found) {
		found.take(other)
	}
}

// take replaces a solution by another one. Bound and prices stay.
func (found *Solution) take(other Solution) {
	other.Bound, other.Prices, other.Limits = found.Bound, found.Prices, found.Limits
	other.Scale, other.Warnings = found.Scale, found.Warnings
	other.Unservable = max(found.Unservable, other.Unservable)
	*found = other
	found.prove(found.Bound)
}

// rounded returns the best rounding of the relaxation, with the bound of the relaxation.
func (x *index) rounded(name string) (Solution, error) {
	program := x.relax()
	r, err := program.solve(x)
	if err != nil {
		return Solution{}, err
	}
	best := x.round(r, false, name)
	if best.Share < 1 {
		if fair, err := program.fair(x); err == nil {
			if found := x.round(fair, true, name+": least share"); found.better(&best) {
				best = found
			}
		}
	}
	best.prove(r.bound)
	best.Prices, best.Limits = r.prices, r.limits
	return best, nil
}

// round returns the best rounding of a solved relaxation. Fair is the parameter of complete.
func (x *index) round(r relaxed, fair bool, method string) Solution {
	up, down, whole := make([]int, len(r.replicas)), make([]int, len(r.replicas)), make([]int, len(r.machines))
	for c, v := range r.replicas {
		up[c], down[c] = int(math.Ceil(v-1e-7)), int(math.Floor(v+1e-7))
	}
	for k, v := range r.machines {
		whole[k] = int(math.Floor(v + 1e-7))
	}
	best := x.complete(up, nil, fair, method+": up")
	if found := x.complete(down, nil, fair, method+": down"); found.better(&best) {
		best = found
	}
	if found := x.complete(down, whole, fair, method+": machines down"); found.better(&best) {
		best = found
	}
	return best
}

// complete returns a solution that begins with the given replicas. If most is not nil, these are
// placed on at most that many machines of each type. Then replicas that are worth their price are
// added; if fair is set, first for the model with the least served share. Replicas that are not
// worth their price are removed.
func (x *index) complete(replicas, most []int, fair bool, method string) Solution {
	pk := newPacking(x)
	pk.fill(replicas, most)
	if fair {
		pk.level()
	} else {
		pk.grow(false)
	}
	return pk.finish(method)
}
