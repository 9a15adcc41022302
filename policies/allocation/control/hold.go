package control

import (
	"time"

	"wavetank/policies/allocation"
	"wavetank/sim/kernel"
)

// Hold keeps at least the capacity that the largest level observed within a span of time needed.
// Forecasts do not count, nor does what works off a backlog. Where the controller below asks for
// numbers of replicas, the largest number that it asked for is kept. It is for one run.
type Hold struct {
	of   allocation.Controller
	span HoldSpan
	past [][]mark // per model, falling in value
}

// HoldSpan says how long what was observed of model m is held.
type HoldSpan func(s *allocation.Situation, m int) time.Duration

// HoldFor holds for so long.
func HoldFor(d time.Duration) HoldSpan {
	return func(*allocation.Situation, int) time.Duration { return d }
}

// HoldBursts holds for four control periods, but for three minutes at least and four at most. Where
// the load surely comes in bursts it holds longer: for the time that an order takes, times the
// index of dispersion of the load, and at most four such times. What is given up after a burst must
// be had again before the next. A load that falls smoothly does not come back at once.
func HoldBursts(s *allocation.Situation, m int) time.Duration {
	const most = 4
	least := min(max(4*s.View.Period(), 3*time.Minute), 4*time.Minute)
	times := float64(most)
	if s.Demand.Dispersion != nil {
		times = min(s.Demand.Dispersion[m], most)
	}
	if times < surelyBursts {
		return least
	}
	return max(least, time.Duration(times*float64(s.Lead[m])))
}

// surelyBursts is the index of dispersion that is two standard errors above that of a Poisson
// stream, which is 1. The index is by the median of 19 squared normal values. The variance of that
// median is 1/(4·19·f²), with the density f = 0.471 there. So the standard error is 53 % of the
// median.
const surelyBursts = 2.06

// mark is a value that was seen at an instant.
type mark struct {
	at    kernel.Time
	value float64
}

// NewHold returns the controller over another one.
func NewHold(of allocation.Controller, span HoldSpan) *Hold { return &Hold{of: of, span: span} }

// Control implements allocation.Controller.
func (h *Hold) Control(s *allocation.Situation) allocation.Wanted {
	w := h.of.Control(s)
	if h.past == nil {
		h.past = make([][]mark, len(w.Amount))
	}
	for m := range w.Amount {
		w.Amount[m] = max(w.Amount[m], h.largest(m, s.View.Now(), s.Demand.Level[m], h.span(s, m)))
	}
	return w
}

// largest takes in a value and returns the largest of those that are at most so old.
func (h *Hold) largest(m int, now kernel.Time, value float64, span time.Duration) float64 {
	list := h.past[m]
	for len(list) > 0 && list[len(list)-1].value <= value {
		list = list[:len(list)-1]
	}
	list = append(list, mark{now, value})
	for list[0].at.Add(span) < now {
		list = list[1:]
	}
	h.past[m] = list
	return list[0].value
}

// Unserved implements allocation.Controller.
func (h *Hold) Unserved(demand, planned []float64) []float64 { return h.of.Unserved(demand, planned) }
