package control

import (
	"time"

	"wavetank/policies/allocation"
	"wavetank/sim/kernel"
)

// Hold keeps at least the capacity for the highest load level observed within a span of time.
// Forecasts and the backlog do not count. A Hold serves one run.
type Hold struct {
	of   allocation.Controller
	span HoldSpan
	past [][]mark // per model, in order of time; values fall
}

// HoldSpan says how long an observed level of model m is held.
type HoldSpan func(s *allocation.Situation, m int) time.Duration

// HoldFor returns a constant span.
func HoldFor(d time.Duration) HoldSpan {
	return func(*allocation.Situation, int) time.Duration { return d }
}

// HoldBursts is a HoldSpan of four control periods, but at least three and at most four minutes. If
// the load certainly comes in bursts, the span is at least k leads. The lead is the mean time from
// an order until it serves. k is the index of dispersion, at most 4, or 4 if it is not known. The
// reason is that capacity given up after a burst would be missing at the next one.
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

// surelyBursts is the index of dispersion above which a load certainly comes in bursts. A Poisson
// stream has the index 1, and surelyBursts is two standard errors above. The index is computed from
// the median of 19 values, which for a Poisson stream are squared normal. The variance of this
// median is 1/(4·19·f²), where f = 0.471 is the density at the median. So the standard error is 53
// % of the median.
const surelyBursts = 2.06

// mark is a value with the instant at which it was observed.
type mark struct {
	at    kernel.Time
	value float64
}

// NewHold returns a controller that raises the amounts of another controller.
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

// largest adds a value and returns the largest value that is not older than the span. It forgets
// values that a later one exceeds.
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
