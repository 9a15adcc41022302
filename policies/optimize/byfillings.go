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
	shortNodes    = 100    // of a short search
	shortRounds   = 2      // of cuts in a short search
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
		terms.Steps = rootSteps(w.program.Height())
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

// shortSearch searches over fillings with few nodes and without heuristics. It raises the bound of
// a solution, and replaces the solution by a better one. It reports whether it did: it does not
// search if there are too many fillings, or if the problem is too large.
func (x *index) shortSearch(best *Solution, name string) bool {
	if best.Exact || best.Share < 1 || x.generated == nil {
		return false
	}
	for _, whole := range []bool{false, true} {
		best.consider(x.cover(whole, name+": greedy"))
	}
	l := x.generated.fillings
	l.basics(best)
	if best.Exact || !l.complete(x.generated.root, best.Objective) || l.unsure {
		return best.Exact
	}
	w := newFilled(l)
	terms := integer.Terms{Nodes: shortNodes, Rounds: shortRounds, Steps: 2 * rootSteps(w.program.Height()), Start: w.start(best), Plain: true}
	answer, err := integer.Solve(context.Background(), w.program, terms)
	if err != nil {
		return false
	}
	if answer.X != nil {
		best.consider(w.solution(answer.X, name+": searched"))
	}
	best.learn(answer)
	return true
}

// rootSteps returns the largest number of steps of the simplex method in a search over fillings
// with so many rows.
func rootSteps(rows int) int { return max(leastSteps, min(mostSteps, stepRows/(1+rows))) }

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
		for g := -1; g < len(l.presence[k].groups); g++ {
			price := r.price[k]
			if g >= 0 {
				price += r.extra[k][g]
			}
			search := l.newPricing(k, g, r.worth, fillingsSteps)
			found, whole := search.above(price - gap)
			all = all && whole
			for _, f := range found {
				if g >= 0 && !l.shares(&f) {
					continue // from no present machine, it is the same
				}
				worth := 0.
				for i, n := range f.counts {
					worth += search.worth[i].of(n)
				}
				list = append(list, candidate{f, price - worth})
			}
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
