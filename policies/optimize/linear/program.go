// Package linear solves linear programs by the simplex method. It knows nothing of allocation.
// Program is what is solved, Minimize solves it, and Result.Duals with Program.DualBound prove a
// bound on the least objective.
package linear

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

// Constraint is one row of a Program.
type Constraint struct {
	Coefficients []float64 // one per variable
	Sense        Sense
	Right        float64
}

// Program is a linear program: minimise Cost·x subject to the rows and to Lower ≤ x ≤ Upper.
type Program struct {
	Cost  []float64
	Rows  []Constraint
	Lower []float64 // nil: all 0; entries may be −Inf
	Upper []float64 // nil: all +Inf
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

// DualBound returns the lower bound on the objective that multipliers of the rows prove, by weak
// duality. Multipliers of the wrong sign count as 0, and each variable goes to its better bound. It
// holds for any multipliers: errors of a solver weaken it, but make it wrong by no more than the
// rounding of its own sum. It is −Inf if a variable with a negative reduced cost has no upper
// bound.
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
			continue // 0 except for rounding
		}
		if d > 0 {
			bound += d * p.lower(j)
		} else if d < 0 {
			bound += d * p.upper(j)
		}
	}
	return bound
}
