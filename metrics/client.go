package metrics

import (
	"time"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Client measures what clients did with the requests that they wanted to send in the measured span.
// It counts the models whose clients have a limit on the requests in flight. It tells how many
// requests were wanted, how many of these were not sent before the run's duration was over, and how
// long they waited at the client. A request that was not sent has waited until the end of the
// duration.
type Client struct {
	sim.Handlers
	spec   *fleet.Spec
	span   MeasuredSpan
	models []asking
	all    asking
	any    bool
}

// asking is what clients wanted of a model.
type asking struct {
	wanted, kept int64
	waited       float64 // seconds, of all
	longest      time.Duration
}

// NewClient returns the metric for a spec and a measured span.
func NewClient(c *fleet.Spec, s MeasuredSpan) *Client {
	m := &Client{spec: c, span: s, models: make([]asking, len(c.Models))}
	for i := range c.Models {
		m.any = m.any || c.Models[i].Capped
	}
	if m.any {
		m.On(m.sent, sim.RequestArrived, sim.RequestHeldBack)
	}
	return m
}

// sent follows a request that arrives or is held back.
func (m *Client) sent(f *sim.Fact) {
	if f.Request.Pipeline == 0 && m.spec.Models[f.Model].Capped {
		m.all.count(m.span, f)
		m.models[f.Model].count(m.span, f)
	}
}

// count adds a request that arrives or that was held back. A request that was held back arrives at
// the same instant, unless the duration is over.
func (a *asking) count(s MeasuredSpan, f *sim.Fact) {
	if f.Kind != sim.RequestHeldBack {
		if s.Has(f.At) {
			a.wanted++
		}
		return
	}
	if s.Has(f.At) {
		a.wanted-- // its arrival counts one, but it was wanted before
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

// Measures implements Metric. It tells of all models whose clients have a limit, together and,
// if there are several models, each.
func (m *Client) Measures() []rows.Measurement {
	if !m.any {
		return nil
	}
	list := m.all.measures(rows.All)
	for i := range m.models {
		if one := &m.spec.Models[i]; one.Capped && several(m.spec) {
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
