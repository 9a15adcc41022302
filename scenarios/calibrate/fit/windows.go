package fit

import (
	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// manyRows is the smallest number of rows of a log for which there are also equations of its means.
// They are needed because equations that are relative to single rows favour short times.
const manyRows = 20

// replicasOfLog returns how many loads at the start of a list belong to replicas of one log.
func replicasOfLog(list []replay.MeasuredLoad) int {
	n := 1
	for n < len(list) && list[n].Name == list[0].Name && list[n].Replica != "" {
		n++
	}
	return n
}

// window is a measured span of time.
type window struct {
	measured float64        // length in seconds
	features profile.Vector // features of the steps in the window
	counts   [3]float64     // how often the window contains each overhead
}

// windows returns the windows of a row: one up to the first token, and one from there to the last
// token. If first tokens were not measured, one window covers both.
func windows(e *replay.MeasuredLoad, r replay.MeasuredRow, s replay.SimulatedRow) []window {
	if r.TTFT == 0 {
		return []window{{r.E2E, s.ToFirst.Plus(s.Decode, 1), [3]float64{1, e.MeanOutput(r), 1}}}
	}
	list := []window{{r.TTFT, s.ToFirst, [3]float64{1, 1, 0}}}
	if out := e.MeanOutput(r); r.E2E > r.TTFT && out > 1 {
		list = append(list, window{r.E2E - r.TTFT, s.Decode, [3]float64{0, out - 1, 1}})
	}
	return list
}

// sumWindows adds up the windows of all n rows that are not held out:
//   - sums[0]: up to the first token
//   - sums[1]: from there to the last token, divided by the number of tokens
//   - sums[2]: up to the last token
func sumWindows(list []replay.MeasuredLoad, simulated [][]replay.SimulatedRow) (sums [3]window, n int) {
	for i := range list {
		e := &list[i]
		for j, r := range e.Rows {
			if r.HeldOut {
				continue
			}
			n++
			for _, w := range windows(e, r, simulated[i][j]) {
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

// plus returns w + factor · other.
func (w window) plus(other window, factor float64) window {
	w.measured += factor * other.measured
	w.features = w.features.Plus(other.features, factor)
	for k, v := range other.counts {
		w.counts[k] += factor * v
	}
	return w
}

// dividedBy returns the mean of n windows, given their sum.
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
