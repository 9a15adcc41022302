package metrics

import (
	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/sim/fleet"
)

// distributions returns the latencies in every scope of Measures.
func (m *ServiceLevel) distributions() []histogram.Scoped {
	var list []histogram.Scoped
	add := func(scope string, s *outcomes) {
		list = append(list, histogram.Scoped{Scope: scope, Metric: "latency", Of: s.latencies})
	}
	total, apart := m.total(), several(m.spec)
	add(rows.All, &total)
	for i := range m.models {
		if apart && !m.spec.Decodes(fleet.ModelID(i)) {
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

// distributions returns the distributions of the times of LLM requests in every scope of Measures.
func (m *TokenServing) distributions() []histogram.Scoped {
	if !m.any() {
		return nil
	}
	total := m.of(func(fleet.ModelID) bool { return true })
	list, apart := total.distributions(rows.All), asked(m.spec) > 1
	for i := range m.models {
		if id := fleet.ModelID(i); m.serves[i] && apart && !m.spec.Decodes(id) {
			own := m.own(id)
			list = append(list, own.distributions(m.spec.Models[i].Name)...)
		}
	}
	for i := range m.classes {
		list = append(list, m.classes[i].distributions("class:"+m.spec.Classes[i].Name)...)
	}
	return list
}

// prefills returns the distributions of the time from being scheduled to the first token, which has
// no percentiles, of all requests and of each model and class.
func (m *TokenServing) prefills() (list []histogram.Scoped) {
	for _, d := range m.distributions() {
		if of := m.prefillOf(d.Scope); d.Metric == "ttft" && of != nil {
			list = append(list, histogram.Scoped{Scope: d.Scope, Metric: "prefill", Of: of})
		}
	}
	return list
}

// prefillOf returns the distribution of that time in a scope.
func (m *TokenServing) prefillOf(scope string) *histogram.Latencies {
	if scope == rows.All {
		return m.of(func(fleet.ModelID) bool { return true }).prefill
	}
	for i := range m.models {
		if scope == m.spec.Models[i].Name {
			return m.own(fleet.ModelID(i)).prefill
		}
	}
	for i := range m.classes {
		if scope == "class:"+m.spec.Classes[i].Name {
			return m.classes[i].prefill
		}
	}
	return nil
}

// distributions returns the distributions of the requests of some models, of times between tokens,
// and of transfers of KV caches.
func (t *together) distributions(scope string) []histogram.Scoped {
	list := append(t.streamed.distributions(scope), histogram.Scoped{Scope: scope, Metric: "itl", Of: t.gaps})
	if t.parted {
		list = append(list, histogram.Scoped{Scope: scope, Metric: "transfer", Of: t.moves})
	}
	return list
}

// distributions returns the distributions of the requests.
func (s *streamed) distributions(scope string) []histogram.Scoped {
	return []histogram.Scoped{{Scope: scope, Metric: "ttft", Of: s.first}, {Scope: scope, Metric: "tpot", Of: s.each}, {Scope: scope, Metric: "queue", Of: s.queued}}
}
