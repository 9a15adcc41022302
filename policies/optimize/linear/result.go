package linear

import "slices"

// Status says how a solve ended.
type Status int8

// The statuses. Optimal, Infeasible and Unbounded are verified on the program as it was given, not
// as it was scaled.
const (
	Optimal        Status = iota
	Infeasible            // there is no solution; Farkas is the proof
	Unbounded             // X is feasible, and improves without end in the direction Ray
	IterationLimit        // the solve reached Budget.Iterations
	Inaccurate            // rounding errors prevented a result
	Cutoff                // the proved Bound has reached Budget.Cutoff
	Stopped               // the context ended
	Overflow              // X is an optimum, but Objective or an activity is not finite
)

// String returns the status in words.
func (s Status) String() string {
	return [...]string{"optimal", "infeasible", "unbounded", "iteration limit", "inaccurate", "cutoff", "stopped", "overflow"}[s]
}

// Result is the result of a solve. Objective, Duals and Reduced are those of the program as it was
// given: if it maximises, a dual is the increase of the maximum per unit of the row's active bound.
//
// X, Objective, Duals, Reduced and Activity belong to an optimum if the status is Optimal or
// Overflow. Otherwise they belong to the last basis, whose values may be outside of bounds.
//
// Farkas holds multipliers of the rows that prove that there is no solution (Farkas' lemma). For
// every x, the weighted sum of the rows' left sides equals the weighted sum of the activities. But
// if columns and rows are within their bounds, the first sum is always larger than the second.
type Result struct {
	Status     Status
	Objective  float64   // with the program's offset
	Bound      float64   // no feasible X is better, as Duals prove; ∓Inf if they prove nothing
	X          []float64 // per column
	Duals      []float64 // per row
	Reduced    []float64 // per column: Cost − Σ Duals·coefficients
	Activity   []float64 // per row: Σ coefficients·X
	Farkas     []float64 // per row, if Infeasible; empty if some lower bound is above its upper
	Ray        []float64 // per column, if Unbounded: a direction that improves without end
	Iterations int       // number of steps, changes of the basis and flips of bounds
}

// Clone returns a copy whose slices belong to the caller.
func (r Result) Clone() Result {
	for _, s := range []*[]float64{&r.X, &r.Duals, &r.Reduced, &r.Activity, &r.Farkas, &r.Ray} {
		*s = slices.Clone(*s)
	}
	return r
}
