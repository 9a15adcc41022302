package optimize

import (
	"math"

	"wavetank/policies/optimize/integer"
)

// MILP solves the problem as a mixed-integer program. It has four steps:
//
//	1  the solution of LP is the first one
//	2  up to 60 configurations, it searches over fillings of machines (Gilmore and Gomory, "A
//	   linear programming approach to the cutting-stock problem", Operations Research, 1961). So
//	   every solution of the program can be placed, and the linear relaxation is tight. Column
//	   generation solves the relaxation: it adds fillings as long as one is worth more than its
//	   machine. Its optimum is a lower bound. Then all fillings are listed that a better solution
//	   can use: those whose reduced cost is below the gap between the solution and the bound.
//	   Branch and bound solves the program over these fillings
//	3  if the solution is not exact, it takes that of DP if it is better. It asks DP up to 60
//	   configurations, or if the limits leave demand unserved
//	4  if the solution is still not exact, it searches over whole replicas and whole machines,
//	   with resources summed over the machines of a type (Problem.Program). This program is small,
//	   and cuts make its bound tight. It places what it finds as far as it fits
//
// The solution is exact if its objective equals a bound, or if all such fillings were listed and
// the search over them came to its end. If the limits leave demand unserved, the solution is the
// best of the other solvers.
type MILP struct {
	Nodes int     // most nodes of a search; 0: 100, and few simplex steps
	Gap   float64 // relative gap at which a search ends
}

// defaultNodes is the largest number of nodes of a search if MILP.Nodes is 0.
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
	best := x.linear(method)
	if !s.done(&best) && x.small() && best.Share == 1 {
		if err := s.byFillings(x, &best, name); err != nil {
			return best, err
		}
	}
	if s.done(&best) {
		return best, nil
	}
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
	} else {
		planned = x.improve(planned, planned.Method)
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
	const same = 1e-6 // the search treats objectives with a smaller relative gap as equal
	found.Exact = found.Exact || answer.Ending == integer.Optimal && found.Objective-answer.Bound <= same*(1+math.Abs(found.Objective))
}
