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

// raise sets a higher lower bound. It does nothing if the known bound is higher.
func (found *Solution) raise(bound float64) {
	if !(bound <= found.Bound) && !math.IsInf(bound, 0) {
		found.prove(min(bound, found.Objective))
	}
}

// root is the result of the relaxation over all fillings.
type root struct {
	solved bool
	bound  float64   // no solution has a lower objective
	worth  []worth   // per configuration, worth of replicas by the duals
	price  []float64 // per type, price of one machine by the duals
	counts []float64 // per filling, number of machines
	short  []float64 // per model, increase of the bound per request per second unserved
}

// generated holds fillings and the relaxation over them.
type generated struct {
	*fillings
	root root
}

// generate solves the relaxation by column generation: it adds fillings until none of those left
// out would improve the relaxation, or until the work is used up. The bound holds in both cases.
func (l *fillings) generate(work int) root {
	best := root{bound: math.Inf(-1)}
	s := simplexes.Get().(*linear.Simplex)
	defer simplexes.Put(s)
	var basis linear.Basis
	for round := 0; round < mostRounds && work > 0; round++ {
		w := newFilled(l)
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
		now := root{solved: true, bound: r.Objective - 5e-10*(1+math.Abs(r.Objective)), worth: w.worth(r.Duals), price: make([]float64, len(l.Types))}
		now.counts = slices.Clone(r.X[w.first:])
		for m := range l.Demand {
			now.short = append(now.short, max(0, r.Reduced[w.relaxation.short+m]))
		}
		added := false
		for k := range l.Types {
			now.price[k] = max(0, -r.Duals[w.rents[k]])
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
