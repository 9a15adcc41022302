package programfile

import (
	"flag"
	"testing"

	"wavetank/policies/optimize/optimizetest"
)

var structured = flag.Uint64("structured", 20, "number of structured programs that other solvers solve, too")

// TestOtherSolversAgreeOnStructuredPrograms compares statuses and optima of mixed-integer programs.
// One of the other solvers has to agree.
func TestOtherSolversAgreeOnStructuredPrograms(t *testing.T) {
	others := []optimizetest.Other{optimizetest.CBC, optimizetest.GLPK}
	for _, s := range others {
		s.Need(t)
	}
	wrong := map[string]int{}
	for seed := range *structured {
		p := optimizetest.NewStructured(seed, 1)
		status, objective := solveHere(t, p.Program)
		if !othersAgree(t, others, &p, p.Program, status, objective, wrong) {
			t.Errorf("%s: %s %.12g, but no other solver agrees", &p, status, objective)
		}
	}
	t.Logf("other solvers differ in %v of %d programs", wrong, *structured)
}
