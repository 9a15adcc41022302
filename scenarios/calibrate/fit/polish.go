package fit

import (
	"math"
	"slices"
)

// polish improves a trial by the method of Gauss and Newton with differences for derivatives, for measurements that depend on
// the law through the queue more than through the steps counted, as near saturation.
func (f *fitter) polish(best trial) (trial, error) {
	const most, least = 8, 1. / 16
	for k, damping := 0, 1.0; k < most && damping >= least; k++ {
		rows, right, err := f.slopes(best)
		if err != nil {
			return best, err
		}
		solved := f.solve(f.pulled(rows, right))
		for gained := false; !gained && damping >= least; {
			next := slices.Clone(best.values)
			for i := range next {
				next[i] += damping * (solved[i] - next[i])
			}
			t, err := f.try(next)
			if err != nil {
				return best, err
			}
			if gained = t.score < best.score*(1-1e-3); gained {
				best = t
			} else {
				damping /= 2
			}
		}
	}
	return best, nil
}

// slopes returns the equations of the measured windows, linearized at a trial by simulating with each parameter a little
// larger, and one row per parameter that keeps it near where it is.
func (f *fitter) slopes(at trial) (rows [][]float64, right []float64, err error) {
	now := f.windowsOf(at)
	_, target := f.equations(at.outcomes)
	right = make([]float64, len(now))
	rows = make([][]float64, len(now))
	for i, v := range now {
		rows[i], right[i] = make([]float64, len(at.values)), target[i]-v
	}
	for j, v := range at.values {
		step := 0.02 * v
		if v == 0 {
			step = f.scale(at, j)
		}
		moved := slices.Clone(at.values)
		moved[j] += step
		t, err := f.try(moved)
		if err != nil {
			return nil, nil, err
		}
		if math.IsInf(t.score, 1) {
			continue
		}
		then := f.windowsOf(t)
		for i := range now {
			slope := (then[i] - now[i]) / step
			rows[i][j] = slope
			right[i] += slope * v
		}
		near := make([]float64, len(at.values))
		near[j] = 0.05 / (v + step)
		rows, right = append(rows, near), append(right, near[j]*v)
	}
	even(rows, right, now, target)
	return rows, right, nil
}

// scale is a small step for a parameter that is zero: so much that an average window gets a hundredth longer.
func (f *fitter) scale(at trial, j int) float64 {
	rows, _ := f.system(at.outcomes)
	sum := 0.0
	for _, row := range rows {
		sum += row[j]
	}
	if sum == 0 {
		return 1e-6
	}
	return 0.01 * float64(len(rows)) / sum
}

// windowsOf returns the simulated windows over the measured ones, in the order of system.
func (f *fitter) windowsOf(t trial) []float64 {
	rows, _ := f.equations(t.outcomes)
	return said(rows, t.values)
}
