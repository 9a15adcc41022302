package optimize

import (
	"cmp"
	"context"
	"math"
	"slices"

	"wavetank/policies/optimize/integer"
)

const (
	leastSteps    = 200 // of the simplex method in a search over fillings, if MILP.Nodes is 0
	mostSteps     = 2_000
	stepRows      = 60_000 // steps times rows
	fillingRounds = 10     // of cuts
	fillingsSteps = 20_000 // of the search for all fillings of a type
	mostFillings  = 300    // that are searched in full
	fewFillings   = 60     // that are added where there are more
)

// byFillings searches over fillings of machines, and raises the bound. It goes on from those that
// were generated for the bound.
func (s MILP) byFillings(x *index, best *Solution, name string) error {
	if x.generated == nil {
		return nil
	}
	l, root := x.generated.fillings, x.generated.root
	l.basics(best)
	if s.Nodes > 0 {
		if more := l.generate(math.MaxInt); more.solved {
			root = more
			best.raise(root.bound)
		}
		if s.done(best) {
			return nil
		}
	}
	all := l.complete(root, best.Objective)
	w := newFilled(l)
	terms := integer.Terms{Nodes: s.Nodes, Gap: s.Gap, Start: w.start(best)}
	if s.Nodes == 0 {
		terms.Nodes, terms.Rounds = defaultNodes, fillingRounds
		terms.Steps = max(leastSteps, min(mostSteps, stepRows/(1+w.program.Height())))
	}
	answer, err := integer.Solve(context.Background(), w.program, terms)
	if err != nil {
		return err
	}
	if answer.X != nil {
		best.consider(w.solution(answer.X, name))
	}
	if all && !l.unsure {
		best.learn(answer)
	}
	return nil
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
