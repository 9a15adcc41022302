package fit

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// bootstrap draws values that are about as likely as the best ones, from the equations of rows. It
// draws blocks of equations, because neighbouring equations are not independent. Beliefs are drawn,
// too: each is off by a normal error. A draw is the best values plus the difference that the drawn
// equations make.
func (f *fitter) bootstrap(values []float64, rows [][]float64, right []float64) (draws [][]float64) {
	const samples = 200
	n := len(rows)
	spread := f.spreadOf(rows, right, values)
	middle := f.solveOnce(rows, right, values, spread, nil)
	block := min(max(int(math.Sqrt(float64(n))), int(float64(n)/f.independent())), max(1, n/4))
	g := rand.New(rand.NewPCG(1, 2))
	some, b := make([][]float64, 0, n+block), make([]float64, 0, n+block)
	for range samples {
		some, b = some[:0], b[:0]
		for len(some) < n {
			from := g.IntN(n)
			for k := range block {
				at := (from + k) % n
				some, b = append(some, rows[at]), append(b, right[at])
			}
		}
		drawn := f.solveOnce(some[:n], b[:n], values, spread, g)
		for j := range drawn {
			drawn[j] = max(0, values[j]+drawn[j]-middle[j])
		}
		draws = append(draws, drawn)
	}
	return draws
}

// solveOnce solves equations together with the beliefs. With g, each belief is off by a normal
// error.
func (f *fitter) solveOnce(rows [][]float64, right, values []float64, spread float64, g *rand.Rand) []float64 {
	n := len(rows)
	rows, right = f.withPrior(slices.Clip(rows), slices.Clip(right))
	from := len(rows)
	rows, right = f.withBeliefs(rows, right, values, spread)
	if g != nil {
		weight := spread * math.Sqrt(float64(n)/f.independent())
		for i := from; i < len(rows); i++ {
			right[i] += weight * g.NormFloat64()
		}
	}
	x := NonnegativeLeastSquares(rows, right)
	if most, told := f.maxBefore(); told {
		if at := slices.IndexFunc(f.shape.Parameters, Parameter.isBefore); at >= 0 {
			x[at] = min(x[at], most)
		}
	}
	return x
}

// intervalsOf returns the 95 % intervals of values, from draws of a bootstrap.
func intervalsOf(values []float64, draws [][]float64) (low, high []float64) {
	for j, v := range values {
		list := make([]float64, len(draws))
		for i, d := range draws {
			list[i] = d[j]
		}
		slices.SortFunc(list, cmp.Compare[float64])
		low = append(low, min(v, list[len(list)/40]))
		high = append(high, max(v, list[len(list)-1-len(list)/40]))
	}
	return low, high
}
