package fit

import (
	"fmt"
	"math"
	"slices"
)

// search iterates from several starts, and improves the best result by the Gauss-Newton method.
func (f *fitter) search() error {
	f.best.score = math.Inf(1)
	for i, values := range f.startingValues() {
		if f.prior = nil; i == 0 && f.Prior > 0 {
			f.prior = values
		}
		if err := f.iterate(values); err != nil {
			return err
		}
		if f.prior != nil {
			break
		}
	}
	if math.IsInf(f.best.score, 1) {
		return nil
	}
	var err error
	f.best, err = f.gaussNewton(f.best)
	return err
}

// iterate alternates between simulating and solving. The first iterations start from the last
// values. Later ones start from the best values so far, with shorter and shorter steps.
func (f *fitter) iterate(values []float64) error {
	best, err := f.simulate(values)
	if err != nil {
		return err
	}
	if math.IsInf(best.score, 1) {
		return nil
	}
	const free, most = 6, 40
	at := best
	for k, damping := 0, 1.0; k < most && damping > 1./32; k++ {
		next, err := f.improve(at, damping)
		if err != nil {
			return err
		}
		gained := next.score < best.score*(1-1e-4)
		if next.score < best.score {
			best = next
		}
		switch {
		case k < free && !math.IsInf(next.score, 1):
			at = next
		default:
			at = best
			if !gained {
				damping /= 2
			}
		}
	}
	if best.score < f.best.score {
		f.best = best
	}
	return nil
}

// improve moves the values of a trial towards the solution of its equations, and simulates with the
// new values.
func (f *fitter) improve(at trial, damping float64) (trial, error) {
	rows, right := f.equations(at.simulated)
	if f.rowCount < len(f.shape.Parameters) && len(f.beliefs(at.values)) == 0 || f.rowCount == 0 {
		return trial{}, fmt.Errorf("%d measured windows are too few for %d coefficients", len(rows), len(f.shape.Parameters))
	}
	boundWeights(rows, right, predictions(rows, at.values), slices.Clone(right))
	spread := f.spreadOf(rows, right, at.values)
	rows, right = f.withPrior(rows, right)
	solved := f.solve(f.withBeliefs(rows, right, at.values, spread))
	next := slices.Clone(at.values)
	for i := range next {
		if slices.ContainsFunc(rows, func(row []float64) bool { return row[i] != 0 }) {
			next[i] += damping * (solved[i] - next[i])
		}
	}
	return f.simulate(next)
}

// criterion returns the Bayesian information criterion of the best trial, corrected for few
// measurements.
func (f *fitter) criterion() float64 {
	n := float64(f.rowCount)
	return 2*n*math.Log(f.best.score) + penalty(len(f.shape.Parameters), n)
}

// penalty returns the part of the criterion that grows with the number of parameters, for a fit to
// n windows. The correction for few windows is McQuarrie's (1999, Statistics & Probability Letters
// 44). The penalty is infinite if there are too few windows.
func penalty(parameters int, n float64) float64 {
	k := float64(parameters)
	if n <= k+2 {
		return math.Inf(1)
	}
	return k * math.Log(n) * n / (n - k - 2)
}
