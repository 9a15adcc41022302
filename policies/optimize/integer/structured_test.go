package integer_test

import (
	"context"
	"flag"
	"math"
	"testing"

	"wavetank/policies/optimize/integer"
	"wavetank/policies/optimize/optimizetest"
)

var structured = flag.Uint64("structured", 60, "number of structured programs that are solved")

// TestSearchesThatStopEarlyTellTheTruth solves programs to the end, without heuristics, and with
// limits on nodes and steps. All searches to the end have the same result. Those that stop early
// have a solution that is feasible, and a bound that the optimum keeps.
func TestSearchesThatStopEarlyTellTheTruth(t *testing.T) {
	stopped, infeasible := 0, 0
	for seed := range *structured {
		p := optimizetest.NewStructured(seed, 1+int(seed%7)/6)
		solve := func(terms integer.Terms) integer.Answer {
			o, err := integer.Solve(context.Background(), p.Program, terms)
			if err != nil {
				t.Fatal(err)
			}
			if o.X != nil {
				if rows, integers := p.Violation(o.X); rows > 1e-6 || integers != 0 || math.Abs(p.Objective(o.X)-o.Objective) > 1e-9*(1+math.Abs(o.Objective)) {
					t.Errorf("%s, %+v: rows are violated by %v, integers by %v, the objective is %v, not %v", &p, terms, rows, integers, p.Objective(o.X), o.Objective)
				}
			}
			return o
		}
		whole := solve(integer.Terms{})
		tolerance := 1e-6 * (1 + math.Abs(whole.Objective))
		if whole.Ending == integer.Infeasible {
			infeasible++
		} else if whole.Ending != integer.Optimal {
			t.Errorf("%s: %v", &p, whole.Ending)
		}
		if o := solve(integer.Terms{Plain: true, Rounds: 1}); o.Ending != whole.Ending || o.X != nil && math.Abs(o.Objective-whole.Objective) > tolerance {
			t.Errorf("%s: %v %v without heuristics, %v %v with", &p, o.Ending, o.Objective, whole.Ending, whole.Objective)
		}
		for _, terms := range []integer.Terms{{Nodes: 3, Rounds: 1}, {Nodes: 20, Plain: true, Rounds: 1}, {Nodes: 100}, {Steps: 200}, {Steps: 1000, Rounds: 2}, {Gap: 0.1}} {
			o := solve(terms)
			if o.Ending != whole.Ending {
				stopped++
			}
			if whole.X == nil && o.X != nil || whole.X != nil && (o.Bound > whole.Objective+tolerance || o.Objective < whole.Objective-tolerance) {
				t.Errorf("%s, %+v: %v %v with bound %v, the optimum is %v", &p, terms, o.Ending, o.Objective, o.Bound, whole.Objective)
			}
		}
	}
	if stopped == 0 || infeasible == 0 {
		t.Errorf("%d searches stopped early, %d programs have no solution", stopped, infeasible)
	}
}
