package forecast

import (
	"math"
	"slices"
	"time"
)

// Level expects the present level of the load to stay: quick where the load jumps, calm where it
// is noise. It is the mean of the fewest last windows, at most ten, in which enough requests
// arrived that the mean is known to about 5 %. That takes 400 times the index of dispersion.
// Where that mean is more than two standard errors of the last window away from it, the level is
// so near to the last window.
type Level struct {
	period float64 // seconds of a window
	rates  ring
}

const (
	levelWindows   = 10
	levelEnough    = 400 // requests of a Poisson stream
	mostRise       = 1   // of the level
	mostDispersion = 2.5
)

// NewLevel returns a forecaster for windows of the period given.
func NewLevel(period time.Duration) *Level {
	return &Level{period: max(period, time.Millisecond).Seconds(), rates: newRing(2 * levelWindows)}
}

// String returns "level".
func (*Level) String() string { return "level" }

// Observe implements Forecaster.
func (f *Level) Observe(value float64) { f.rates.add(clean(value, f.rates.last())) }

// Forecast implements Forecaster.
func (f *Level) Forecast(steps int) float64 {
	noise := f.noise()
	level, windows := f.level(noise)
	ahead := f.rise(noise) * (float64(steps) + float64(windows-1)/2)
	return level + min(ahead, mostRise*level/f.Dispersion())
}

// level returns the present level and the number of windows that it is the mean of.
func (f *Level) level(dispersion float64) (level float64, windows int) {
	n := f.rates.len()
	if n == 0 {
		return 0, 1
	}
	sum, k := 0., 0
	for k < min(n, levelWindows) {
		sum += f.rates.at(n - 1 - k)
		k++
		if sum*f.period >= levelEnough*dispersion {
			break
		}
	}
	last := f.rates.last()
	doubt := 2 * math.Sqrt(last*dispersion/f.period)
	return min(max(sum/float64(k), last-doubt), last+doubt), k
}

// Present returns the present level, in requests per second.
func (f *Level) Present() float64 {
	level, _ := f.level(f.noise())
	return level
}

// rise returns by how much the load surely rises in a window: the slope of the line of least
// squares through the last ten windows, less two of its standard errors; 0 where that is negative.
func (f *Level) rise(dispersion float64) float64 {
	n := min(f.rates.len(), levelWindows)
	if n < 3 {
		return 0
	}
	middle := float64(n-1) / 2
	var mean, slope, spread float64
	for i := range n {
		value, at := f.rates.at(f.rates.len()-n+i), float64(i)-middle
		mean += value / float64(n)
		slope += value * at
		spread += at * at
	}
	deviation := math.Sqrt(mean * dispersion / f.period / spread)
	return max(0, slope/spread-2*deviation)
}

// noise returns the dispersion that the level allows for. It has a bound, since a load that comes
// in bursts is no noise.
func (f *Level) noise() float64 { return min(f.Dispersion(), mostDispersion) }

// Dispersion returns the index of dispersion of the counts in windows: their variance over their
// mean, by the differences of neighbours, so that a slow change does not count. It is the median of
// (a − b)²/(a + b) over that of a squared normal variable, and at least 1.
func (f *Level) Dispersion() float64 {
	var list [2 * levelWindows]float64
	n := 0
	for i := 1; i < f.rates.len(); i++ {
		a, b := f.rates.at(i-1)*f.period, f.rates.at(i)*f.period
		if a+b > 0 {
			list[n] = (a - b) * (a - b) / (a + b)
			n++
		}
	}
	if n < 5 {
		return 1
	}
	return max(1, median(list[:n])/medianSquaredNormal)
}

// medianSquaredNormal is the median of the chi-squared distribution with one degree of freedom.
const medianSquaredNormal = 0.4549

// median returns the middle of a list, which it sorts.
func median(list []float64) float64 {
	slices.Sort(list)
	if n := len(list); n%2 == 0 {
		return (list[n/2-1] + list[n/2]) / 2
	}
	return list[len(list)/2]
}
