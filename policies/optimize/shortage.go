package optimize

import (
	"context"
	"fmt"
	"math"
	"slices"

	"wavetank/policies/optimize/linear"
)

// total returns the sum of a list.
func total(list []float64) (sum float64) {
	for _, v := range list {
		sum += v
	}
	return sum
}

// proveShortage proves what it can of a solution that the limits keep short: a bound on its
// objective, and how much no solution can serve. It counts whole machines that the budget pays,
// where the relaxation of the others counts parts.
func (x *index) proveShortage(found *Solution) {
	if found.Share == 1 {
		return
	}
	y := x.affordable()
	r := y.relax()
	// Otherwise the bound is that of the same relaxation.
	if x.Budget > 0 || math.IsNaN(found.Bound) {
		if best, err := r.solve(y); err == nil {
			found.raise(best.bound)
		}
	}
	if least, err := r.leastUnserved(); err == nil {
		found.Unservable = max(found.Unservable, min(least, total(found.Shortfall)))
	}
}

// affordable returns the same problem with no more machines of a type than the budget pays.
func (x *index) affordable() *index {
	y := *x
	y.first = &firstFillings{}
	y.Types = slices.Clone(x.Types)
	for k := range y.Types {
		t := &y.Types[k]
		if t.Price > 0 && !math.IsInf(x.left, 1) {
			t.Max = min(t.Max, t.committed()+int(min(x.left/t.Price*(1+1e-12), mostMachines)))
		}
	}
	return &y
}

// leastUnserved returns a bound on the requests per second that stay unserved in any solution.
func (r *relaxation) leastUnserved() (float64, error) {
	s := simplexes.Get().(*linear.Simplex)
	defer simplexes.Put(s)
	if err := s.Load(r.program); err != nil {
		return 0, err
	}
	for j := range r.program.Cost {
		cost := 0.
		if j >= r.short && j < r.short+len(r.demand) {
			cost = 1
		}
		s.SetCost(j, cost)
	}
	found := s.Solve(context.Background(), linear.Budget{})
	if found.Status != linear.Optimal {
		return 0, fmt.Errorf("the search for what can be served ended in: %v", found.Status)
	}
	return max(0, found.Bound), nil
}
