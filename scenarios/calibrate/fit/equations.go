package fit

import (
	"math"
	"slices"

	"wavetank/scenarios/calibrate/replay"
)

// manyRows is the number of rows from which the means of an experiment count beside its rows: what is relative to each row
// alone would rather be short than long.
const manyRows = 20

// replicasOfLog returns the first experiments of a list that are of one log: its replicas.
func replicasOfLog(list []replay.MeasuredLoad) int {
	n := 1
	for n < len(list) && list[n].Name == list[0].Name && list[n].Replica != "" {
		n++
	}
	return n
}

// misfit is how far the simulated quantities of experiments are from the measured ones, over the rows that are not held back: the mean
// absolute differences, and half of the differences of the means.
func misfit(list []replay.MeasuredLoad, outcomes [][]replay.SimulatedRow) (sum float64) {
	for _, m := range replay.Compare(list, outcomes, func(held bool) bool { return !held }) {
		if m.Name == replay.FromQueue {
			continue
		}
		sum += m.MeanAbsolute
		if m.Rows >= manyRows {
			sum += math.Abs(m.Simulated/m.Measured-1) / 2
		}
	}
	return sum
}

// window is a measured span of time, with the features of the steps in it.
type window struct {
	measured float64
	features replay.Features
	counts   [3]float64 // how often each of the overheads is in it
}

// windows returns those of a row: to the first token and from there to the last, or the two as one.
func windows(e *replay.MeasuredLoad, r replay.MeasuredRow, o replay.SimulatedRow) []window {
	if r.TTFT == 0 {
		return []window{{r.E2E, o.ToFirst.Plus(o.Decode, 1), [3]float64{1, e.MeanOutput(r), 1}}}
	}
	list := []window{{r.TTFT, o.ToFirst, [3]float64{1, 1, 0}}}
	if out := e.MeanOutput(r); r.E2E > r.TTFT && out > 1 {
		list = append(list, window{r.E2E - r.TTFT, o.Decode, [3]float64{0, out - 1, 1}})
	}
	return list
}

// equation returns that of a window, relative to what was measured, times a weight.
func (f *fitter) equation(w window, weight float64) ([]float64, float64) {
	right := weight * (1 - f.fixedOverheads(w)/w.measured)
	row := make([]float64, len(f.shape.Parameters))
	for j, p := range f.shape.Parameters {
		if k := p.overhead(); k >= 0 {
			row[j] = weight * w.counts[k] / w.measured
		}
		for _, k := range p.Of {
			row[j] += weight * w.features[k] / w.measured
		}
	}
	return row, right
}

// rowEquations returns the equations of the measured windows.
func (f *fitter) rowEquations(outcomes [][]replay.SimulatedRow) (rows [][]float64, right []float64) {
	for i := range f.list {
		for j, r := range f.list[i].Rows {
			if r.HeldOut {
				continue
			}
			for _, w := range windows(&f.list[i], r, outcomes[i][j]) {
				row, b := f.equation(w, 1)
				rows, right = append(rows, row), append(right, b)
			}
		}
	}
	return rows, right
}

// equations returns those of the system, and those of the means of each experiment of many rows: of the TTFT, the time per token and
// the whole time, each of the weight of all rows.
func (f *fitter) equations(outcomes [][]replay.SimulatedRow) (rows [][]float64, right []float64) {
	rows, right = f.rowEquations(outcomes)
	f.rowCount = len(rows)
	for i := 0; i < len(f.list); {
		next := i + replicasOfLog(f.list[i:])
		sums, n := sumWindows(f.list[i:next], outcomes[i:next])
		for _, w := range sums {
			if n >= manyRows && w.measured > 0 {
				row, b := f.equation(w.dividedBy(n), math.Sqrt(float64(n)))
				rows, right = append(rows, row), append(right, b)
			}
		}
		i = next
	}
	f.meanCount = len(rows) - f.rowCount
	return rows, right
}

// sumWindows returns the sums of the windows of so many rows that are not held back: those to the first tokens, those per token after it,
// and all.
func sumWindows(list []replay.MeasuredLoad, outcomes [][]replay.SimulatedRow) (sums [3]window, n int) {
	for i := range list {
		e := &list[i]
		for j, r := range e.Rows {
			if r.HeldOut {
				continue
			}
			n++
			for _, w := range windows(e, r, outcomes[i][j]) {
				sums[2] = sums[2].plus(w, 1)
				if w.counts[0] > 0 {
					sums[0] = sums[0].plus(w, 1)
				} else {
					sums[1] = sums[1].plus(w, 1/max(1, e.MeanOutput(r)-1))
				}
			}
		}
	}
	return sums, n
}

// plus returns the sum of windows, the other times a factor.
func (w window) plus(other window, factor float64) window {
	w.measured += factor * other.measured
	for k, v := range other.features {
		w.features[k] += factor * v
	}
	for k, v := range other.counts {
		w.counts[k] += factor * v
	}
	return w
}

// dividedBy returns a sum of windows over their number.
func (w window) dividedBy(n int) window {
	w.measured /= float64(n)
	for k := range w.features {
		w.features[k] /= float64(n)
	}
	for k := range w.counts {
		w.counts[k] /= float64(n)
	}
	return w
}

// boundWeights makes equations that were relative to what was measured relative to half of what is said now, where that is more, so
// that a row much shorter than it should be, as after a cache hit that nobody tells, counts little more than one much longer.
func boundWeights(rows [][]float64, right, said, target []float64) {
	for i, v := range said {
		if share := 2 * target[i] / v; share < 1 {
			for j := range rows[i] {
				rows[i][j] *= share
			}
			right[i] *= share
		}
	}
}

// predictions returns what values make of the left sides of equations.
func predictions(rows [][]float64, values []float64) []float64 {
	list := make([]float64, len(rows))
	for i, row := range rows {
		for j, v := range row {
			list[i] += v * values[j]
		}
	}
	return list
}

// solve solves equations; the time before a request can be scheduled is no longer than the log allows.
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

// maxBefore returns the mean time into the engine's queue, where a log tells it, and with it, where the engine may have scheduled a step
// ahead without that being told, one step: a request waits for nothing else before it can be scheduled.
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
