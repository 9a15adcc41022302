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
	lower, upper []float64 // that the simplex has
	iterations   int       // of all solves
	linear.Result
}

// idle keeps the memory of simplexes for later searches.
var idle = sync.Pool{New: func() any { return new(linear.Simplex) }}

// newRelaxation returns the relaxation of a model. It is to be released when it is not needed any
// more.
func newRelaxation(m *model) (*relaxation, error) {
	r := &relaxation{simplex: idle.Get().(*linear.Simplex)}
	return r, r.load(m)
}

// release gives the memory back.
func (r *relaxation) release() {
	idle.Put(r.simplex)
	r.simplex = nil
}

// load puts a model in the place of the present one.
func (r *relaxation) load(m *model) error {
	r.lower, r.upper = slices.Clone(m.lower), slices.Clone(m.upper)
	return r.simplex.Load(m.program())
}

// within gives the bounds of a domain to the simplex.
func (r *relaxation) within(d *domain) {
	for j, low := range d.lower {
		if high := d.upper[j]; low != r.lower[j] || high != r.upper[j] {
			r.lower[j], r.upper[j] = low, high
			r.simplex.SetBounds(j, low, high)
		}
	}
}

// solve solves the relaxation. It stops when it is proved that no objective is below the cutoff.
// Where rounding errors stand in the way, it begins again from the rows.
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

// slackBasis is the basis of the rows alone.
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

// proved returns the bound that a result proves. Where columns without bounds leave nothing proved
// exactly, the objective counts, up to rounding.
func proved(r *linear.Result) float64 {
	if r.Status == linear.Infeasible {
		return math.Inf(1)
	}
	if math.IsInf(r.Bound, -1) && r.Status == linear.Optimal {
		return r.Objective - sameTolerance*(1+math.Abs(r.Objective))
	}
	return r.Bound
}
