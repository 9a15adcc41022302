package linear

import (
	"flag"
	"fmt"
	"math"
	"testing"

	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
)

var awkward = flag.Uint64("awkward", 400, "number of awkward programs that are solved")

// TestAwkwardProgramsEndAsTheyMust solves programs with a known optimum, or without a solution. One
// in ten is large.
func TestAwkwardProgramsEndAsTheyMust(t *testing.T) {
	for seed := range *awkward {
		rows, columns := 30, 40
		if seed%10 == 0 {
			rows, columns = 300, 600
		}
		a := optimizetest.NewAwkward(seed, rows, columns)
		for _, c := range []Controls{{}, {NoPresolve: true}} {
			r, err := Solve(t.Context(), a.Program, c)
			if err != nil {
				t.Fatal(err)
			}
			if err := certifyRoughly(a.Program, r); err != nil {
				t.Errorf("%s, %+v: %v", &a, c, err)
			}
			off := math.Abs(r.Objective - a.Optimum)
			if a.Status != "" && a.Status != r.Status.String() || a.Status == "optimal" && off > 1e-6*(1+math.Abs(a.Optimum)) {
				t.Errorf("%s, %+v: %v %.12g, want %s %.12g", &a, c, r.Status, r.Objective, a.Status, a.Optimum)
			}
		}
	}
}

// certifyRoughly is certify, but of an optimum it only checks that x is feasible and that
// multipliers prove its objective. So errors may be relative to the largest numbers of the program.
func certifyRoughly(p *program.Program, r Result) error {
	if r.Status != Optimal {
		return certify(p, r)
	}
	if rows, _ := p.Violation(r.X); rows > 1e-6 {
		return fmt.Errorf("rows are violated by %v", rows)
	}
	bound, size := 0., 0.
	add := func(multiplier, lower, upper, noise float64) {
		at := lower
		if multiplier < 0 == !p.Maximize {
			at = upper
		}
		if math.Abs(multiplier) <= noise && math.IsInf(at, 0) || multiplier == 0 {
			return
		}
		bound += multiplier * at
		size = max(size, math.Abs(multiplier*at))
	}
	most := large(r.Duals)
	for j, c := range p.Cost {
		terms := math.Abs(c)
		rows, values := p.Column(j)
		for k, i := range rows {
			c -= r.Duals[i] * values[k]
			terms = max(terms, math.Abs(r.Duals[i]*values[k]))
		}
		add(c, p.Lower[j], p.Upper[j], 1e-6*(1+terms))
	}
	for i, y := range r.Duals {
		add(y, p.RowLower[i], p.RowUpper[i], 1e-9*(1+most))
	}
	if off := math.Abs(p.Offset + bound - r.Objective); !(off <= 1e-6*(1+math.Abs(r.Objective)+size)) {
		return fmt.Errorf("multipliers prove %.12g, the objective is %.12g (terms up to %.3g)", p.Offset+bound, r.Objective, size)
	}
	return nil
}
