package metrics

import (
	"math"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Service measures what requests met: outcomes, latency against the objective, delivered accuracy. Rates are
// per second of measured time; requests are those that arrived in it. A request that was rejected, timed out
// or was unfinished at the end misses its objective and is infinitely late.
type Service struct {
	catalog *fleet.Catalog
	span    Span
	models  []service
}

type service struct {
	latencies *Latencies
	arrived   int64
	rejected  int64
	timedOut  int64
	open      int64 // unfinished at the end
	onTime    int64
	accuracy  float64 // sum over the finished, percent
}

// NewService returns the metric for a catalog and a measured span.
func NewService(c *fleet.Catalog, s Span) *Service {
	m := &Service{catalog: c, span: s, models: make([]service, len(c.Models))}
	for i := range m.models {
		m.models[i].latencies = NewLatencies()
	}
	return m
}

// Wants implements sim.Selective.
func (m *Service) Wants(k sim.FactKind) bool {
	switch k {
	case sim.RequestArrived, sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestUnfinished:
		return true
	}
	return false
}

// Observe implements sim.Observer.
func (m *Service) Observe(f *sim.Fact) {
	if !m.span.Has(f.Request.Arrival) {
		return
	}
	s := &m.models[f.Model]
	switch f.Kind {
	case sim.RequestArrived:
		s.arrived++
	case sim.RequestFinished:
		s.latencies.Add(f.Span)
		if f.Span <= m.catalog.Models[f.Model].Target {
			s.onTime++
		}
		s.accuracy += m.catalog.Variants[m.catalog.Deployments[f.Deployment].Variant].Accuracy
	case sim.RequestRejected:
		s.latencies.AddNever()
		s.rejected++
	case sim.RequestTimedOut:
		s.latencies.AddNever()
		s.timedOut++
	case sim.RequestUnfinished:
		s.latencies.AddNever()
		s.open++
	}
}

// total returns the fold over all models.
func (m *Service) total() service {
	sum := service{latencies: NewLatencies()}
	for i := range m.models {
		s := &m.models[i]
		sum.latencies.Merge(s.latencies)
		sum.arrived += s.arrived
		sum.rejected += s.rejected
		sum.timedOut += s.timedOut
		sum.open += s.open
		sum.onTime += s.onTime
		sum.accuracy += s.accuracy
	}
	return sum
}

// OnTime returns the number of measured requests that met their objective.
func (m *Service) OnTime() int64 { return m.total().onTime }

// Measures implements Metric: over all models, then, where there are several, for each of them.
func (m *Service) Measures() []Measure {
	total := m.total()
	list := total.measures(All, m.span.Length().Seconds())
	if len(m.models) > 1 {
		for i := range m.models {
			list = append(list, m.models[i].measures(m.catalog.Models[i].Name, m.span.Length().Seconds())...)
		}
	}
	return list
}

// Shares are the points at which latency distributions are kept.
func Shares() []float64 {
	shares := []float64{0.001, 0.002, 0.005}
	for p := 1; p <= 99; p++ {
		shares = append(shares, float64(p)/100)
	}
	return append(shares, 0.995, 0.998, 0.999, 0.9995, 0.9999)
}

// Quantiles returns the latency distribution over all requests at the points of Shares.
func (m *Service) Quantiles() []Quantile {
	total := m.total()
	list := make([]Quantile, 0, len(Shares()))
	for _, share := range Shares() {
		list = append(list, Quantile{Row: Row{Measure: Measure{All, "latency", "s", total.latencies.Quantile(share)}}, Share: share})
	}
	return list
}

func (s *service) measures(scope string, seconds float64) []Measure {
	finished := float64(s.latencies.Finished())
	share := func(part, whole float64) float64 {
		if whole == 0 {
			return math.NaN()
		}
		return 100 * part / whole
	}
	accuracy := math.NaN()
	if finished > 0 {
		accuracy = s.accuracy / finished
	}
	return []Measure{
		{scope, "arrived", "1", float64(s.arrived)},
		{scope, "throughput", "1/s", finished / seconds},
		{scope, "goodput", "1/s", float64(s.onTime) / seconds},
		{scope, "slo_attainment", "%", share(float64(s.onTime), float64(s.arrived))},
		{scope, "latency_mean", "s", s.latencies.Mean()},
		{scope, "latency_p50", "s", s.latencies.Quantile(0.50)},
		{scope, "latency_p90", "s", s.latencies.Quantile(0.90)},
		{scope, "latency_p95", "s", s.latencies.Quantile(0.95)},
		{scope, "latency_p99", "s", s.latencies.Quantile(0.99)},
		{scope, "accuracy", "%", accuracy},
		{scope, "rejected", "1", float64(s.rejected)},
		{scope, "timed_out", "1", float64(s.timedOut)},
		{scope, "unfinished", "1", float64(s.open)},
	}
}
