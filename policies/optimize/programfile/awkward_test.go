package programfile

import (
	"flag"
	"math"
	"testing"

	"wavetank/policies/optimize/optimizetest"
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
		same := func(theirs string, value float64) bool {
			return agree(status, theirs) && (status != "optimal" || math.Abs(objective-value) <= 1e-6*(1+math.Abs(objective)))
		}
		agreed := false
		for _, s := range others {
			theirs, value := ask(t, s, "p.mps", a.Program, false)
			if s.Command == optimizetest.GLPK.Command {
				value += 2 * a.Offset // GLPK reads the constant with the other sign
			}
			if same(theirs, value) {
				agreed = true
				continue
			}
			wrong[s.Command]++
			t.Logf("%s: %s says %s %.12g, this project %s %.12g", &a, s.Command, theirs, value, status, objective)
		}
		if known := a.Status != "" && same(a.Status, a.Optimum); !agreed && !known {
			t.Errorf("%s: %s %.12g, but no other solver agrees", &a, status, objective)
		}
	}
	t.Logf("other solvers differ in %v of %d programs", wrong, *awkward)
}
