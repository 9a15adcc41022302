package linear

import "slices"

// Status is how a solve ended.
type Status int8

// The ends of a solve. Optimal, Infeasible and Unbounded are claimed only after a check on the
// program as it was given, not as it was scaled.
const (
	Optimal        Status = iota
	Infeasible            // Farkas proves it
	Unbounded             // X is feasible, and Ray leads from it without an end
	IterationLimit        // Budget.Iterations were done
	Inaccurate            // rounding errors stood in the way of every claim
	Cutoff                // Bound, which is proved, has reached Budget.Cutoff
	Stopped               // the context ended
	Overflow              // X is an optimum, but Objective or an activity is no finite number
)

// String returns the status in words.
func (s Status) String() string {
	return [...]string{"optimal", "infeasible", "unbounded", "iteration limit", "inaccurate", "cutoff", "stopped", "overflow"}[s]
}

// Result is what a solve found. Objective, Duals and Reduced are in the program's own sense: for a
// program that maximises, a dual says what one more unit of a row's active bound adds to the
// maximum.
//
// X, Objective, Duals, Reduced and Activity are those of an optimum if the status is Optimal or
// Overflow, and those of the last basis otherwise. A basis may be outside of bounds.
//
// Farkas has multipliers of the rows that prove that there is no solution (Farkas' lemma): for
// every x, Σ Farkas·row is Σ Farkas·activity, but within the bounds of columns and rows the first
// is always larger.
type Result struct {
	Status     Status
	Objective  float64   // with the program's offset
	Bound      float64   // what Duals prove: no feasible X is better; ∓Inf if they prove nothing
	X          []float64 // per column
	Duals      []float64 // per row
	Reduced    []float64 // per column: Cost − Σ Duals·coefficients
	Activity   []float64 // per row: Σ coefficients·X
	Farkas     []float64 // per row, if Infeasible; empty if bounds cross
	Ray        []float64 // per column, if Unbounded: a direction that improves without an end
	Iterations int       // steps from basis to basis, and flips from bound to bound
}

// Clone returns a copy whose slices belong to the caller.
func (r Result) Clone() Result {
	for _, s := range []*[]float64{&r.X, &r.Duals, &r.Reduced, &r.Activity, &r.Farkas, &r.Ray} {
		*s = slices.Clone(*s)
	}
	return r
}
