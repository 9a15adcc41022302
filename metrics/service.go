package metrics

import (
	"math"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ServiceLevel measures the service of requests: outcomes, latency, SLO attainment, accuracy of the
// answers.
//
//   - Rates count the requests that finished in the measured span, no matter when they arrived.
//   - All other numbers count the requests that arrived in the span, no matter when they ended.
//   - A request that was rejected, timed out, dropped, failed or unfinished at the end misses its
//     objective, and has an infinite latency.
//   - A request that goes through a pipeline counts once. Its branches count only at their models.
//   - A request of a client counts once, with the outcome of its last attempt.
type ServiceLevel struct {
	sim.Handlers
	spec    *fleet.Spec
	span    MeasuredSpan
	models  []outcomes
	answers []int64 // per deployment
	cohorts cohorts

	pipelines, branches []outcomes // per pipeline; per model, if there are pipelines
	further             []int64    // per pipeline: further attempts of branches and whole requests

	misses *Misses // gets every end of a request; may be nil
}

// NewServiceLevel returns the metric for a spec and a measured span.
func NewServiceLevel(c *fleet.Spec, s MeasuredSpan) *ServiceLevel {
	m := &ServiceLevel{spec: c, span: s, models: newOutcomes(len(c.Models)), answers: make([]int64, len(c.Deployments)), cohorts: newCohorts(c)}
	if len(c.Pipelines) > 0 {
		m.pipelines, m.branches = newOutcomes(len(c.Pipelines)), newOutcomes(len(c.Models))
		m.further = make([]int64, len(c.Pipelines))
	}
	m.On(m.ended, sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed,
		sim.RequestRetried, sim.RequestUnfinished, sim.RequestWithdrawn, sim.PipelineEnded)
	if len(c.Clients) > 0 {
		m.On(asCalls(m.ended), sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestUnfinished, sim.CallEnded)
		m.On(m.retried, sim.RequestRetried)
	}
	return m
}

// retried counts that a request or an attempt lost its replica, in a run with clients.
func (m *ServiceLevel) retried(f *sim.Fact) {
	if f.Request.Attempt == 0 {
		m.ended(f)
		return
	}
	if m.misses != nil {
		m.misses.retried(f)
	}
	if m.span.Has(f.Request.Entered) {
		m.models[f.Model].retried++
	}
}

// ended counts the end of a request.
func (m *ServiceLevel) ended(f *sim.Fact) {
	request := f.Request
	came, inside := m.span.Has(request.Arrival), m.span.Counts(f.At)
	onTime := false
	if f.Kind == sim.RequestFinished {
		onTime = inTime(m.spec, f)
		if came {
			m.answers[f.Deployment]++
		}
		if onTime && m.misses != nil {
			m.misses.forget(f)
		}
		// fast path for most facts
		if onTime && came && inside && request.Pipeline == 0 && !m.cohorts.any {
			s := &m.models[f.Model]
			s.latencies.Add(f.Span)
			s.onTime++
			return
		}
	}
	m.count(f, ending{kind: f.Kind, onTime: onTime, came: came, inside: inside, span: f.Span})
}

// count adds the end of a request to its model or pipeline, and to its class and tenant.
func (m *ServiceLevel) count(f *sim.Fact, e ending) {
	request := f.Request
	switch branch := request.Pipeline != 0; {
	case branch && f.Model < 0: // the fact is about the pipeline request
		e.kind = f.Outcome
		e.onTime = e.kind == sim.RequestFinished && inTime(m.spec, f)
		if m.misses != nil && !e.onTime {
			m.misses.pipelineMissed(f, e.came)
		}
		m.pipelines[request.Pipeline-1].count(e)
		if e.came {
			m.further[request.Pipeline-1] += int64(f.Count)
		}
	case m.misses == nil || e.onTime:
	case e.kind == sim.RequestRetried:
		m.misses.retried(f)
	default:
		m.misses.missed(f, e.came)
	}
	if request.Pipeline == 0 {
		m.models[f.Model].count(e)
	} else if f.Model >= 0 {
		m.branches[f.Model].count(e)
		return // the pipeline request counts when it ends
	}
	if m.cohorts.any && (e.came || e.inside) {
		m.cohorts.count(request, e)
	}
}

// inTime reports whether a request that finished met its objective for the latency. An LLM request
// must also meet its objectives for the first token and the time per token.
func inTime(c *fleet.Spec, f *sim.Fact) bool {
	if f.Timings == nil {
		return f.Span <= c.Objective(f.Request)
	}
	return c.Objectives(f.Request).Met(f.Timings.FirstToken, f.Timings.PerToken(f.Span, f.Request.Output), f.Span)
}

// total returns the outcomes of all requests. A request that goes through a pipeline counts once.
func (m *ServiceLevel) total() outcomes {
	var list []*outcomes
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

// model returns the outcomes of all requests to a model, in pipelines and outside.
func (m *ServiceLevel) model(i int) outcomes {
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

// accuracy returns the mean accuracy, in percent, of the answers of the models for which wanted is
// true. It returns NaN if there is no answer.
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
			// this formula is exact if one variant gave all answers
			mean += float64(n) / float64(total) * variant.Accuracy
		}
	}
	if total == 0 {
		return math.NaN()
	}
	return mean
}

// Measures implements Metric. It returns numbers for all models together, for each pipeline, class
// and tenant, and, if there are several models or a pipeline, for each model. If machines can be
// lost, it also returns the losses.
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
		if m.spec.Pipelines[i].Retries != nil {
			list = append(list, measure(name, "branch_retries", "1", float64(m.further[i])/float64(s.arrived())))
		}
		losses = append(losses, measure(name, "failed", "1", float64(s.failed)))
	}
	if m.spec.CanLoseReplicas() {
		list = append(append(list, total.losses(rows.All)...), losses...)
	}
	return append(list, m.cohorts.measures(m.spec, seconds)...)
}

// Direct is the last part of the scope of requests that ask for a model outside of pipelines. The
// scope exists if the model also has requests in pipelines.
const Direct = "/direct"

// both reports whether a model had requests in pipelines and outside.
func (m *ServiceLevel) both(i int) bool {
	return len(m.branches) > 0 && m.models[i].arrived() > 0 && m.branches[i].arrived() > 0
}

// visits returns how often, on average, a request of a pipeline came to a model. It counts the
// pipelines that contain the model. Loops is false if none of these has a loop.
func (m *ServiceLevel) visits(id fleet.ModelID) (visits float64, loops bool) {
	requests := int64(0)
	for i := range m.pipelines {
		p := &m.spec.Pipelines[i]
		if p.Asks(id) {
			requests += m.pipelines[i].arrived()
			loops = loops || p.Loops()
		}
	}
	if !loops || requests == 0 {
		return math.NaN(), loops
	}
	return float64(m.branches[id].arrived()) / float64(requests), true
}
