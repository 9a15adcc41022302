// Package optimizetest makes families of programs for tests and benchmarks of solvers. The same
// seed makes the same program everywhere.
package optimizetest

import (
	"math"
	"math/rand/v2"

	"wavetank/policies/optimize/program"
)

// Covering returns a covering program: each of the rows is to be covered to 10–99 by columns that
// cost 1–100 and are not negative. A coefficient is there with probability 0.1, and is 1–9. A row
// without any gets one, so that there is a solution. All numbers are whole.
func Covering(seed uint64, rows, columns int) *program.Program {
	r := rand.New(rand.NewPCG(seed, 1))
	var b program.Builder
	inf := math.Inf(1)
	for range columns {
		b.Column(float64(1+r.IntN(100)), 0, inf)
	}
	for i := range rows {
		b.Row(float64(10+r.IntN(90)), inf)
		empty := true
		for j := range columns {
			if r.Float64() < 0.1 {
				b.Add(i, j, float64(1+r.IntN(9)))
				empty = false
			}
		}
		if empty {
			b.Add(i, r.IntN(columns), float64(1+r.IntN(9)))
		}
	}
	return b.Program()
}

// Transport returns a transport program: sinks need 1–50 each, sources have 3 times the mean need
// of a source each, and a unit costs 1–100 from a source to a sink. Column source·sinks + sink is
// what goes from one to the other. The rows of the sources come first.
func Transport(seed uint64, sources, sinks int) *program.Program {
	r := rand.New(rand.NewPCG(seed, 2))
	var b program.Builder
	inf, total := math.Inf(1), 0.
	need := make([]float64, sinks)
	for k := range need {
		need[k] = float64(1 + r.IntN(50))
		total += need[k]
	}
	for range sources {
		b.Row(-inf, 3*total/float64(sources))
	}
	for _, n := range need {
		b.Row(n, inf)
	}
	for i := range sources {
		for k := range sinks {
			j := b.Column(float64(1+r.IntN(100)), 0, inf)
			b.Add(i, j, 1)
			b.Add(sources+k, j, 1)
		}
	}
	return b.Program()
}
