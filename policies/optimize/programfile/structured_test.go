package programfile

import (
	"flag"
	"math"
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
		agreed := false
		for _, s := range others {
			theirs, value := ask(t, s, "p.mps", p.Program, false)
			if agree(status, theirs) && (status != "optimal" || math.Abs(objective-value) <= 1e-6*(1+math.Abs(objective))) {
				agreed = true
				continue
			}
			wrong[s.Command]++
			t.Logf("%s: %s says %s %.12g, this project %s %.12g", &p, s.Command, theirs, value, status, objective)
		}
		if !agreed {
			t.Errorf("%s: %s %.12g, but no other solver agrees", &p, status, objective)
		}
	}
	t.Logf("other solvers differ in %v of %d programs", wrong, *structured)
}
