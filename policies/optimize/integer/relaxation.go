package integer

import (
	"context"
	"math"
	"slices"
	"sync"

	"wavetank/policies/optimize/linear"
)

// relaxation is the linear program of a node: the rows of the model and cuts, within the bounds of
// a domain.
type relaxation struct {
	simplex      *linear.Simplex
	lower, upper []float64 // present bounds of the simplex
	iterations   int       // iterations of all solves
	linear.Result
}

// idle keeps simplexes, so that later searches reuse their memory.
var idle = sync.Pool{New: func() any { return new(linear.Simplex) }}

// newRelaxation returns the relaxation of a model. The caller must release it in the end.
func newRelaxation(m *model) (*relaxation, error) {
	r := &relaxation{simplex: idle.Get().(*linear.Simplex)}
	return r, r.load(m)
}

// release returns the simplex to idle.
func (r *relaxation) release() {
	idle.Put(r.simplex)
	r.simplex = nil
}

// load replaces the model.
func (r *relaxation) load(m *model) error {
	r.lower, r.upper = slices.Clone(m.lower), slices.Clone(m.upper)
	return r.simplex.Load(m.program())
}

// within sets the bounds of the simplex to those of a domain.
func (r *relaxation) within(d *domain) {
	for j, low := range d.lower {
		if high := d.upper[j]; low != r.lower[j] || high != r.upper[j] {
			r.lower[j], r.upper[j] = low, high
			r.simplex.SetBounds(j, low, high)
		}
	}
}

// solve solves the relaxation. It stops as soon as it has proved that no objective is below the
// cutoff. If rounding errors prevent an answer, it begins again with the slack basis.
func (r *relaxation) solve(ctx context.Context, cutoff float64) {
	budget := linear.Budget{HasCutoff: !math.IsInf(cutoff, 1), Cutoff: cutoff}
	r.Result = r.simplex.Solve(ctx, budget)
	r.iterations += r.Iterations
	if r.Status == linear.Inaccurate {
		r.simplex.SetBasis(r.slackBasis())
		r.Result = r.simplex.Solve(ctx, budget)
		r.iterations += r.Iterations
	}
}

// slackBasis returns the basis of all slacks.
func (r *relaxation) slackBasis() linear.Basis {
	b := r.simplex.Basis()
	for j := range b.Columns {
		switch low, high := r.lower[j], r.upper[j]; {
		case !math.IsInf(low, -1):
			b.Columns[j] = linear.AtLower
		case !math.IsInf(high, 1):
			b.Columns[j] = linear.AtUpper
		default:
			b.Columns[j] = linear.AtZero
		}
	}
	for i := range b.Rows {
		b.Rows[i] = linear.Basic
	}
	return b
}

// proved returns the lower bound that a result proves. If columns without bounds make an exact
// proof impossible, the bound is the objective, which may be off by rounding errors.
func proved(r *linear.Result) float64 {
	if r.Status == linear.Infeasible {
		return math.Inf(1)
	}
	if math.IsInf(r.Bound, -1) && r.Status == linear.Optimal {
		return r.Objective - float64(sameTolerance*(1+math.Abs(r.Objective)))
	}
	return r.Bound
}
