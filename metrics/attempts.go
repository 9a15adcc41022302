package metrics

import (
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Attempts measures the attempts of clients, for models whose requests have clients:
//
//   - Attempts of a request are those of the requests that first arrived in the measured span.
//   - All other numbers count the attempts that began in the span.
//   - The service of an attempt is wasted if its client had gone when it ended. It counts as a
//     whole, from its start to its end, for each member of a batch.
type Attempts struct {
	sim.Handlers
	spec    *fleet.Spec
	span    MeasuredSpan
	models  []attempts
	started map[int64]kernel.Time // attempts in service, by ordinal
}

// attempts counts the attempts at one model.
type attempts struct {
	calls, made             float64 // requests that ended, and their attempts
	began, again            float64 // attempts that began in the span, and those after the first
	wasted                  float64 // attempts that were in service and whose clients had gone
	service, wastedServices float64 // seconds
}

// NewAttempts returns the metric for a spec and a measured span.
func NewAttempts(c *fleet.Spec, s MeasuredSpan) *Attempts {
	m := &Attempts{spec: c, span: s, models: make([]attempts, len(c.Models)), started: map[int64]kernel.Time{}}
	if len(c.Clients) == 0 {
		return m
	}
	m.On(m.began, sim.RequestArrived)
	m.On(m.start, sim.RequestStarted)
	m.On(m.end, sim.RequestFinished, sim.RequestAnswered, sim.RequestCancelled, sim.RequestInterrupted, sim.RequestTimedOut, sim.RequestFailed, sim.RequestUnfinished)
	m.On(m.call, sim.CallEnded)
	return m
}

// of returns the counts of the model that clients ask for.
func (m *Attempts) of(id fleet.ModelID) *attempts { return &m.models[m.spec.Asked(id)] }

func (m *Attempts) began(f *sim.Fact) {
	if f.Request.Attempt > 0 && m.span.Has(f.At) {
		a := m.of(f.Model)
		a.began++
		if f.Request.Attempt > 1 {
			a.again++
		}
	}
}

// start records that an attempt is in service. The service of a disaggregated model begins with the
// prefill.
func (m *Attempts) start(f *sim.Fact) {
	if _, known := m.started[f.Request.Ordinal]; f.Request.Attempt > 0 && !known {
		m.started[f.Request.Ordinal] = f.At
	}
}

// end counts the service of an attempt.
func (m *Attempts) end(f *sim.Fact) {
	since, served := m.started[f.Request.Ordinal]
	if f.Request.Attempt == 0 || !served {
		return
	}
	delete(m.started, f.Request.Ordinal)
	if !m.span.Has(f.Request.Arrival) {
		return
	}
	a, seconds := m.of(f.Model), f.At.Sub(since).Seconds()
	a.service += seconds
	if f.Gone {
		a.wasted++
		a.wastedServices += seconds
	}
}

// call counts the attempts of a request that has ended.
func (m *Attempts) call(f *sim.Fact) {
	if m.span.Has(f.Request.Arrival) {
		a := m.of(f.Model)
		a.calls++
		a.made += float64(f.Count)
	}
}

// Measures implements Metric. It returns numbers for all models whose requests have clients,
// together and, if there are several models, one by one.
func (m *Attempts) Measures() []rows.Measurement {
	if len(m.spec.Clients) == 0 {
		return nil
	}
	var total attempts
	apart := several(m.spec)
	var list []rows.Measurement
	for i := range m.models {
		one := &m.models[i]
		total.add(one)
		if one.began+one.calls > 0 && apart {
			list = append(list, one.measures(m.spec.Models[i].Name)...)
		}
	}
	return append(total.measures(rows.All), list...)
}

func (a *attempts) add(o *attempts) {
	a.calls, a.made, a.began, a.again = a.calls+o.calls, a.made+o.made, a.began+o.began, a.again+o.again
	a.wasted, a.service, a.wastedServices = a.wasted+o.wasted, a.service+o.service, a.wastedServices+o.wastedServices
}

func (a *attempts) measures(scope string) []rows.Measurement {
	return []rows.Measurement{
		measure(scope, "attempts_mean", "1", a.made/a.calls),
		measure(scope, "retry_share", "%", percent(a.again, a.began)),
		measure(scope, "wasted_attempts", "1", a.wasted),
		measure(scope, "wasted_service", "%", percent(a.wastedServices, a.service)),
	}
}
