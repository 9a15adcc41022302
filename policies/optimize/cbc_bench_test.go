//go:build unix

package optimize

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"wavetank/policies/optimize/integer"
	"wavetank/policies/optimize/optimizetest"
	"wavetank/policies/optimize/programfile"
)

// BenchmarkMILPToOnePercent solves 10 models on 10 types to a gap of 1 %.
func BenchmarkMILPToOnePercent(b *testing.B) {
	for name, demand := range map[string]float64{"high": 2000, "low": 100} {
		b.Run(name, func(b *testing.B) {
			benchmarkSeeds(b, MILP{Nodes: 1_000_000, Gap: 0.01}, 10, demand, 80, func(p Problem) Problem { return p })
		})
	}
}

// BenchmarkMILPAgainstCBC solves 50 models on 10 types to a gap of 1 %, with up to 6,000 nodes,
// which take a few seconds. It lets CBC solve the program of the same problem for 60 s of CPU time.
// The metrics are the excess of the objective over CBC's, and the gap. Not every point of the
// program can be placed on machines, so the objective of CBC may be out of reach.
func BenchmarkMILPAgainstCBC(b *testing.B) {
	optimizetest.CBC.Need(b)
	for _, form := range []struct {
		name   string
		demand float64
	}{{"high", 2000}, {"low", 100}} {
		for seed := uint64(1); seed <= 5; seed++ {
			p := seeded(seed, 50, 10, 1, form.demand, 400)
			b.Run(fmt.Sprintf("%s/seed-%d", form.name, seed), func(b *testing.B) {
				var found Solution
				before := optimizetest.Processor()
				for b.Loop() {
					var err error
					if found, err = Solve(MILP{Nodes: 6_000, Gap: 0.01}, p); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric((optimizetest.Processor()-before).Seconds()/float64(b.N), "cpu-s")
				_, other, _ := optimizetest.CBC.Ask(b, programFile(b, p), "-sec", "60")
				b.ReportMetric(found.Objective, "objective")
				b.ReportMetric(other, "objective-CBC")
				b.ReportMetric(100*(found.Objective/other-1), "excess-%")
				b.ReportMetric(100*integer.Gap(found.Objective, found.Bound), "gap-%")
			})
		}
	}
}

// programFile writes the program of a problem to a file.
func programFile(t testing.TB, p Problem) string {
	t.Helper()
	whole, err := p.Program(PartNames{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "program.mps")
	text, err := programfile.Write(file, whole)
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}
