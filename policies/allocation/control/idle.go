package control

import (
	"wavetank/policies/allocation"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Idle asks for no capacity for a model that had no request for some time. The next request finds
// no replica and wakes the allocator. An Idle serves one run.
type Idle struct {
	of   allocation.Controller
	span SpanRule
	last []kernel.Time // per model, when there was a request last
}

// NewIdle returns a controller that changes the amounts of another controller. The span is the time
// without requests after which a model gets no capacity.
func NewIdle(of allocation.Controller, span SpanRule) *Idle { return &Idle{of: of, span: span} }

// Control implements allocation.Controller.
func (i *Idle) Control(s *allocation.Situation) allocation.Wanted {
	w, v := i.of.Control(s), s.View
	if i.last == nil {
		i.last = make([]kernel.Time, len(w.Amount))
	}
	for m := range w.Amount {
		if v.Window().Models[m].Offered > 0 {
			i.last[m] = max(i.last[m], v.Window().End)
		}
		if v.Waiting(fleet.ModelID(m)) > 0 {
			i.last[m] = v.Now()
		}
		if i.last[m].Add(i.span(s.Lead[m])) < v.Now() {
			w.Amount[m] = 0
		}
	}
	return w
}

// Unserved implements allocation.Controller.
func (i *Idle) Unserved(demand, planned []float64) []float64 { return i.of.Unserved(demand, planned) }
