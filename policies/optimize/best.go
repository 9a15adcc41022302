package optimize

// Best returns the best of GreedyCover, DP, LP and MILP. It is the search of MILP, which begins
// with LP's solution, and compares with the others unless its own is proved to be optimal.
type Best struct{}

// String returns "best".
func (Best) String() string { return "best" }

// Solve returns a feasible solution with a bound.
func (b Best) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	return MILP{}.search(newIndex(p), b.String())
}
