// Package optimizetest makes families of programs for tests and benchmarks of solvers. A seed makes
// the same program on every computer. The package also runs other solvers for comparison.
package optimizetest

import (
	"math"
	"math/rand/v2"

	"wavetank/policies/optimize/program"
)

// Covering returns a covering program: minimise Σ cost·x such that Σ a·x ≥ b in every row, and x ≥
// 0. Costs are from 1 to 100, right sides b from 10 to 99, and coefficients a from 1 to 9, all
// whole numbers. Each coefficient exists with probability 0.1. A row without coefficients gets one,
// so that the program has a solution.
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

// Transport returns a transport program. Each sink needs 1 to 50 units. Each source has three times
// the total need divided by the number of sources. A unit from a source to a sink costs 1 to 100.
// Column source·sinks + sink is the amount from this source to this sink. The rows of the sources
// come first.
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
