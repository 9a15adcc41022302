package optimize

// Best asks greedy, dp and lp, and keeps the best of their solutions.
type Best struct{}

// String returns "best".
func (Best) String() string { return "best" }

// Solve returns the solution with the lowest objective; of equal ones that of the first solver.
func (Best) Solve(p Problem) (best Solution, err error) {
	for i, s := range []Solver{GreedyCover{}, DP{}, LP{}} {
		found, err := s.Solve(p)
		if err != nil {
			return Solution{}, err
		}
		if i == 0 || found.Objective < best.Objective-tiny(best.Objective) {
			best = found
		}
	}
	return best, nil
}
