package metrics

import (
	"time"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// HeldBack measures the requests that clients wanted to send in the measured span, for models whose
// clients have a limit on requests in flight. It counts the wanted requests, and those that were
// never sent before the end of the run's duration. It also measures how long requests waited at the
// client. A request that was never sent has waited until the end of the duration.
type HeldBack struct {
	sim.Handlers
	spec   *fleet.Spec
	span   MeasuredSpan
	models []asking
	all    asking
	any    bool // some model has clients with a limit
}

// asking counts the requests that clients wanted to send to a model.
type asking struct {
	wanted, kept int64
	waited       float64 // sum over requests, seconds
	longest      time.Duration
}

// NewHeldBack returns the metric for a spec and a measured span.
func NewHeldBack(c *fleet.Spec, s MeasuredSpan) *HeldBack {
	m := &HeldBack{spec: c, span: s, models: make([]asking, len(c.Models))}
	for i := range c.Models {
		m.any = m.any || c.Models[i].Capped
	}
	if m.any {
		m.On(m.sent, sim.RequestArrived, sim.RequestHeldBack)
	}
	return m
}

// sent counts a request that arrives or is held back.
func (m *HeldBack) sent(f *sim.Fact) {
	if f.Request.Pipeline == 0 && f.Request.Attempt < 2 && m.spec.Models[f.Model].Capped {
		m.all.count(m.span, f)
		m.models[f.Model].count(m.span, f)
	}
}

// count counts the fact of a request that arrives, or that was held back. The fact of a held-back
// request comes right before its arrival. If the request never arrives, the fact comes at the end
// of the duration.
func (a *asking) count(s MeasuredSpan, f *sim.Fact) {
	if f.Kind != sim.RequestHeldBack {
		if s.Has(f.At) {
			a.wanted++
		}
		return
	}
	if s.Has(f.At) {
		a.wanted-- // its arrival will count it, but it was wanted before the span
	}
	if !s.Has(f.At.Add(-f.Span)) {
		return
	}
	a.wanted++
	a.waited += f.Span.Seconds()
	a.longest = max(a.longest, f.Span)
	if f.At >= s.Until {
		a.kept++
	}
}

// Measures implements Metric. It returns numbers for all models whose clients have a limit,
// together and, if there are several models, one by one.
func (m *HeldBack) Measures() []rows.Measurement {
	if !m.any {
		return nil
	}
	list, apart := m.all.measures(rows.All), several(m.spec)
	for i := range m.models {
		if one := &m.spec.Models[i]; one.Capped && apart {
			list = append(list, m.models[i].measures(one.Name)...)
		}
	}
	return list
}

func (a *asking) measures(scope string) []rows.Measurement {
	return []rows.Measurement{
		measure(scope, "wanted", "1", float64(a.wanted)),
		measure(scope, "held_back", "1", float64(a.kept)),
		measure(scope, "client_wait_mean", "s", a.waited/float64(a.wanted)),
		measure(scope, "client_wait_max", "s", a.longest.Seconds()),
	}
}
