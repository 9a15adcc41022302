package optimize

// Best returns the best solution of GreedyCover, LP and DP. It asks DP only if the solution of the
// others is not proved optimal.
type Best struct{}

// String returns "best".
func (Best) String() string { return "best" }

// Solve returns a feasible solution, with a bound if DP or LP proves one.
func (b Best) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	return newIndex(p).best(b.String()), nil
}

// best returns the best of the greedy cover, the dynamic program and the rounded relaxations.
func (x *index) best(name string) Solution {
	found := x.linear(LP{}.String())
	if !found.Exact || found.Share < 1 {
		planned := x.dynamic(0, DP{}.String())
		if planned.Exact {
			found.prove(planned.Bound)
		}
		found.Warnings = append(found.Warnings, planned.Warnings...)
		found.consider(planned)
	}
	found.Method = name + ": " + found.Method
	return found
}
