package control

import (
	"fmt"
	"math"

	"wavetank/policies/allocation"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// ErrorBudget raises the capacity of models that have missed their objective too often so far. The
// error budget of a model is the number of requests that its percentile allows to miss the
// objective: with 99 %, one in a hundred (Beyer et al., Site Reliability Engineering, 2016, chapter
// 3). Near the end of the budget the capacity rises, and it falls again once the budget recovers.
// An ErrorBudget serves one run.
type ErrorBudget struct {
	of     allocation.Controller
	factor float64
	seen   []float64   // per model, requests that ended
	missed []float64   // per model, requests that ended late or without an answer
	until  kernel.Time // end of the last window that was counted
}

const (
	calm    = 0.8 // share of the error budget below which nothing changes
	urgent  = 1.2 // share of the error budget from which the whole factor applies
	granted = 10  // misses that every budget allows in addition; few requests prove little
)

// NewErrorBudget returns a controller that raises the amounts of another controller by a factor of
// at least 1.
func NewErrorBudget(of allocation.Controller, factor float64) (*ErrorBudget, error) {
	if !(factor >= 1) || math.IsInf(factor, 0) {
		return nil, fmt.Errorf("error-budget: %v is not a number of at least 1", factor)
	}
	return &ErrorBudget{of: of, factor: factor}, nil
}

// Control implements allocation.Controller.
func (b *ErrorBudget) Control(s *allocation.Situation) allocation.Wanted {
	w, c, window := b.of.Control(s), s.View.Spec(), s.View.Window()
	if b.seen == nil {
		b.seen, b.missed, b.until = make([]float64, len(c.Models)), make([]float64, len(c.Models)), kernel.Time(math.MinInt64)
	}
	if window.End > b.until { // a request may wake the allocator again within a period
		b.until = window.End
		b.count(window)
	}
	for m := range w.Amount {
		w.Amount[m] *= b.raise(c, fleet.ModelID(m))
	}
	return w
}

// count counts the requests of a window. Of its misses it counts at most as many as the factor
// could have avoided, so that a crowd that no such capacity would have served has no effect later.
func (b *ErrorBudget) count(w *sim.Window) {
	for m := range w.Models {
		of := &w.Models[m]
		ended := float64(of.Finished + of.Lost)
		b.seen[m] += ended
		b.missed[m] += min(float64(of.Late+of.Lost), (b.factor-1)*ended)
	}
}

// raise returns the factor on the capacity of a model, from 1 to the factor of the controller.
func (b *ErrorBudget) raise(c *fleet.Spec, m fleet.ModelID) float64 {
	m = c.Asked(m)
	allowed := b.seen[m] * (1 - c.Models[m].Percentile/100)
	spent := b.missed[m] / (allowed + granted)
	return 1 + (b.factor-1)*min(max(0, (spent-calm)/(urgent-calm)), 1)
}

// Unserved implements allocation.Controller.
func (b *ErrorBudget) Unserved(demand, planned []float64) []float64 {
	return b.of.Unserved(demand, planned)
}
