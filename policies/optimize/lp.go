package optimize

import (
	"fmt"
	"math"
)

// LP solves the linear relaxation and rounds it in three ways. It keeps the best of the three: all
// replica counts up, all replica counts down, or all replica and machine counts down. Replicas for
// the load that a rounding leaves unserved are added greedily. Replicas that cost more than they
// add are removed.
type LP struct{}

// String returns "lp".
func (LP) String() string { return "lp" }

// Solve returns a feasible solution with a bound. Where the relaxation cannot be solved, the
// solution is that of GreedyCover, with a warning.
func (l LP) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	x := newIndex(p)
	r, err := x.relax().solve(x)
	if err != nil {
		found, failed := GreedyCover{}.Solve(p)
		found.Method = l.String() + ": greedy"
		found.Warnings = append(found.Warnings, fmt.Sprintf("answered by greedy, without a bound: %v", err))
		return found, failed
	}
	return x.round(r, l.String()), nil
}

// round returns the best of the roundings of a relaxation.
func (x *index) round(r relaxed, method string) Solution {
	up, down, whole := make([]int, len(r.replicas)), make([]int, len(r.replicas)), make([]int, len(r.machines))
	for c, v := range r.replicas {
		up[c], down[c] = int(math.Ceil(v-1e-7)), int(math.Floor(v+1e-7))
	}
	for k, v := range r.machines {
		whole[k] = int(math.Floor(v + 1e-7))
	}
	best := x.complete(up, nil, method+": up")
	if found := x.complete(down, nil, method+": down"); found.Objective < best.Objective {
		best = found
	}
	if found := x.complete(down, whole, method+": machines down"); found.Objective < best.Objective {
		best = found
	}
	best.prove(r.bound)
	best.Prices = r.prices
	return best
}

// complete places the replicas. If most is not nil, it uses at most that many machines of each
// type. It then adds replicas that are worth their price, and removes others.
func (x *index) complete(replicas, most []int, method string) Solution {
	pk := newPacking(x)
	pk.fill(replicas, most)
	pk.grow(false)
	pk.prune()
	return pk.solution(method)
}
