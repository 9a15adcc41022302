package metrics

import (
	"slices"
	"strings"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/sim/fleet"
)

// Distributions returns a distribution for every scope and quantity that has percentiles among the
// Measures, in the order of these. They must not be changed.
func (b *Board) Distributions() []histogram.Scoped {
	return append(b.Service.distributions(), b.Tokens.distributions()...)
}

// charted are the quantities whose quantiles are results, for all scopes but tenants.
var charted = []string{"latency", "ttft", "tpot", "itl"}

// Quantiles returns the distributions at the points of Shares: those over all requests, and those
// of every model, pipeline and class.
func (b *Board) Quantiles() []rows.Quantile {
	var list []rows.Quantile
	for _, d := range b.Distributions() {
		if !slices.Contains(charted, d.Metric) || strings.HasPrefix(d.Scope, "tenant:") {
			continue
		}
		for _, share := range Shares() {
			list = append(list, rows.Quantile{Row: rows.Row{Measurement: measure(d.Scope, d.Metric, "s", d.Of.Quantile(share))}, Share: share})
		}
	}
	return list
}

// Shares are the points at which distributions are kept.
func Shares() []float64 {
	shares := []float64{0.001, 0.002, 0.005}
	for p := 1; p <= 99; p++ {
		shares = append(shares, float64(p)/100)
	}
	return append(shares, 0.995, 0.998, 0.999, 0.9995, 0.9999)
}

// distributions returns the latencies in every scope of Measures.
func (m *ServiceLevel) distributions() []histogram.Scoped {
	var list []histogram.Scoped
	add := func(scope string, s *service) {
		list = append(list, histogram.Scoped{Scope: scope, Metric: "latency", Of: s.latencies})
	}
	total := m.total()
	add(rows.All, &total)
	for i := range m.models {
		if several(m.spec) && !m.spec.Decodes(fleet.ModelID(i)) {
			s := m.model(i)
			add(m.spec.Models[i].Name, &s)
			if m.both(i) {
				add(m.spec.Models[i].Name+Direct, &m.models[i])
			}
		}
	}
	for i := range m.pipelines {
		add(m.spec.Pipelines[i].Name, &m.pipelines[i])
	}
	for i := range m.cohorts.classes {
		add("class:"+m.spec.Classes[i].Name, &m.cohorts.classes[i])
	}
	for i := range m.cohorts.tenants {
		add("tenant:"+m.spec.Tenants[i], &m.cohorts.tenants[i])
	}
	return list
}

// distributions returns what LLM requests met in every scope of Measures.
func (m *TokenServing) distributions() []histogram.Scoped {
	if !m.any() {
		return nil
	}
	total := m.of(func(fleet.ModelID) bool { return true })
	list := total.distributions(rows.All)
	for i := range m.models {
		if id := fleet.ModelID(i); m.serves[i] && !m.spec.Decodes(id) && asked(m.spec) > 1 {
			own := m.own(id)
			list = append(list, own.distributions(m.spec.Models[i].Name)...)
		}
	}
	for i := range m.classes {
		list = append(list, m.classes[i].distributions("class:"+m.spec.Classes[i].Name)...)
	}
	return list
}

// distributions returns those of the requests and replicas of models.
func (t *together) distributions(scope string) []histogram.Scoped {
	list := append(t.streamed.distributions(scope), histogram.Scoped{Scope: scope, Metric: "itl", Of: t.gaps})
	if t.parted {
		list = append(list, histogram.Scoped{Scope: scope, Metric: "transfer", Of: t.moves})
	}
	return list
}

// distributions returns those of requests.
func (s *streamed) distributions(scope string) []histogram.Scoped {
	return []histogram.Scoped{{Scope: scope, Metric: "ttft", Of: s.first}, {Scope: scope, Metric: "tpot", Of: s.each}, {Scope: scope, Metric: "queue", Of: s.queued}}
}
