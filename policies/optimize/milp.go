package optimize

import (
	"cmp"
	"context"
	"math"
	"slices"

	"wavetank/policies/optimize/integer"
	"wavetank/policies/optimize/linear"
)

// MILP solves the problem as a mixed-integer program whose columns are fillings of machines
// (Gilmore and Gomory, "A linear programming approach to the cutting-stock problem", Operations
// Research, 1961). So a plan can be placed as it is, and the linear relaxation is tight.
//
//	1  the best of the other solvers is the first solution
//	2  column generation solves the relaxation: fillings are added as long as one is worth more
//	   than its machine. Its optimum is a lower bound
//	3  all fillings are listed that a better solution can use: those whose reduced cost is below
//	   the gap between the solution and the bound
//	4  branch and bound over these
//
// The solution is exact if all such fillings were listed, and the search ended within its nodes.
// If the limits leave demand unserved, the answer is that of Best.
type MILP struct {
	Nodes int // the most of the search; 0: 100
}

const (
	defaultNodes  = 100
	mostRounds    = 100    // of column generation
	pricingSteps  = 2_000  // of the search for one filling
	fillingsSteps = 20_000 // of the search for all fillings of a type
	mostFillings  = 300    // that are searched in full
	fewFillings   = 60     // that are added where there are more
)

// String returns "milp".
func (MILP) String() string { return "milp" }

// Solve returns a feasible solution with a bound.
func (s MILP) Solve(p Problem) (Solution, error) {
	best, err := Best{}.Solve(p)
	if err != nil {
		return Solution{}, err
	}
	best.Method = s.String() + ": " + best.Method
	if best.Exact || best.Share < 1 {
		return best, nil
	}
	l := newFillings(newIndex(p))
	l.basics(&best)
	root := l.generate()
	if !root.solved {
		return best, nil
	}
	best.raise(root.bound)
	if best.Exact {
		return best, nil
	}
	all := l.complete(root, best.Objective)
	w := newFilled(l)
	nodes := s.Nodes
	if nodes == 0 {
		nodes = defaultNodes
	}
	answer, err := integer.Solve(context.Background(), w.program, integer.Terms{Nodes: nodes, Start: w.start(&best)})
	if err != nil {
		return Solution{}, err
	}
	if answer.X != nil {
		best.consider(w.solution(answer.X, s.String()))
	}
	if all && !l.unsure {
		best.raise(min(answer.Bound, best.Objective))
	}
	return best, nil
}

// raise proves a lower bound, unless a higher one is known.
func (found *Solution) raise(bound float64) {
	if !(bound <= found.Bound) && !math.IsInf(bound, 0) {
		found.prove(min(bound, found.Objective))
	}
}

// root is the relaxation over all fillings.
type root struct {
	solved bool
	bound  float64   // no solution has a lower objective
	worth  []worth   // per configuration
	price  []float64 // per type, of one machine
}

// generate adds fillings until the relaxation over them is that over all.
func (l *fillings) generate() root {
	best := root{bound: math.Inf(-1)}
	var basis linear.Basis
	for range mostRounds {
		w := newFilled(l)
		s, err := linear.New(w.program)
		if err != nil {
			return best
		}
		if basis.Rows != nil {
			s.SetBasis(basis)
		}
		r := s.Solve(context.Background(), linear.Budget{})
		if r.Status != linear.Optimal {
			return best
		}
		basis = s.Basis()
		now := root{true, r.Objective - 5e-10*(1+math.Abs(r.Objective)), w.worth(r.Duals), make([]float64, len(l.Types))}
		added := false
		for k := range l.Types {
			now.price[k] = max(0, -r.Duals[w.machines[k]])
			if l.Types[k].Max == 0 {
				continue
			}
			f, ok, most := l.newPricing(k, now.worth, pricingSteps).best(now.price[k])
			now.bound -= float64(l.Types[k].Max) * max(0, most-now.price[k]-tiny(now.price[k]))
			added = ok && l.note(f) || added
		}
		if now.bound > best.bound || !best.solved {
			best = now
		}
		if !added {
			break
		}
	}
	best.solved = best.solved && !math.IsInf(best.bound, -1)
	return best
}

// complete adds the fillings that a solution better than an objective can use. If there are too
// many, it adds those with the lowest reduced costs, and reports false.
func (l *fillings) complete(r root, objective float64) bool {
	type candidate struct {
		filling
		cost float64 // reduced
	}
	var list []candidate
	all, gap := true, objective-r.bound
	for k := range l.Types {
		if l.Types[k].Max == 0 {
			continue
		}
		found, whole := l.newPricing(k, r.worth, fillingsSteps).above(r.price[k] - gap)
		all = all && whole
		for _, f := range found {
			worth := 0.
			for i, n := range f.counts {
				worth += r.worth[l.byType[k][i]].of(n)
			}
			list = append(list, candidate{f, r.price[k] - worth})
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.cost, b.cost) })
	if len(list) > mostFillings {
		all, list = false, list[:fewFillings]
	}
	for _, f := range list {
		l.note(f.filling)
	}
	return all
}
