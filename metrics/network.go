package metrics

import (
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Network measures how long requests and their answers were on the network between zones, for
// requests that arrived in the measured span and finished. Each branch of a pipeline counts.
type Network struct {
	sim.Handlers
	spec   *fleet.Spec
	span   MeasuredSpan
	models []travelled
}

// travelled counts the answers to the requests of a model, and their time on the network.
type travelled struct{ answers, seconds float64 }

// NewNetwork returns the metric for a spec and a measured span.
func NewNetwork(c *fleet.Spec, s MeasuredSpan) *Network {
	m := &Network{spec: c, span: s, models: make([]travelled, len(c.Models))}
	if c.RoundTrips != nil {
		m.On(asCalls(m.ended), sim.RequestFinished, sim.CallEnded)
	}
	return m
}

// ended counts the end of a request.
func (m *Network) ended(f *sim.Fact) {
	if f.Kind != sim.RequestFinished || !m.span.Has(f.Request.Arrival) {
		return
	}
	one := &m.models[m.spec.Asked(f.Model)]
	one.answers++
	one.seconds += f.Network.Seconds()
}

// Measures implements Metric. It returns the mean for all models together and, if there are several
// models, one by one.
func (m *Network) Measures() (list []rows.Measurement) {
	if m.spec.RoundTrips == nil {
		return nil
	}
	var all travelled
	apart := several(m.spec)
	for i, one := range m.models {
		all.answers, all.seconds = all.answers+one.answers, all.seconds+one.seconds
		if one.answers > 0 && apart {
			list = append(list, measure(m.spec.Models[i].Name, "network_mean", "s", one.seconds/one.answers))
		}
	}
	return append([]rows.Measurement{measure(rows.All, "network_mean", "s", all.seconds/all.answers)}, list...)
}
