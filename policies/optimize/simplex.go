package optimize

import (
	"errors"
	"fmt"
	"math"
)

// Sense is how a row's left side stands to its right side.
type Sense int8

// The senses of a row.
const (
	AtMost Sense = iota
	Equal
	AtLeast
)

// Row is one linear constraint of a Program.
type Row struct {
	Coefficients []float64 // one per variable
	Sense        Sense
	Right        float64
}

// Program is a linear program: minimise Cost·x subject to the rows and to Lower ≤ x ≤ Upper.
type Program struct {
	Cost  []float64
	Rows  []Row
	Lower []float64 // nil: all 0; entries may be −Inf
	Upper []float64 // nil: all +Inf
}

// Status is how a solve ended.
type Status int8

// The ends of a solve. A Solution has values in Optimal only.
const (
	Optimal Status = iota
	Infeasible
	Unbounded
	IterationLimit
	Inaccurate // the end result does not satisfy the rows to 1e-6
)

// String returns the status in words.
func (s Status) String() string {
	return [...]string{"optimal", "infeasible", "unbounded", "iteration limit", "inaccurate"}[s]
}

// Solution is what Minimize found.
type Solution struct {
	Status     Status
	X          []float64
	Objective  float64
	Duals      []float64 // per row, what one more unit of its right side adds to the objective
	Iterations int
}

// mostEntries bounds the tableau, 8 bytes each.
const mostEntries = 1 << 24

const (
	pivotTolerance   = 1e-9
	pricingTolerance = 1e-9
	feasible         = 1e-7 // of the rows after scaling
)

// Minimize solves a program by the two-phase primal simplex method for bounded variables on a dense tableau:
// the steepest reduced cost enters, and from a run of degenerate steps on the lowest index does (Bland 1977),
// which cannot cycle. An error says that the program is not a valid one or too large for a dense tableau.
func Minimize(p Program) (Solution, error) {
	if err := p.validate(); err != nil {
		return Solution{}, err
	}
	n := len(p.Cost)
	for j := range p.Cost {
		if p.lower(j) > p.upper(j) {
			return Solution{Status: Infeasible}, nil
		}
	}
	if (len(p.Rows)+1)*(2*n+2*len(p.Rows)) > mostEntries {
		return Solution{}, fmt.Errorf("a program of %d rows and %d variables is too large", len(p.Rows), n)
	}
	t := newTableau(p)
	status := t.phaseOne()
	if status == Optimal {
		status = t.phaseTwo()
	}
	s := Solution{Status: status, Iterations: t.iterations}
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

func (p Program) lower(j int) float64 {
	if p.Lower == nil {
		return 0
	}
	return p.Lower[j]
}

func (p Program) upper(j int) float64 {
	if p.Upper == nil {
		return math.Inf(1)
	}
	return p.Upper[j]
}

func (p Program) validate() error {
	n := len(p.Cost)
	if p.Lower != nil && len(p.Lower) != n || p.Upper != nil && len(p.Upper) != n {
		return fmt.Errorf("%d variables have %d lower and %d upper bounds", n, len(p.Lower), len(p.Upper))
	}
	for j, c := range p.Cost {
		low, high := p.lower(j), p.upper(j)
		if !finite(c) || math.IsNaN(low) || math.IsNaN(high) || math.IsInf(low, 1) || math.IsInf(high, -1) {
			return fmt.Errorf("variable %d has cost %v and bounds %v and %v", j, c, low, high)
		}
	}
	for i, r := range p.Rows {
		if len(r.Coefficients) != n {
			return fmt.Errorf("row %d has %d coefficients for %d variables", i, len(r.Coefficients), n)
		}
		if !finite(r.Right) || r.Sense < AtMost || r.Sense > AtLeast {
			return fmt.Errorf("row %d has right side %v and sense %d", i, r.Right, r.Sense)
		}
		for _, a := range r.Coefficients {
			if !finite(a) {
				return errors.New("a coefficient is not a finite number")
			}
		}
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// satisfied reports whether x meets rows and bounds to 1e-6 of their terms.
func (p Program) satisfied(x []float64) bool {
	for _, r := range p.Rows {
		left, size := 0., 1+math.Abs(r.Right)
		for j, a := range r.Coefficients {
			left += a * x[j]
			size = max(size, math.Abs(a*x[j]))
		}
		if r.Sense != AtLeast && left > r.Right+1e-6*size || r.Sense != AtMost && left < r.Right-1e-6*size {
			return false
		}
	}
	for j, v := range x {
		if slack := 1e-6 * (1 + math.Abs(v)); v < p.lower(j)-slack || v > p.upper(j)+slack || !finite(v) {
			return false
		}
	}
	return true
}

// DualBound returns the lower bound on the objective that these multipliers of the rows prove, by weak duality:
// multipliers of the wrong sign are set to 0, and each variable goes to its better bound. It holds for any
// multipliers, so errors of a solver weaken it but never make it wrong by more than the rounding of its own sum;
// it is −Inf where a variable with a negative reduced cost has no upper bound.
func (p Program) DualBound(duals []float64) float64 {
	reduced, size := append([]float64(nil), p.Cost...), make([]float64, len(p.Cost))
	bound := 0.
	for i, r := range p.Rows {
		y := duals[i]
		if r.Sense == AtMost {
			y = min(y, 0)
		} else if r.Sense == AtLeast {
			y = max(y, 0)
		}
		if y == 0 {
			continue
		}
		bound += y * r.Right
		for j, a := range r.Coefficients {
			reduced[j] -= y * a
			size[j] += math.Abs(y * a)
		}
	}
	for j, d := range reduced {
		if math.Abs(d) <= 1e-13*size[j] {
			continue // 0 but for rounding
		}
		if d > 0 {
			bound += d * p.lower(j)
		} else if d < 0 {
			bound += d * p.upper(j)
		}
	}
	return bound
}
