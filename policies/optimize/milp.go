package optimize

import (
	"cmp"
	"context"
	"math"
	"slices"

	"wavetank/policies/optimize/integer"
)

// MILP solves the problem as a mixed-integer program whose columns are fillings of machines
// (Gilmore and Gomory, "A linear programming approach to the cutting-stock problem", Operations
// Research, 1961). So every solution of the program can be placed, and the linear relaxation is
// tight. It has four steps:
//
//	1  the best solution of the other solvers is the first solution
//	2  column generation solves the relaxation: it adds fillings as long as one is worth more
//	   than its machine. Its optimum is a lower bound
//	3  all fillings are listed that a better solution can use: those whose reduced cost is below
//	   the gap between the solution and the bound
//	4  branch and bound solves the program over these fillings
//
// The solution is exact if all such fillings were listed and the search needed no more than its
// nodes. If the limits leave demand unserved, the solution is that of Best.
type MILP struct {
	Nodes int // most nodes of the search; 0: 100, and about 2,000 simplex steps at most
}

const (
	defaultNodes  = 100
	leastSteps    = 200 // least allowed simplex steps of a search, if Nodes is 0
	mostSteps     = 2_000
	stepRows      = 60_000 // allowed simplex steps times rows
	fillingsSteps = 20_000 // most steps of the search for all fillings of a type
	mostFillings  = 300    // up to this many fillings, all are added
	fewFillings   = 60     // number of fillings to add if there are more
)

// String returns "milp".
func (MILP) String() string { return "milp" }

// Solve returns a feasible solution with a bound.
func (s MILP) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	x := newIndex(p)
	best := x.best(s.String() + ": " + Best{}.String())
	if best.Exact || best.Share < 1 {
		return best, nil
	}
	l := newFillings(x)
	l.basics(&best)
	work := defaultWork * len(p.Configurations)
	if s.Nodes > 0 {
		work = math.MaxInt
	}
	root := l.generate(work)
	if !root.solved {
		return best, nil
	}
	best.raise(root.bound)
	best.consider(l.rounded(root, s.String()+": fillings down"))
	if best.Exact {
		return best, nil
	}
	all := l.complete(root, best.Objective)
	w := newFilled(l)
	terms := integer.Terms{Nodes: s.Nodes, Start: w.start(&best)}
	if s.Nodes == 0 {
		terms.Nodes, terms.Steps = defaultNodes, max(leastSteps, min(mostSteps, stepRows/(1+w.program.Height())))
	}
	answer, err := integer.Solve(context.Background(), w.program, terms)
	if err != nil {
		return Solution{}, err
	}
	if answer.X != nil {
		best.consider(w.solution(answer.X, s.String()))
	}
	if all && !l.unsure {
		best.raise(answer.Bound)
		const same = 1e-6 // the search treats objectives with a smaller relative gap as equal
		best.Exact = best.Exact || answer.Ending == integer.Optimal && best.Objective-answer.Bound <= same*(1+math.Abs(best.Objective))
	}
	return best, nil
}

// complete adds all fillings that a solution with a lower objective can use. If there are too many,
// it adds those with the lowest reduced costs, and returns false.
func (l *fillings) complete(r root, objective float64) bool {
	type candidate struct {
		filling
		cost float64 // reduced cost
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
