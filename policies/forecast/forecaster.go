// Package forecast predicts the offered load of one model from the loads of its past windows. Every
// forecaster keeps bounded memory, and answers from its first observation on. To add one, copy
// ewma.go. Then add a line to policies/registry/forecasters.go.
package forecast

import (
	"fmt"
	"math"
)

// Forecaster predicts a series of equally spaced observations.
type Forecaster interface {
	// Observe adds the offered load of one more finished window, in requests per second. A value
	// that is not a finite number counts as the last observation. A negative value counts as 0.
	Observe(value float64)
	// Forecast returns the load that is expected in the window that comes steps windows after the
	// last observed window, in requests per second. Steps is at least 1. The result is never
	// negative, and 0 before the first observation. The call does not change the forecaster.
	Forecast(steps int) float64
	// String returns the name with its parameters, such as "ewma(0.3)".
	String() string
}

// mostWindow is the largest allowed length of a window or season, in observations.
const mostWindow = 1 << 16

// clean returns an observation that is finite and not negative (see Observe).
func clean(value, last float64) float64 {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return last
	}
	return max(value, 0)
}

// window checks a number of observations.
func window(name string, n, least int) error {
	if n < least || n > mostWindow {
		return fmt.Errorf("%s is %d; it must be between %d and %d", name, n, least, mostWindow)
	}
	return nil
}

// share checks a smoothing weight.
func share(name string, v float64) error {
	if !(v > 0 && v <= 1) {
		return fmt.Errorf("%s is %v; it must be above 0 and at most 1", name, v)
	}
	return nil
}

// ring holds the last observations, at most as many as its capacity.
type ring struct {
	values []float64
	next   int
	count  int // number of all observations so far
}

func newRing(capacity int) ring { return ring{values: make([]float64, 0, capacity)} }

func (r *ring) add(v float64) {
	r.count++
	if len(r.values) < cap(r.values) {
		r.values = append(r.values, v)
		return
	}
	r.values[r.next] = v
	r.next = (r.next + 1) % len(r.values)
}

func (r *ring) len() int { return len(r.values) }

// at returns the observation i places after the oldest kept.
func (r *ring) at(i int) float64 {
	if i += r.next; i >= len(r.values) {
		i -= len(r.values)
	}
	return r.values[i]
}

// list appends the observations to a list, the oldest first.
func (r *ring) list(to []float64) []float64 {
	return append(append(to, r.values[r.next:]...), r.values[:r.next]...)
}

// last returns the newest observation, or 0 if there is none.
func (r *ring) last() float64 {
	if len(r.values) == 0 {
		return 0
	}
	return r.at(len(r.values) - 1)
}
