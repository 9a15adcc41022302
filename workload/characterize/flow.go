package characterize

import (
	"math"
	"time"

	"wavetank/sim/kernel"
)

// Flow describes the arrivals of a stream over time.
type Flow struct {
	Requests int64
	First    kernel.Time
	Last     kernel.Time
	Curve    Curve
	Minute   Windows // counts per minute
	Second   Windows // counts per second
	Gaps     Gaps
	// counts in windows of several steps of the grid, or of Reading.Window; nil: none
	Counts *Windows

	cells
}

func newFlow() Flow {
	return Flow{Curve: Curve{Step: steps[0]}, Minute: Windows{length: kernel.Time(time.Minute)}, Second: Windows{length: kernel.Time(time.Second)}}
}

// onto makes the flow count in windows of a length. For the curve, the instants of each step of a
// grid are spread evenly over the step. A grid of 0 leaves them unchanged.
func (f *Flow) onto(grid, window time.Duration) {
	f.Curve, f.cells = Curve{Step: steps[0]}, cells{step: kernel.Time(grid), cell: -1}
	if window > 0 {
		f.Counts = &Windows{length: kernel.Time(window), each: &LengthCounts{}, near: new([64 * fine]int64)}
	}
}

func (f *Flow) add(now kernel.Time) {
	if f.Requests == 0 {
		f.First = now
	} else {
		f.Gaps.add(now - f.Last)
	}
	f.Last = now
	f.Requests++
	at := now - f.First
	f.Minute.add(at)
	f.Second.add(at)
	f.count(at)
}

// count adds an instant, counted from the first request, to the curve and to the counts.
func (f *Flow) count(at kernel.Time) {
	f.Curve.add(f.even(at))
	if f.Counts != nil { // windows begin half a step before a point of the grid
		f.Counts.add(at + f.step/2)
	}
}

// Span is the time from the first request to the last.
func (f *Flow) Span() time.Duration { return time.Duration(f.Last - f.First) }

// Rate is the mean rate per second, or 0 for a stream of one instant.
func (f *Flow) Rate() float64 {
	if f.Last == f.First {
		return 0
	}
	return float64(f.Requests-1) / f.Span().Seconds()
}

// Rates returns the rates per second in windows of equal length, and this length. Most is the
// largest number of windows. If the stream ends within the last window, the rate of that window is
// taken up to the end. The last window is left out if the stream covers very little of it.
func (f *Flow) Rates(most int) (time.Duration, []float64) {
	step, rates := f.Curve.Coarse(most)
	whole := len(rates) - 1
	switch last := f.Span() - step*time.Duration(whole); {
	case whole == 0 || last >= step:
	case last < step/4:
		rates = rates[:whole]
	default:
		rates[whole] *= step.Seconds() / last.Seconds()
	}
	return step, rates
}

// Busiest is the rate per second in the busiest minute. For a stream shorter than a minute it is
// the mean rate.
func (f *Flow) Busiest() float64 {
	if f.Span() < time.Minute {
		return f.Rate()
	}
	return float64(f.Minute.most) / 60
}

// Windows collects statistics of the counts in windows of one length. The last window is left out,
// because it may be cut short.
type Windows struct {
	length    kernel.Time
	current   int64 // number of the present window
	count     int64 // requests in the present window
	before    int64 // requests in the window before
	n         int64 // finished windows
	most      int64 // largest count
	sum, sum2 float64
	// near is a histogram of the squared differences of neighbouring counts over their sums, in
	// millionths. It is nil if Local is not needed.
	near *[64 * fine]int64
	each *LengthCounts // histogram of the counts; nil if Distance is not needed
}

func (w *Windows) add(at kernel.Time) {
	if now := int64(at / w.length); now != w.current {
		w.over()
		if now > w.current+1 { // windows without requests
			w.count = 0
			w.over()
			w.n += now - w.current - 2
			if w.each != nil {
				w.each.addMany(0, now-w.current-2)
			}
		}
		w.current, w.count = now, 0
	}
	w.count++
	w.most = max(w.most, w.count)
}

// over finishes the present window.
func (w *Windows) over() {
	count := float64(w.count)
	w.sum, w.sum2 = w.sum+count, w.sum2+count*count
	if both := count + float64(w.before); w.near != nil && w.n > 0 && both > 0 {
		w.near[bin(uint64(1e6*(count-float64(w.before))*(count-float64(w.before))/both))]++
	}
	if w.each != nil {
		w.each.add(int32(min(w.count, longest)))
	}
	w.before = w.count
	w.n++
}

// Length is the length of a window.
func (w *Windows) Length() time.Duration { return time.Duration(w.length) }

// Dispersion returns the index of dispersion of the counts: variance over mean. It is 1 for Poisson
// arrivals. It is NaN for fewer than five windows.
func (w *Windows) Dispersion() float64 {
	if w.n < 5 || w.sum == 0 {
		return math.NaN()
	}
	mean := w.sum / float64(w.n)
	return (w.sum2 - w.sum*mean) / float64(w.n-1) / mean
}

// Local returns the index of dispersion, estimated from the differences of neighbouring counts (the
// mean square successive difference of von Neumann, Kent, Bellinson and Hart, Annals of
// Mathematical Statistics 1941). Slow changes of the rate hardly affect it. The largest 5 % of the
// squared differences are left out, since they may be jumps of the rate. To correct for that, the
// mean is divided by 0.7588. That is the mean of the squares of standard normal draws, without the
// largest 5 % of the squares. It returns NaN for few windows.
func (w *Windows) Local() float64 {
	if w.near == nil {
		return math.NaN()
	}
	var n, sum, all float64
	for _, c := range w.near {
		all += float64(c)
	}
	if all < 20 {
		return math.NaN()
	}
	for i, c := range w.near {
		kept := min(float64(c), 0.95*all-n)
		n, sum = n+kept, sum+kept*middle(i)/1e6
	}
	return sum / n / 0.7588
}

// Distance is the Kolmogorov–Smirnov distance of the distributions of counts. Both Windows must
// hold their histograms.
func (w *Windows) Distance(o *Windows) float64 { return w.each.Distance(o.each) }
