package portrait

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
}

func newFlow() Flow {
	return Flow{Curve: Curve{Step: steps[0]}, Minute: Windows{length: kernel.Time(time.Minute)}, Second: Windows{length: kernel.Time(time.Second)}}
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
	f.Curve.add(at)
	f.Minute.add(at)
	f.Second.add(at)
}

// Span is the time from the first request to the last.
func (f *Flow) Span() time.Duration { return time.Duration(f.Last - f.First) }

// Rate is the mean rate per second; 0 for a stream of one instant.
func (f *Flow) Rate() float64 {
	if f.Last == f.First {
		return 0
	}
	return float64(f.Requests-1) / f.Span().Seconds()
}

// Rates returns the rates per second in at most so many windows, and their length. The last window, which the stream
// may end in, has its rate up to there; it is left out when the stream has hardly begun it.
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

// Windows folds the counts of windows of one length; the last window, which may be cut short, is left out.
type Windows struct {
	length    kernel.Time
	current   int64 // number of the window
	count     int64 // in it
	n         int64 // windows that are over
	most      int64
	sum, sum2 float64
	each      *Lengths // the counts; nil where they are not held
}

func (w *Windows) add(at kernel.Time) {
	if now := int64(at / w.length); now != w.current {
		w.n += now - w.current
		w.sum += float64(w.count)
		w.sum2 += float64(w.count) * float64(w.count)
		if w.each != nil {
			w.each.add(int32(min(w.count, longest)))
			w.each.addMany(0, now-w.current-1)
		}
		w.current, w.count = now, 0
	}
	w.count++
	w.most = max(w.most, w.count)
}

// Length is that of a window.
func (w *Windows) Length() time.Duration { return time.Duration(w.length) }

// Dispersion is the index of dispersion of the counts, variance over mean: 1 for Poisson arrivals. It is NaN for
// fewer than five windows.
func (w *Windows) Dispersion() float64 {
	if w.n < 5 || w.sum == 0 {
		return math.NaN()
	}
	mean := w.sum / float64(w.n)
	return (w.sum2 - w.sum*mean) / float64(w.n-1) / mean
}

// Distance is the Kolmogorov–Smirnov distance of two distributions of counts that are held.
func (w *Windows) Distance(o *Windows) float64 { return w.each.Distance(o.each) }
