package linear

import (
	"fmt"
	"math"

	"wavetank/policies/optimize/program"
)

// certify checks a result by the proofs in it, without code of the solver.
func certify(p *program.Program, r Result) error {
	switch r.Status {
	case Optimal:
		return certifyOptimal(p, r)
	case Infeasible:
		return certifyInfeasible(p, r.Farkas)
	case Unbounded:
		return certifyUnbounded(p, r)
	}
	return fmt.Errorf("the status is %v", r.Status)
}

// certifyOptimal checks three things: that x is feasible, that multipliers and reduced costs agree
// and have the right signs (complementary slackness), and that they prove the objective as a bound.
func certifyOptimal(p *program.Program, r Result) error {
	if rows, _ := p.Violation(r.X); rows > 1e-6 {
		return fmt.Errorf("x = %v violates the rows by %v", r.X, rows)
	}
	if off := math.Abs(p.Objective(r.X) - r.Objective); off > 1e-9*(1+math.Abs(r.Objective)) {
		return fmt.Errorf("the objective at x is %v, the result says %v", p.Objective(r.X), r.Objective)
	}
	sign := 1.
	if p.Maximize {
		sign = -1
	}
	for j, c := range p.Cost {
		d, terms := c, math.Abs(c)
		rows, values := p.Column(j)
		for k, i := range rows {
			d -= r.Duals[i] * values[k]
			terms += math.Abs(r.Duals[i] * values[k])
		}
		if math.Abs(d-r.Reduced[j]) > 1e-9*(1+terms) {
			return fmt.Errorf("the reduced cost of column %d is %v, the result says %v", j, d, r.Reduced[j])
		}
		if err := slack(sign*d, r.X[j], p.Lower[j], p.Upper[j], 1e-6*(1+terms)); err != nil {
			return fmt.Errorf("column %d: %v", j, err)
		}
	}
	for i, a := range p.Activity(r.X) {
		if math.Abs(a-r.Activity[i]) > 1e-8*(1+math.Abs(a)) {
			return fmt.Errorf("the activity of row %d is %v, the result says %v", i, a, r.Activity[i])
		}
		if err := slack(sign*r.Duals[i], a, p.RowLower[i], p.RowUpper[i], 1e-6*(1+math.Abs(r.Duals[i]))); err != nil {
			return fmt.Errorf("row %d: %v", i, err)
		}
	}
	return nil
}

// slack checks that the value is at its lower bound if the price is above 0, and at its upper bound
// if the price is below 0.
func slack(price, value, lower, upper, tolerance float64) error {
	near := 1e-6 * (1 + math.Abs(value))
	if price > tolerance && value > lower+near {
		return fmt.Errorf("price %v, but %v is above %v", price, value, lower)
	}
	if price < -tolerance && value < upper-near {
		return fmt.Errorf("price %v, but %v is below %v", price, value, upper)
	}
	return nil
}

// certifyInfeasible checks that some lower bound is above its upper bound, or that the multipliers
// prove that the rows cannot hold: Σ multipliers·row − Σ multipliers·activity is 0 for every x, but
// above 0 within all bounds.
func certifyInfeasible(p *program.Program, farkas []float64) error {
	least, terms := 0., 0.
	add := func(g, lower, upper float64) {
		if g < 0 {
			lower = upper
		}
		if g != 0 {
			least += g * lower
			terms += math.Abs(g * lower)
		}
	}
	for i := range p.RowLower {
		if p.RowLower[i] > p.RowUpper[i] {
			return nil
		}
	}
	for j := range p.Cost {
		if p.Lower[j] > p.Upper[j] {
			return nil
		}
		g, size := 0., 0.
		rows, values := p.Column(j)
		for k, i := range rows {
			g += farkas[i] * values[k]
			size += math.Abs(farkas[i] * values[k])
		}
		if math.Abs(g) > 1e-10*size {
			add(g, p.Lower[j], p.Upper[j])
		}
	}
	for i, y := range farkas {
		add(-y, p.RowLower[i], p.RowUpper[i])
	}
	if !(least > 1e-10*terms) {
		return fmt.Errorf("multipliers %v prove nothing: the least sum is %v", farkas, least)
	}
	return nil
}

// certifyUnbounded checks that x is feasible, that the ray stays within the bounds and that it
// improves.
func certifyUnbounded(p *program.Program, r Result) error {
	if rows, _ := p.Violation(r.X); rows > 1e-6 {
		return fmt.Errorf("x = %v violates the rows by %v", r.X, rows)
	}
	gain := p.Objective(r.Ray) - p.Offset
	if p.Maximize {
		gain = -gain
	}
	if gain >= 0 {
		return fmt.Errorf("the ray %v does not improve", r.Ray)
	}
	for j, v := range r.Ray {
		if v > 0 && !math.IsInf(p.Upper[j], 1) || v < 0 && !math.IsInf(p.Lower[j], -1) {
			return fmt.Errorf("the ray %v meets a bound of column %d", r.Ray, j)
		}
	}
	activity, size := make([]float64, p.Height()), make([]float64, p.Height())
	for j, v := range r.Ray {
		rows, values := p.Column(j)
		for k, i := range rows {
			activity[i] += values[k] * v
			size[i] = max(size[i], math.Abs(values[k]*v))
		}
	}
	for i, v := range activity {
		if near := 1e-7 * (1 + size[i]); v > near && !math.IsInf(p.RowUpper[i], 1) || v < -near && !math.IsInf(p.RowLower[i], -1) {
			return fmt.Errorf("the ray %v meets a bound of row %d", r.Ray, i)
		}
	}
	return nil
}
