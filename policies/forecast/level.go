package forecast

import (
	"math"
	"slices"
	"time"
)

// Level forecasts the present level of the load, plus its rise if the rise is certain. The level
// follows jumps at once, and averages noise. It is the mean of the fewest last windows, at most
// ten, in which enough requests arrived to know the mean to about 5 %: 400 times the index of
// dispersion. The level stays within two standard errors of the load of the last window.
type Level struct {
	period     float64 // seconds of a window
	rates      ring
	dispersion float64
}

const (
	levelWindows   = 10
	levelEnough    = 400 // requests of a Poisson stream for an error of 5 %
	mostRise       = 1   // of the level
	mostDispersion = 2.5
)

// NewLevel returns a forecaster for windows of the given period.
func NewLevel(period time.Duration) *Level {
	return &Level{period: max(period, time.Millisecond).Seconds(), rates: newRing(2 * levelWindows), dispersion: 1}
}

// String returns "level".
func (*Level) String() string { return "level" }

// Observe implements Forecaster.
func (f *Level) Observe(value float64) {
	f.rates.add(clean(value, f.rates.last()))
	f.dispersion = f.dispersed()
}

// Forecast implements Forecaster.
func (f *Level) Forecast(steps int) float64 {
	noise := f.noise()
	level, windows := f.level(noise)
	ahead := f.rise(noise) * (float64(steps) + float64(windows-1)/2)
	return level + min(ahead, mostRise*level/f.dispersion)
}

// level returns the present level and the number of windows that it averages.
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

// rise returns by how much the load certainly rises per window, in requests per second. It is the
// least-squares slope through the last ten windows minus two of its standard errors, and at least
// 0.
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

// noise returns the index of dispersion that the level uses. It is bounded, because a load that
// comes in bursts is more than noise.
func (f *Level) noise() float64 { return min(f.dispersion, mostDispersion) }

// Dispersion returns the index of dispersion of the counts in windows.
func (f *Level) Dispersion() float64 { return f.dispersion }

// dispersed computes the index of dispersion: the variance of counts in windows over their mean. It
// uses the differences of neighbouring windows, so slow changes do not count. For neighbouring
// counts a and b it is the median of (a − b)²/(a + b), divided by the median of a squared normal
// variable. It is at least 1.
func (f *Level) dispersed() float64 {
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

// median returns the middle value of a list. It sorts the list.
func median(list []float64) float64 {
	slices.Sort(list)
	if n := len(list); n%2 == 0 {
		return (list[n/2-1] + list[n/2]) / 2
	}
	return list[len(list)/2]
}
