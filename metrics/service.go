package metrics

import (
	"math"
	"slices"
	"time"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ServiceLevel measures what requests met: outcomes, latency against the objective, delivered accuracy.
// Rates count the requests that finished in the measured span, whenever they arrived. All else is
// told of the requests that arrived in it, whenever they ended. A request that was rejected, timed
// out, dropped, failed or unfinished at the end misses its objective and is infinitely late. A
// request that goes through a pipeline is one request; its branches count at their models only.
type ServiceLevel struct {
	spec    *fleet.Spec
	span    MeasuredSpan
	models  []service
	answers []int64 // per deployment
	cohorts cohorts

	pipelines, branches []service // per pipeline; per model, where there are pipelines
}

type service struct {
	latencies *histogram.Latencies // of all that arrived: each ends in one way, which is when it is counted
	rejected  int64
	timedOut  int64
	dropped   int64
	failed    int64
	retried   int64
	withdrawn int64
	open      int64 // unfinished at the end
	onTime    int64

	// shift is the number of requests that finished in the measured span, less that of those that
	// arrived in it and finished; shiftInTime is the same of those that were on time.
	shift, shiftInTime int64
}

// finished returns the number of requests that finished in the measured span.
func (s *service) finished() int64 { return s.latencies.Finished() + s.shift }

// inTime returns the number of these that met their objective.
func (s *service) inTime() int64 { return s.onTime + s.shiftInTime }

// fate is what befell a request.
type fate struct {
	kind   sim.FactKind
	onTime bool          // finished within its objective
	came   bool          // arrived in the measured span
	inside bool          // the fact is of an instant in it
	span   time.Duration // latency of one that finished
}

// NewServiceLevel returns the metric for a spec and a measured span.
func NewServiceLevel(c *fleet.Spec, s MeasuredSpan) *ServiceLevel {
	m := &ServiceLevel{spec: c, span: s, models: newServices(len(c.Models)), answers: make([]int64, len(c.Deployments)), cohorts: newCohorts(c)}
	if len(c.Pipelines) > 0 {
		m.pipelines, m.branches = newServices(len(c.Pipelines)), newServices(len(c.Models))
	}
	return m
}

func newServices(n int) []service {
	list := make([]service, n)
	for i := range list {
		list[i].latencies = histogram.NewLatencies()
	}
	return list
}

// Wants implements sim.Selective.
func (m *ServiceLevel) Wants(k sim.FactKind) bool {
	switch k {
	case sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestRetried, sim.RequestUnfinished,
		sim.RequestWithdrawn, sim.PipelineEnded:
		return true
	}
	return false
}

// Observe implements sim.Observer.
func (m *ServiceLevel) Observe(f *sim.Fact) {
	request := f.Request
	came, inside := m.span.Has(request.Arrival), m.span.Counts(f.At)
	if !came && !inside {
		return
	}
	onTime := false
	if f.Kind == sim.RequestFinished {
		if f.Timings != nil {
			onTime = m.onTime(f)
		} else {
			onTime = f.Span <= m.spec.Objective(request)
		}
		if came {
			m.answers[f.Deployment]++
		}
		// the short way of most facts of most runs
		if came && inside && request.Pipeline == 0 && !m.cohorts.any {
			s := &m.models[f.Model]
			s.latencies.Add(f.Span)
			if onTime {
				s.onTime++
			}
			return
		}
	}
	m.count(f, fate{kind: f.Kind, onTime: onTime, came: came, inside: inside, span: f.Span})
}

// count adds what befell a request to what is told of those that it is one of.
func (m *ServiceLevel) count(f *sim.Fact, e fate) {
	request := f.Request
	if request.Pipeline == 0 {
		m.models[f.Model].count(e)
	} else if f.Model >= 0 {
		m.branches[f.Model].count(e)
		return // its request is told of as a whole
	} else {
		e.kind = f.Outcome
		e.onTime = e.kind == sim.RequestFinished && f.Span <= m.spec.Objective(request)
		m.pipelines[request.Pipeline-1].count(e)
	}
	if m.cohorts.any {
		m.cohorts.count(request, e)
	}
}

// onTime reports whether an LLM request that finished met its objectives: those of its latency, its first token and its
// time per token.
func (m *ServiceLevel) onTime(f *sim.Fact) bool {
	return m.spec.Objectives(f.Request).Met(f.Timings.FirstToken, f.Timings.PerToken(f.Span, f.Request.Output), f.Span)
}

// arrived returns the number of requests that arrived.
func (s *service) arrived() int64 { return s.latencies.Count() }

// count adds what befell one request.
func (s *service) count(e fate) {
	if e.kind != sim.RequestFinished {
		if e.came {
			s.miss(e.kind)
		}
		return
	}
	if e.came {
		s.latencies.Add(e.span)
		if e.onTime {
			s.onTime++
		}
	}
	if e.came != e.inside {
		change := int64(1)
		if e.came {
			change = -1
		}
		s.shift += change
		if e.onTime {
			s.shiftInTime += change
		}
	}
}

// miss counts what befell a request other than its finish.
func (s *service) miss(kind sim.FactKind) {
	switch kind {
	case sim.RequestRejected:
		s.latencies.AddNever()
		s.rejected++
	case sim.RequestTimedOut:
		s.latencies.AddNever()
		s.timedOut++
	case sim.RequestDropped:
		s.latencies.AddNever()
		s.dropped++
	case sim.RequestFailed:
		s.latencies.AddNever()
		s.failed++
	case sim.RequestWithdrawn:
		s.latencies.AddNever()
		s.withdrawn++
	case sim.RequestRetried:
		s.retried++
	case sim.RequestUnfinished:
		s.latencies.AddNever()
		s.open++
	}
}

// sum returns the fold over several.
func sum(list ...*service) service {
	sum := service{latencies: histogram.NewLatencies()}
	for _, s := range list {
		sum.latencies.Merge(s.latencies)
		sum.rejected += s.rejected
		sum.timedOut += s.timedOut
		sum.dropped += s.dropped
		sum.failed += s.failed
		sum.retried += s.retried
		sum.withdrawn += s.withdrawn
		sum.open += s.open
		sum.onTime += s.onTime
		sum.shift += s.shift
		sum.shiftInTime += s.shiftInTime
	}
	return sum
}

// total returns the fold over all requests: of models and of pipelines as wholes.
func (m *ServiceLevel) total() service {
	var list []*service
	for i := range m.models {
		list = append(list, &m.models[i])
	}
	for i := range m.pipelines {
		list = append(list, &m.pipelines[i])
	}
	total := sum(list...)
	for i := range m.branches {
		total.retried += m.branches[i].retried
	}
	return total
}

// model returns what a model was asked for, in pipelines and out of them.
func (m *ServiceLevel) model(i int) service {
	if len(m.branches) == 0 {
		return m.models[i]
	}
	return sum(&m.models[i], &m.branches[i])
}

// InTime returns the number of requests that finished in the measured span and met their objective.
func (m *ServiceLevel) InTime() int64 {
	total := m.total()
	return total.inTime()
}

// accuracy returns the mean accuracy, in percent, of the answers of the models that are wanted; NaN without any.
func (m *ServiceLevel) accuracy(wanted func(fleet.ModelID) bool) float64 {
	answers, total := make([]int64, len(m.spec.Variants)), int64(0)
	for d, n := range m.answers {
		variant := m.spec.Deployments[d].Variant
		answers[variant] += n
		if wanted(m.spec.Variants[variant].Model) {
			total += n
		}
	}
	mean := 0.0
	for v, n := range answers {
		if variant := &m.spec.Variants[v]; wanted(variant.Model) && n > 0 {
			mean += float64(n) / float64(total) * variant.Accuracy // exact where one variant gave all answers
		}
	}
	if total == 0 {
		return math.NaN()
	}
	return mean
}

// Measures implements Metric: over all models, then, where there are several or pipelines, for each of them, for the
// pipelines, and for the classes and tenants. What was lost with a machine is told where machines can be lost.
func (m *ServiceLevel) Measures() []rows.Measurement {
	total, seconds := m.total(), m.span.Length().Seconds()
	list := total.measures(rows.All, seconds, m.accuracy(func(fleet.ModelID) bool { return true }))
	apart := several(m.spec)
	var losses []rows.Measurement
	for i := range m.models {
		if apart && !m.spec.Decodes(fleet.ModelID(i)) {
			s, name := m.model(i), m.spec.Models[i].Name
			list = append(list, s.measures(name, seconds, m.accuracy(func(id fleet.ModelID) bool { return int(id) == i }))...)
			losses = append(losses, s.losses(name)...)
			if m.both(i) {
				list = append(list, m.models[i].measures(name+Direct, seconds, math.NaN())...)
				losses = append(losses, m.models[i].losses(name+Direct)...)
			}
			if len(m.branches) > 0 {
				list = append(list, measure(name, "withdrawn", "1", float64(s.withdrawn)))
			}
			if visits, loops := m.visits(fleet.ModelID(i)); loops {
				list = append(list, measure(name, "visits", "1", visits))
			}
		}
	}
	for i := range m.pipelines {
		s, name := &m.pipelines[i], m.spec.Pipelines[i].Name
		list = append(list, s.measures(name, seconds, math.NaN())...)
		losses = append(losses, measure(name, "failed", "1", float64(s.failed)))
	}
	if m.spec.CanLoseMachines() {
		list = append(append(list, total.losses(rows.All)...), losses...)
	}
	return append(list, m.cohorts.measures(m.spec, seconds)...)
}

// Direct is behind the name of a model in the scope of the requests that ask for it alone. That
// scope is there where other requests come to the model in a pipeline.
const Direct = "/direct"

// both reports whether a model was asked for in pipelines and out of them.
func (m *ServiceLevel) both(i int) bool {
	return len(m.branches) > 0 && m.models[i].arrived() > 0 && m.branches[i].arrived() > 0
}

// several reports whether models have scopes of their own beside that over all.
func several(c *fleet.Spec) bool { return asked(c) > 1 || len(c.Pipelines) > 0 }

// visits returns how often a request of the pipelines that a model is in came to it in the mean; loops is false where
// none of them leads back.
func (m *ServiceLevel) visits(id fleet.ModelID) (visits float64, loops bool) {
	requests := int64(0)
	for i := range m.pipelines {
		p := &m.spec.Pipelines[i]
		if slices.ContainsFunc(p.Stages, func(models []fleet.ModelID) bool { return slices.Contains(models, id) }) {
			requests += m.pipelines[i].arrived()
			loops = loops || p.Loops()
		}
	}
	if !loops || requests == 0 {
		return math.NaN(), loops
	}
	return float64(m.branches[id].arrived()) / float64(requests), true
}

// losses returns what became of requests that lost their replica.
func (s *service) losses(scope string) []rows.Measurement {
	return []rows.Measurement{measure(scope, "failed", "1", float64(s.failed)), measure(scope, "retried", "1", float64(s.retried))}
}

func (s *service) measures(scope string, seconds, accuracy float64) []rows.Measurement {
	share := func(part, whole float64) float64 {
		if whole == 0 {
			return math.NaN()
		}
		return 100 * part / whole
	}
	return []rows.Measurement{
		measure(scope, "arrived", "1", float64(s.arrived())),
		measure(scope, "throughput", "1/s", float64(s.finished())/seconds),
		measure(scope, "goodput", "1/s", float64(s.inTime())/seconds),
		measure(scope, "slo_attainment", "%", share(float64(s.onTime), float64(s.arrived()))),
		measure(scope, "latency_mean", "s", s.latencies.Mean()),
		measure(scope, "latency_p50", "s", s.latencies.Quantile(0.50)),
		measure(scope, "latency_p90", "s", s.latencies.Quantile(0.90)),
		measure(scope, "latency_p95", "s", s.latencies.Quantile(0.95)),
		measure(scope, "latency_p99", "s", s.latencies.Quantile(0.99)),
		measure(scope, "accuracy", "%", accuracy),
		measure(scope, "rejected", "1", float64(s.rejected)),
		measure(scope, "timed_out", "1", float64(s.timedOut)),
		measure(scope, "dropped", "1", float64(s.dropped)),
		measure(scope, "unfinished", "1", float64(s.open)),
	}
}
