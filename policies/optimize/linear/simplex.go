package linear

import "fmt"

// mostEntries is the largest number of entries of the tableau. An entry takes 8 bytes.
const mostEntries = 1 << 24

// Minimize solves a program by the two-phase primal simplex method for bounded variables on a dense
// tableau. The variable with the steepest reduced cost enters the basis. After a run of degenerate
// steps the variable with the lowest index enters. That rule cannot cycle (Bland, 1977). An error
// says that the program is not valid, or too large for a dense tableau.
func Minimize(p Program) (Result, error) {
	if err := p.validate(); err != nil {
		return Result{}, err
	}
	n := len(p.Cost)
	for j := range p.Cost {
		if p.lower(j) > p.upper(j) {
			return Result{Status: Infeasible}, nil
		}
	}
	if (len(p.Rows)+1)*(2*n+2*len(p.Rows)) > mostEntries {
		return Result{}, fmt.Errorf("a program of %d rows and %d variables is too large", len(p.Rows), n)
	}
	t := newTableau(p)
	status := t.phaseOne()
	if status == Optimal {
		status = t.phaseTwo()
	}
	s := Result{Status: status, Iterations: t.iterations}
	if status != Optimal {
		return s, nil
	}
	s.X, s.Duals = t.values(p), t.duals()
	for j, c := range p.Cost {
		s.Objective += c * s.X[j]
	}
	if !p.satisfied(s.X) {
		s.Status = Inaccurate
	}
	return s, nil
}
