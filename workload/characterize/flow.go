package characterize

import (
	"math"
	"time"

	"wavetank/sim/kernel"
)

// Flow is when requests come.
type Flow struct {
	Requests int64
	First    kernel.Time
	Last     kernel.Time
	Curve    Curve
	Minute   Windows // counts per minute
	Second   Windows // counts per second
	Gaps     Gaps
	Counts   *Windows // of some steps of a grid, or as long as was asked for; nil: none

	cells
}

func newFlow() Flow {
	return Flow{Curve: Curve{Step: steps[0]}, Minute: Windows{length: kernel.Time(time.Minute)}, Second: Windows{length: kernel.Time(time.Second)}}
}

// onto has a flow counted in windows of a length. Its curve is drawn as if requests came evenly
// within each step of a grid; with a grid of 0, as they come.
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

// count adds an instant since the first to the curve and to the counts.
func (f *Flow) count(at kernel.Time) {
	f.Curve.add(f.even(at))
	if f.Counts != nil { // the windows begin half a step before the grid
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

// Rates returns the rates per second in at most the given number of windows, and the length of a
// window. The stream may end in the last window: its rate is that up to there. It is left out when
// the stream has hardly begun it.
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

// Busiest is the rate per second in the busiest minute; for a shorter stream, its mean rate.
func (f *Flow) Busiest() float64 {
	if f.Span() < time.Minute {
		return f.Rate()
	}
	return float64(f.Minute.most) / 60
}

// Windows folds the counts of windows of one length. The last window, which may be cut short, is
// left out.
type Windows struct {
	length    kernel.Time
	current   int64 // number of the window
	count     int64 // in it
	before    int64 // in the one before
	n         int64 // windows that are over
	most      int64
	sum, sum2 float64
	// near counts the squared differences of neighbours over their sums, in millionths. It is nil
	// where they are not held.
	near *[64 * fine]int64
	each *LengthCounts // the counts; nil if they are not held
}

func (w *Windows) add(at kernel.Time) {
	if now := int64(at / w.length); now != w.current {
		w.over()
		if now > w.current+1 { // windows without any
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

// over ends a window.
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

// Length is that of a window.
func (w *Windows) Length() time.Duration { return time.Duration(w.length) }

// Dispersion returns the index of dispersion of the counts, variance over mean. It is 1 for Poisson
// arrivals and NaN for fewer than five windows.
func (w *Windows) Dispersion() float64 {
	if w.n < 5 || w.sum == 0 {
		return math.NaN()
	}
	mean := w.sum / float64(w.n)
	return (w.sum2 - w.sum*mean) / float64(w.n-1) / mean
}

// Local returns the index of dispersion by how neighbours differ (the mean square successive
// difference of von Neumann, Kent, Bellinson and Hart, Annals of Mathematical Statistics 1941). It
// hardly sees that a rate changes slowly. The largest twentieth of the differences is left out,
// where the rate jumps. Of the square of a standard normal draw the others have the mean 0.7588. It
// returns NaN for few windows.
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

// Distance is the Kolmogorov–Smirnov distance of two distributions of counts that are held.
func (w *Windows) Distance(o *Windows) float64 { return w.each.Distance(o.each) }
