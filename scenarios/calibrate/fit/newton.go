package fit

import (
	"math"
	"slices"
)

// gaussNewton improves a trial by the Gauss-Newton method, with finite differences as derivatives.
// It helps near saturation. There the step-time model changes the times mostly through the queue,
// and less through the counted steps.
func (f *fitter) gaussNewton(best trial) (trial, error) {
	const most, least = 8, 1. / 16
	for k, damping := 0, 1.0; k < most && damping >= least; k++ {
		rows, right, err := f.linearize(best)
		if err != nil {
			return best, err
		}
		spread := f.spreadOf(rows, right, best.values)
		rows, right = f.withPrior(rows, right)
		solved := f.solve(f.withBeliefs(rows, right, best.values, spread))
		for gained := false; !gained && damping >= least; {
			next := slices.Clone(best.values)
			for i := range next {
				next[i] += damping * (solved[i] - next[i])
			}
			t, err := f.simulate(next)
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

// linearize returns the equations linearized at a trial. For each parameter it simulates with a
// slightly larger value. One more row for each parameter keeps it near its value.
func (f *fitter) linearize(at trial) (rows [][]float64, right []float64, err error) {
	now := f.predictedWindows(at)
	_, target := f.equations(at.simulated)
	right = make([]float64, len(now))
	rows = make([][]float64, len(now))
	for i, v := range now {
		rows[i], right[i] = make([]float64, len(at.values)), target[i]-v
	}
	for j, v := range at.values {
		step := 0.02 * v
		if v == 0 {
			step = f.smallStep(at, j)
		}
		moved := slices.Clone(at.values)
		moved[j] += step
		t, err := f.simulate(moved)
		if err != nil {
			return nil, nil, err
		}
		if math.IsInf(t.score, 1) {
			continue
		}
		then := f.predictedWindows(t)
		for i := range now {
			slope := (then[i] - now[i]) / step
			rows[i][j] = slope
			right[i] += slope * v
		}
		near := make([]float64, len(at.values))
		near[j] = 0.05 / (v + step)
		rows, right = append(rows, near), append(right, near[j]*v)
	}
	boundWeights(rows, right, now, target)
	return rows, right, nil
}

// smallStep returns a step for a parameter that is zero. The step makes the mean window 1 % longer.
func (f *fitter) smallStep(at trial, j int) float64 {
	rows, _ := f.rowEquations(at.simulated)
	sum := 0.0
	for _, row := range rows {
		sum += row[j]
	}
	if sum == 0 {
		return 1e-6
	}
	return 0.01 * float64(len(rows)) / sum
}

// predictedWindows returns the simulated windows, each divided by the measured one, in the order of
// equations.
func (f *fitter) predictedWindows(t trial) []float64 {
	rows, _ := f.equations(t.simulated)
	return predictions(rows, t.values)
}
