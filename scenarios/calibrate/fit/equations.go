package fit

import (
	"math"
	"slices"

	"wavetank/scenarios/calibrate/replay"
)

// equation returns the equation of a window, row · values = right. It is divided by the measured
// time and multiplied by a weight.
func (f *fitter) equation(w window, weight float64) (row []float64, right float64) {
	right = weight * (1 - f.fixedOverheads(w)/w.measured)
	row = make([]float64, len(f.shape.Parameters))
	for j, p := range f.shape.Parameters {
		if k := p.overhead(); k >= 0 {
			row[j] = weight * w.counts[k] / w.measured
		} else {
			row[j] = weight * p.Feature(&w.features) / w.measured
		}
	}
	return row, right
}

// rowEquations returns the equations of the windows of all rows that are not held out. All logs
// have the same weight, whatever the number of their rows.
func (f *fitter) rowEquations(simulated [][]replay.SimulatedRow) (rows [][]float64, right []float64) {
	weights := f.weights()
	for i := range f.list {
		for j, r := range f.list[i].Rows {
			if r.HeldOut {
				continue
			}
			for _, w := range windows(&f.list[i], r, simulated[i][j]) {
				row, b := f.equation(w, weights[i]*trustOf(w, &f.list[i]))
				rows, right = append(rows, row), append(right, b)
			}
		}
	}
	return rows, right
}

// trustOf returns the weight of a window relative to others. The mean time to the first token of a
// point with clients depends on how these sent their requests, which is not known. Models differ
// from it about three times as much as from the time per token.
func trustOf(w window, e *replay.MeasuredLoad) float64 {
	if w.counts[0] > 0 && w.counts[2] == 0 && isClosedPoint(*e) {
		return 1. / 3
	}
	return 1
}

// weights returns the weight of the equations of each load, which makes the weights of all logs
// equal. The mean of the squared weights over all rows is 1.
func (f *fitter) weights() []float64 {
	list, logs, all := make([]float64, len(f.list)), 0.0, 0.0
	for i := 0; i < len(f.list); {
		next := i + replicasOfLog(f.list[i:])
		n := 0.0
		for _, e := range f.list[i:next] {
			for _, r := range e.Rows {
				if !r.HeldOut {
					n++
				}
			}
		}
		for k := i; k < next; k++ {
			list[k] = n
		}
		if n > 0 {
			logs, all = logs+1, all+n
		}
		i = next
	}
	for i, n := range list {
		if n > 0 {
			list[i] = math.Sqrt(all / logs / n)
		}
	}
	return list
}

// equations returns the equations of rows. For each log with many rows it adds three equations: of
// its mean TTFT, its mean time per token and its mean whole time. Each of the three weighs as much
// as all rows.
func (f *fitter) equations(simulated [][]replay.SimulatedRow) (rows [][]float64, right []float64) {
	rows, right = f.rowEquations(simulated)
	f.rowCount = len(rows)
	weights := f.weights()
	for i := 0; i < len(f.list); {
		next := i + replicasOfLog(f.list[i:])
		sums, n := sumWindows(f.list[i:next], simulated[i:next])
		for _, w := range sums {
			if n >= manyRows && w.measured > 0 {
				row, b := f.equation(w.dividedBy(n), weights[i]*math.Sqrt(float64(n)))
				rows, right = append(rows, row), append(right, b)
			}
		}
		i = next
	}
	f.meanCount = len(rows) - f.rowCount
	return rows, right
}

// boundWeights scales down equations whose predicted time is more than twice the measured time.
// They are then relative to half of the predicted time. Without this, a row with a very short
// measured time would dominate, for example after a cache hit that the log does not show.
func boundWeights(rows [][]float64, right, predicted, target []float64) {
	for i, v := range predicted {
		if share := 2 * target[i] / v; share < 1 {
			for j := range rows[i] {
				rows[i][j] *= share
			}
			right[i] *= share
		}
	}
}

// predictions returns the left sides of the equations: rows · values.
func predictions(rows [][]float64, values []float64) []float64 {
	list := make([]float64, len(rows))
	for i, row := range rows {
		for j, v := range row {
			list[i] += v * values[j]
		}
	}
	return list
}

// solve solves the equations. It limits the time before a request can be scheduled to maxBefore.
func (f *fitter) solve(rows [][]float64, right []float64) []float64 {
	x := robustLeastSquares(rows, right, f.rowCount, f.rowCount+f.meanCount)
	at := slices.IndexFunc(f.shape.Parameters, Parameter.isBefore)
	most, told := f.maxBefore()
	if at < 0 || !told || x[at] <= most {
		return x
	}
	fixed, rest := make([][]float64, len(rows)), slices.Clone(right)
	for i, row := range rows {
		fixed[i] = slices.Clone(row)
		rest[i] -= row[at] * most
		fixed[i][at] = 0
	}
	x = robustLeastSquares(fixed, rest, f.rowCount, f.rowCount+f.meanCount)
	x[at] = most
	return x
}

// maxBefore returns the longest mean time before a request can be scheduled: the measured time
// until it enters the engine's queue. If the engine may or may not schedule a step ahead, the
// result is one step longer. Told is false if the logs do not have this time.
func (f *fitter) maxBefore() (seconds float64, told bool) {
	n, steps, step := 0.0, 0.0, 0.0
	for i := range f.list {
		for _, r := range f.list[i].Rows {
			if r.HeldOut || r.Queue == 0 {
				continue
			}
			n, seconds = n+1, seconds+r.TTFT-r.Queue
			if out := f.list[i].MeanOutput(r); out > 1 {
				steps, step = steps+1, step+r.TPOT(out)
			}
		}
	}
	if n == 0 {
		return 0, false
	}
	seconds = max(0, seconds/n)
	if !f.Config.Ahead && steps > 0 {
		seconds += step / steps
	}
	return seconds, true
}

// withPrior adds equations that pull values towards the prior.
func (f *fitter) withPrior(rows [][]float64, right []float64) ([][]float64, []float64) {
	pull := f.Prior * math.Sqrt(float64(len(rows)))
	for i, v := range f.prior {
		if v > 0 {
			row := make([]float64, len(f.prior))
			row[i] = pull / v
			rows, right = append(rows, row), append(right, pull)
		}
	}
	return rows, right
}
