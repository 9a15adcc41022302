package optimize

import (
	"math"

	"wavetank/policies/optimize/integer"
)

// MILP solves the problem as a mixed-integer program.
//
//	1  The best of the other solvers is the first solution, or LP's where there are more than 60
//	   configurations.
//	2  Up to 60 configurations, it searches over fillings of machines. Such a plan can be placed
//	   as it is, and the linear relaxation is tight (Gilmore and Gomory, "A linear programming
//	   approach to the cutting-stock problem", Operations Research, 1961). Column generation
//	   solves the relaxation: fillings are added as long as one is worth more than its machine.
//	   Its optimum is a lower bound. Then all fillings are listed that a better solution can use:
//	   those whose reduced cost is below the gap between the solution and the bound. Branch and
//	   bound goes over these.
//	3  If the solution is still not exact, it searches over whole replicas on whole machines, with
//	   resources summed over the machines of a type (Problem.Program). The program is small, and
//	   cuts make its bound tight. What it finds is placed as far as it fits.
//
// The solution is exact if its objective is that of a bound, or of a search over all fillings that
// ended. If the limits leave demand unserved, the answer is that of step 1.
type MILP struct {
	Nodes int     // the most of a search; 0: 100, and few steps of the simplex method
	Gap   float64 // the relative gap that is good enough
}

// defaultNodes is the most nodes of a search if MILP.Nodes is 0.
const defaultNodes = 100

// String returns "milp".
func (MILP) String() string { return "milp" }

// Solve returns a feasible solution with a bound.
func (s MILP) Solve(p Problem) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, err
	}
	x := newIndex(p)
	best := s.first(x)
	if s.done(&best) || best.Share < 1 {
		return best, nil
	}
	if len(p.Configurations) <= generable {
		err := s.byFillings(x, &best)
		if err != nil || s.done(&best) {
			return best, err
		}
	}
	return best, s.byReplicas(x, &best)
}

// done reports whether a solution is good enough.
func (s MILP) done(found *Solution) bool {
	return found.Exact || integer.Gap(found.Objective, found.Bound) <= s.Gap
}

// first returns the solution to begin with.
func (s MILP) first(x *index) Solution {
	if len(x.Configurations) <= generable {
		return x.best(s.String() + ": " + Best{}.String())
	}
	found := x.linear(LP{}.String())
	found.Method = s.String() + ": " + found.Method
	return found
}

// learn takes the bound of a search. The solution is exact if the search ended with it.
func (found *Solution) learn(answer integer.Answer) {
	found.raise(answer.Bound)
	const same = 1e-6 // as the search tells solutions apart
	found.Exact = found.Exact || answer.Ending == integer.Optimal && found.Objective-answer.Bound <= same*(1+math.Abs(found.Objective))
}
