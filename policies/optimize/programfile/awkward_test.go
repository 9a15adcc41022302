package programfile

import (
	"flag"
	"fmt"
	"math"
	"testing"

	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/program"
)

var awkward = flag.Uint64("awkward", 20, "number of awkward programs that other solvers solve, too")

// TestOtherSolversAgreeOnAwkwardPrograms compares statuses and optima. Objectives may differ by a
// millionth. If another solver differs, the known optimum decides; if it is not known, one of the
// other solvers has to agree.
func TestOtherSolversAgreeOnAwkwardPrograms(t *testing.T) {
	others := []optimizetest.Other{optimizetest.CBC, optimizetest.GLPK}
	for _, s := range others {
		s.Need(t)
	}
	wrong := map[string]int{}
	for seed := range *awkward {
		rows, columns := 30, 40
		if seed%10 == 0 {
			rows, columns = 300, 600
		}
		a := optimizetest.NewAwkward(seed, rows, columns)
		status, objective := solveHere(t, a.Program)
		agreed := othersAgree(t, others, &a, a.Program, status, objective, wrong)
		if known := a.Status != "" && same(status, objective, a.Status, a.Optimum); !agreed && !known {
			t.Errorf("%s: %s %.12g, but no other solver agrees", &a, status, objective)
		}
	}
	t.Logf("other solvers differ in %v of %d programs", wrong, *awkward)
}

// same reports whether two solvers have the same answer. Objectives may differ by a millionth.
func same(status string, objective float64, theirs string, value float64) bool {
	return agree(status, theirs) && (status != "optimal" || math.Abs(objective-value) <= 1e-6*(1+math.Abs(objective)))
}

// othersAgree reports whether any other solver has the given answer of a program. It counts those
// that differ.
func othersAgree(t *testing.T, others []optimizetest.Other, about fmt.Stringer, p *program.Program, status string, objective float64, wrong map[string]int) (agreed bool) {
	for _, s := range others {
		theirs, value := ask(t, s, "p.mps", p, false)
		if s.Command == optimizetest.GLPK.Command {
			value += 2 * p.Offset // GLPK reads the constant with the other sign
		}
		if same(status, objective, theirs, value) {
			agreed = true
			continue
		}
		wrong[s.Command]++
		t.Logf("%s: %s says %s %.12g, this project %s %.12g", about, s.Command, theirs, value, status, objective)
	}
	return agreed
}
