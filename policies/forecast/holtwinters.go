package forecast

import (
	"errors"
	"fmt"
)

// HoltWinters smooths a level, a trend and an additive season.
type HoltWinters struct {
	alpha, beta, gamma float64
	level, trend       float64
	season             []float64 // m seasonal terms; season[i] is for the windows i, i+m, i+2m, …
	first              []float64 // the first two seasons, until they are complete
	seen               int
	last               float64
}

// NewHoltWinters returns a forecaster for seasons of the given number of windows, with smoothing
// weights alpha for the level, beta for the trend and gamma for the season. The first two seasons
// set level, trend and season. Until then the forecast is the observation of one season ago, or the
// last observation.
func NewHoltWinters(season int, alpha, beta, gamma float64) (*HoltWinters, error) {
	if err := errors.Join(window("holt-winters: season", season, 2), share("holt-winters: alpha", alpha),
		share("holt-winters: beta", beta), share("holt-winters: gamma", gamma)); err != nil {
		return nil, err
	}
	return &HoltWinters{alpha: alpha, beta: beta, gamma: gamma, season: make([]float64, season)}, nil
}

// String returns for example "holt-winters(24,0.5,0.1,0.1)".
func (f *HoltWinters) String() string {
	return fmt.Sprintf("holt-winters(%d,%v,%v,%v)", len(f.season), f.alpha, f.beta, f.gamma)
}

// Observe implements Forecaster.
func (f *HoltWinters) Observe(value float64) {
	value = clean(value, f.last)
	f.last = value
	m := len(f.season)
	if f.seen < 2*m {
		f.first = append(f.first, value)
		if f.seen++; f.seen == 2*m {
			f.start()
		}
		return
	}
	s := &f.season[f.seen%m]
	before, trend := f.level, f.trend
	f.level = f.alpha*(value-*s) + (1-f.alpha)*(before+trend)
	f.trend = f.beta*(f.level-before) + (1-f.beta)*trend
	*s = f.gamma*(value-before-trend) + (1-f.gamma)**s
	f.seen++
}

// start sets trend, level and season from the first two seasons. The trend is the mean rise per
// window from the first season to the second. A line with this trend goes through the means of both
// seasons. The level is the value of the line at the last window. The season is the mean difference
// between the observations and the line.
func (f *HoltWinters) start() {
	m := len(f.season)
	one, two := mean(f.first[:m]), mean(f.first[m:])
	f.trend = (two - one) / float64(m)
	middle := float64(2*m-1) / 2
	line := func(t int) float64 { return (one+two)/2 + f.trend*(float64(t)-middle) }
	for i := range m {
		f.season[i] = ((f.first[i] - line(i)) + (f.first[m+i] - line(m+i))) / 2
	}
	f.level = line(2*m - 1)
	f.first = nil
}

func mean(values []float64) float64 {
	sum := 0.
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// Forecast implements Forecaster.
func (f *HoltWinters) Forecast(steps int) float64 {
	m, steps := len(f.season), max(1, steps)
	if f.seen < 2*m {
		if f.seen < m {
			return f.last
		}
		return f.first[f.seen-m+(steps-1)%m]
	}
	return max(0, f.level+float64(steps)*f.trend+f.season[(f.seen+steps-1)%m])
}
