package optimize

import (
	"context"
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
)

const (
	mostRounds   = 100   // most rounds of column generation
	pricingSteps = 2_000 // most steps of the search for one filling
	defaultWork  = 2_000 // work per configuration: simplex steps times rows and columns
)

// raise sets a higher lower bound. It does nothing if the known bound is higher, or if the bound is
// NaN, which means that it is not known.
func (found *Solution) raise(bound float64) {
	if !(bound <= found.Bound) && !math.IsInf(bound, 0) && !math.IsNaN(bound) {
		found.prove(min(bound, found.Objective))
	}
}

// root is the result of the relaxation over all fillings.
type root struct {
	solved bool
	bound  float64     // no solution has a lower objective
	worth  []worth     // per configuration, worth of replicas by the duals
	price  []float64   // per type, price of one machine by the duals
	extra  [][]float64 // per type and group of present machines, extra price of one of them
	counts []float64   // per filling, number of machines
	short  []float64   // per model, increase of the bound per request per second unserved
	rented []float64   // per tier of the machines, their number
}

// generated holds fillings and the relaxation over them.
type generated struct {
	*fillings
	root root
}

// generate solves the relaxation by column generation: it adds fillings until none of those left
// out would improve the relaxation. Then it adds inequalities that all whole numbers of replicas
// satisfy (see covers), and goes on, until there is none, or until the work is used up. The bound
// holds in all cases.
func (l *fillings) generate(work int) root {
	best := root{bound: math.Inf(-1)}
	s := simplexes.Get().(*linear.Simplex)
	defer simplexes.Put(s)
	var basis linear.Basis
	for round := 0; round < mostRounds && work > 0; round++ {
		w := newFilled(l)
		w.limitTiers(l.tiers)
		if err := s.Load(w.program); err != nil {
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
		const setup = 5 // writing and starting a program takes as long as this many steps
		work -= (r.Iterations + setup) * (w.program.Height() + w.program.Columns())
		now := root{solved: true, bound: r.Objective - float64(5e-10*(1+math.Abs(r.Objective))), worth: w.worth(r.Duals), price: make([]float64, len(l.Types)), extra: make([][]float64, len(l.Types))}
		now.counts = slices.Clone(r.X[w.first:])
		now.rented = slices.Clone(r.X[w.machines : w.machines+len(w.relaxation.tiers)])
		for m := range l.Demand {
			now.short = append(now.short, max(0, r.Reduced[w.relaxation.short+m]))
		}
		added := false
		for k := range l.Types {
			now.price[k] = max(0, -r.Duals[w.rents[k]])
			if l.Types[k].Max == 0 {
				continue
			}
			added = l.price(&now, k, -1, l.Types[k].Max) || added
			extra := make([]float64, len(l.presence[k].groups))
			now.extra[k] = extra
			for g := range extra {
				extra[g] = max(0, -r.Duals[w.present[k][g]])
				added = l.price(&now, k, g, l.presence[k].groups[g].count) || added
			}
		}
		if now.bound > best.bound || !best.solved {
			best = now
		}
		if !added {
			added, spent := l.cut(w, r.X)
			if work -= spent; !added {
				break
			}
		}
	}
	best.solved = best.solved && !math.IsInf(best.bound, -1)
	return best
}

// price adds the filling that is worth most beyond the price of its machine, by the duals of the
// relaxation. It lowers the bound by what up to count such machines may be worth more. It reports
// whether it added a filling.
func (l *fillings) price(now *root, k, from, count int) bool {
	price := now.price[k]
	if from >= 0 {
		if price += now.extra[k][from]; !l.keeps(now, k, from) {
			return false
		}
	}
	f, ok, most := l.newPricing(k, from, now.worth, pricingSteps).best(price)
	now.bound -= float64(float64(count) * max(0, most-price-tiny(price)))
	return ok && l.note(f)
}

// keeps reports whether a machine from a group of present ones is worth more than any other by the
// duals, because replicas of it stay.
func (l *fillings) keeps(now *root, k, from int) bool {
	q := l.presence[k]
	return slices.ContainsFunc(q.groups[from].counts, func(a amount) bool { return now.worth[q.paid[a.index]].kept.each > 0 })
}

// rounded returns a solution with the whole machines of the relaxation's fillings. The rest of the
// demand is covered greedily.
func (l *fillings) rounded(r root, method string) Solution {
	pk, filled := newPacking(l.index), make([]int, len(l.Types))
	for i, n := range r.counts {
		f := &l.list[i]
		for range int(n + 1e-7) {
			if filled[f.kind] == len(pk.machines[f.kind]) {
				if !pk.canRent(f.kind) {
					break
				}
				pk.rent(f.kind)
			}
			p := f.layout.clone()
			pk.machines[f.kind][filled[f.kind]] = p
			filled[f.kind]++
			for _, load := range p.loads {
				pk.replicas[load.Configuration] += load.Replicas
			}
		}
	}
	pk.grow(false)
	return pk.finish(method)
}
