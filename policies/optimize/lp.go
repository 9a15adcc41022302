package optimize

import (
	"fmt"
	"math"
)

// LP solves the linear relaxation and rounds it in three ways: all replica counts up, all replica
// counts down, or all replica and machine counts down. If none of these is proved, and the problem
// is not too large, it also solves the tighter relaxation over fillings of machines, and rounds
// their numbers down. Replicas for the load that a rounding leaves unserved are added greedily.
// Replicas that cost more than they add are removed. If the limits leave demand unserved, it also
// rounds a relaxation that serves the largest least share. It keeps the best of these and, unless
// that is proved, of GreedyCover's solution.
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

// linear returns the best of the rounded relaxation and the greedy cover.
func (x *index) linear(name string) Solution {
	best := x.bounded(name)
	x.heuristics(&best, name)
	return best
}

// bounded returns the rounded relaxation, with a bound that is tight if the problem is not too
// large. If the relaxation cannot be solved, it is the greedy cover.
func (x *index) bounded(name string) Solution {
	best, err := x.rounded(name)
	if err != nil {
		best = x.greedy()
		best.Method = name + ": " + best.Method
		best.Warnings = append(best.Warnings, fmt.Sprintf("answered by greedy, without a bound: %v", err))
		return best
	}
	if !best.Exact && best.Share == 1 && x.small() {
		x.fillUp(&best, name)
	}
	return best
}

// heuristics improves a solution that is not proved, and compares it with the greedy cover.
func (x *index) heuristics(best *Solution, name string) {
	if best.Exact && best.Share == 1 {
		return
	}
	best.consider(x.improve(*best, name))
	greedy := x.greedy()
	greedy.Method = name + ": " + greedy.Method
	best.consider(greedy)
}

// generable is the most configurations of a problem whose relaxation over fillings is solved;
// above, it takes too long.
const generable = 60

// small reports whether the relaxation over fillings is solved.
func (x *index) small() bool { return len(x.Configurations) <= generable }

// fillUp solves the relaxation over fillings of machines, which is tighter. It raises the bound and
// rounds what it found. The fillings are kept for a search over them.
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

// consider puts a solution found otherwise in place of this one, if it is better. Bound and
// prices stay.
func (found *Solution) consider(other Solution) {
	if !other.better(found) {
		return
	}
	other.Bound, other.Prices, other.Limits = found.Bound, found.Prices, found.Limits
	other.Scale, other.Warnings = found.Scale, found.Warnings
	*found = other
	found.prove(found.Bound)
}

// rounded returns the best of the roundings of the relaxation, with its bound.
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

// round returns the best of the roundings of a relaxation. Fair is that of complete.
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

// complete places the replicas. If most is not nil, it uses at most that many machines of each
// type. It then adds replicas that are worth their price, where fair is set first to the model of
// which least is served, and removes others.
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
