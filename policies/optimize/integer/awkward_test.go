package integer_test

import (
	"context"
	"flag"
	"math"
	"testing"

	"wavetank/policies/optimize/integer"
	"wavetank/policies/optimize/optimizetest"
)

var awkward = flag.Uint64("awkward", 400, "number of awkward programs that are solved")

// TestAwkwardProgramsEndAsTheyMust solves programs with whole columns, whose optimum is known, or
// which have no solution.
func TestAwkwardProgramsEndAsTheyMust(t *testing.T) {
	ends, unresolved := map[string]int{}, uint64(0)
	for seed := range *awkward {
		rows, columns := 20, 30
		if seed%10 == 0 {
			rows, columns = 100, 200
		}
		a := optimizetest.NewAwkwardWhole(seed, rows, columns)
		if a.Integers() == 0 {
			continue // package linear solves these
		}
		o, err := integer.Solve(context.Background(), a.Program, integer.Terms{Nodes: 200})
		if err != nil {
			t.Fatal(err)
		}
		ends[a.Status+"→"+o.Ending.String()]++
		worst := 1.
		if a.Maximize {
			worst = -1
		}
		switch near := 1e-5 * (1 + math.Abs(a.Optimum)); {
		case o.Ending == integer.Unresolved:
			unresolved++ // rounding errors may leave very few undecided
		case a.Status != "infeasible" && o.Ending == integer.Infeasible,
			a.Status == "infeasible" && o.X != nil,
			a.Status == "optimal" && o.Ending == integer.Optimal && math.Abs(o.Objective-a.Optimum) > near,
			a.Status == "optimal" && (o.Ending == integer.Unbounded || worst*(o.Bound-a.Optimum) > near):
			t.Errorf("%s, %d whole columns: %v %.12g (bound %.12g), want %s %.12g", &a, a.Integers(), o.Ending, o.Objective, o.Bound, a.Status, a.Optimum)
		}
	}
	if unresolved > *awkward/200 {
		t.Errorf("%d of %d are unresolved", unresolved, *awkward)
	}
	t.Log(ends)
}
