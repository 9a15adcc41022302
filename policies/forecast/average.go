package forecast

import "fmt"

// MovingAverage expects the mean of the last observations.
type MovingAverage struct{ past ring }

// NewMovingAverage returns a forecaster that averages the last n observations.
func NewMovingAverage(n int) (*MovingAverage, error) {
	if err := window("moving average: window", n, 1); err != nil {
		return nil, err
	}
	return &MovingAverage{newRing(n)}, nil
}

// String returns for example "moving-average(5)".
func (f *MovingAverage) String() string { return fmt.Sprintf("moving-average(%d)", cap(f.past.values)) }

// Observe implements Forecaster.
func (f *MovingAverage) Observe(value float64) { f.past.add(clean(value, f.past.last())) }

// Forecast implements Forecaster.
func (f *MovingAverage) Forecast(int) float64 {
	sum := 0.
	for _, v := range f.past.values {
		sum += v
	}
	return sum / float64(max(1, f.past.len()))
}
