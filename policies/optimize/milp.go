package optimize

import (
	"math"

	"wavetank/policies/optimize/integer"
)

// MILP solves the problem as a mixed-integer program.
//
//	1  The rounded relaxation of LP is the first solution.
//	2  Up to 60 configurations, it searches over fillings of machines. Such a plan can be placed
//	   as it is, and the linear relaxation is tight (Gilmore and Gomory, "A linear programming
//	   approach to the cutting-stock problem", Operations Research, 1961). Column generation
//	   solves the relaxation: fillings are added as long as one is worth more than its machine.
//	   Its optimum is a lower bound. Then all fillings are listed that a better solution can use:
//	   those whose reduced cost is below the gap between the solution and the bound. Branch and
//	   bound goes over these.
//	3  If the solution is still not exact, those of GreedyCover and DP may be better. DP's is
//	   looked for up to 60 configurations, or if the limits leave demand unserved.
//	4  If it is not exact then, it searches over whole replicas on whole machines, with resources
//	   summed over the machines of a type (Problem.Program). The program is small, and cuts make
//	   its bound tight. What it finds is placed as far as it fits.
//
// The solution is exact if its objective is that of a bound, or of a search over all fillings that
// ended. If the limits leave demand unserved, it is the best of the other solvers'.
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
	return s.search(newIndex(p), s.String())
}

// search solves a problem. The name says who asks.
func (s MILP) search(x *index, name string) (Solution, error) {
	method := name + ": " + LP{}.String()
	best := x.bounded(method)
	if !s.done(&best) && x.small() {
		best.consider(x.improve(best, method))
		if err := s.byFillings(x, &best, name); err != nil {
			return best, err
		}
	}
	if s.done(&best) {
		return best, nil
	}
	x.heuristics(&best, method)
	if x.small() || best.Share < 1 {
		best.plan(x, name+": "+DP{}.String())
	}
	if s.done(&best) || best.Share < 1 {
		return best, nil
	}
	return best, s.byReplicas(x, &best, name)
}

// plan considers the plan of the dynamic program.
func (found *Solution) plan(x *index, method string) {
	planned := x.dynamic(0, method)
	if planned.Exact {
		found.prove(planned.Bound)
	}
	found.Warnings = append(found.Warnings, planned.Warnings...)
	found.consider(planned)
}

// done reports whether a solution is good enough.
func (s MILP) done(found *Solution) bool {
	return found.Share == 1 && (found.Exact || integer.Gap(found.Objective, found.Bound) <= s.Gap)
}

// learn takes the bound of a search. The solution is exact if the search ended with it.
func (found *Solution) learn(answer integer.Answer) {
	found.raise(answer.Bound)
	const same = 1e-6 // as the search tells solutions apart
	found.Exact = found.Exact || answer.Ending == integer.Optimal && found.Objective-answer.Bound <= same*(1+math.Abs(found.Objective))
}
