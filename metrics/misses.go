package metrics

import (
	"slices"
	"time"

	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Misses counts why requests missed their objectives. Each miss has one cause: the first in
// causes.go that applies. So the misses of all causes plus the requests in time are all requests
// that arrived. ServiceLevel passes the ends of requests on to Misses, and Series passes on
// arrivals and starts of services. This saves the run one more observer of every request.
//
//   - Requests count as in ServiceLevel. Each branch of a pipeline counts at its model. A pipeline
//     request has the cause of the first of its branches that missed. A withdrawn branch has the
//     cause of its pipeline request.
//   - A request that timed out or was unfinished has the cause of its wait.
//   - A request of a client counts once. The marks of its attempts are its marks.
//   - Load is compared with capacity in windows of one control period. So a miss is settled when
//     the loads of its window and of the next window are known.
//   - Capacity is that of the last plan (sim.Plan.Capacity, sim.Plan.Each). If the plan does not
//     state it, it is fleet.Deployment.Capacity. A disaggregated model has two pools of replicas;
//     both are checked.
type Misses struct {
	sim.Handlers
	spec   *fleet.Spec
	asked  []fleet.ModelID // Spec.AllAsked
	span   MeasuredSpan
	loads  loads
	supply supply
	lines  lines
	marks  map[int64]mark   // marks of requests in flight (markOf)
	again  *loads           // attempts after the first; nil: no request has a client
	open   []miss           // misses whose loads are not known yet
	wholes map[int32]*whole // pipeline requests with a missed branch, by sim.Fact.Parent
	moves  bool             // KV caches move from replica to replica

	// told is called with the ordinal of every request and branch that missed, when its causes are
	// known. Nil: nobody is told.
	told func(request int64, end, met cause)

	models, branches, pipelines []missCount
	forecasts                   forecasts
	course                      *missCourse // nil: none is wanted
}

// mark is what happened to a request in flight.
type mark struct {
	lost, preempted, behind bool
	sent                    bool          // its KV cache is being sent
	moved                   time.Duration // how long its KV cache was on its way
	// the answer is on its way, and the cause of the wait was this, unless it is ownService
	answered bool
	wait     cause
}

// miss is a request that missed.
type miss struct {
	request int64 // its ordinal
	model   fleet.ModelID
	arrival kernel.Time
	window  int        // window in which it arrived
	end     cause      // rejected, dropped, or unknown for any other end
	met     cause      // the cause, if it is known without loads; else unknown
	wait    cause      // the cause, if the loads show no earlier one
	into    *missCount // counter of its model; nil: it arrived outside the measured span
	whole   *whole     // the pipeline request of a branch; else nil
}

// NewMisses returns the metric for a spec and a measured span. Its windows are the control periods
// of the span.
func NewMisses(c *fleet.Spec, s MeasuredSpan) *Misses {
	m := &Misses{
		spec: c, asked: c.AllAsked(), span: s, loads: newLoads(c, s), supply: newSupply(c), marks: map[int64]mark{},
		models: make([]missCount, len(c.Models)), branches: make([]missCount, len(c.Models)), pipelines: make([]missCount, len(c.Pipelines)),
		forecasts: newForecasts(c, s),
	}
	m.loads.closes = m.window
	if len(c.Clients) > 0 {
		again := newLoads(c, s)
		m.again = &again
		m.again.closes = func() {}
	}
	m.On(m.replica, sim.ReplicaLoading, sim.ReplicaReady, sim.ReplicaCancelled, sim.ReplicaDraining)
	m.On(m.supply.decided, sim.Decided)
	m.On(func(*sim.Fact) { m.close() }, sim.Ended)
	if slices.Contains(served(c), true) {
		m.On(m.preempt, sim.RequestPreempted)
	}
	if m.moves = slices.ContainsFunc(c.Models, func(o fleet.Model) bool { return o.Decoder > 0 }); m.moves {
		m.On(m.move, sim.RequestPrefilled, sim.CacheMoved)
	}
	if c.RoundTrips != nil {
		m.On(m.answer, sim.RequestAnswered)
	}
	if len(c.Pipelines) > 0 {
		m.wholes = map[int32]*whole{}
		m.On(func(f *sim.Fact) { delete(m.wholes, f.Parent) }, sim.PipelineArrived)
	}
	return m
}

// window handles the end of the open window, and settles the misses of the window before.
func (m *Misses) window() {
	m.forecasts.window(&m.loads, &m.supply)
	m.settle(m.loads.window)
}

// replica records a replica that comes or goes.
func (m *Misses) replica(f *sim.Fact) {
	m.supply.replica(f)
	m.lines.replica(f, m.spec.Deployments[f.Deployment].Slots)
}

// markOf returns the key of a request in marks: its ordinal. The attempts of a call have the key of
// the call, below 0.
func markOf(f *sim.Fact) int64 {
	if f.Request.Client != 0 {
		return -1 - int64(f.Parent)
	}
	return f.Request.Ordinal
}

// mark changes the mark of a request, unless it is an attempt whose client has gone.
func (m *Misses) mark(f *sim.Fact, change func(*mark)) {
	if f.Gone {
		return
	}
	at := markOf(f)
	k := m.marks[at]
	change(&k)
	m.marks[at] = k
}

// retry counts the load of an attempt after the first.
func (m *Misses) retry(id fleet.ModelID, at kernel.Time) {
	if m.again != nil {
		m.again.count(id, at)
	}
}

// preempt marks a request that is preempted by a token replica.
func (m *Misses) preempt(f *sim.Fact) {
	if m.spec.Deployments[f.Deployment].Tokens != nil {
		m.mark(f, func(k *mark) { k.preempted = true })
	}
}

// retried marks a request that has lost its replica.
func (m *Misses) retried(f *sim.Fact) { m.mark(f, func(k *mark) { k.lost = true }) }

// start handles the start of a request at a token replica. If the request is already late, it
// records this start. If a late request started while this request waited, it marks this request.
func (m *Misses) start(f *sim.Fact) {
	if m.spec.Deployments[f.Deployment].Tokens == nil {
		return
	}
	if at := m.lines.replicas[f.Replica].lateAt; at >= f.Request.Arrival && f.At > f.Request.Arrival {
		m.mark(f, func(k *mark) { k.behind = true })
	}
	if isLate(m.spec, f.Request, f.At) {
		m.lines.beLate(f.Replica, f.Model, f.At)
	}
}

// move records that a KV cache leaves its replica, or has arrived.
func (m *Misses) move(f *sim.Fact) {
	m.mark(f, func(k *mark) {
		if k.sent = f.Kind == sim.RequestPrefilled; !k.sent {
			k.moved += f.Span
		}
	})
}

// awaitedCache reports whether a request would have met its objectives if its KV cache had moved in
// no time.
func (m *Misses) awaitedCache(f *sim.Fact, k mark) bool {
	if f.Kind != sim.RequestFinished || f.Timings == nil {
		return k.sent && f.Replica != fleet.NoReplica
	}
	o, first := m.spec.Objectives(f.Request), f.Timings.FirstToken
	return k.moved > 0 && o.Met(first, f.Timings.PerToken(f.Span-k.moved, f.Request.Output), f.Span-k.moved)
}

// answer records the cause of the wait of a request whose answer leaves its replica.
func (m *Misses) answer(f *sim.Fact) {
	wait := m.lines.wait(m.spec, f)
	m.mark(f, func(k *mark) { k.answered, k.wait = true, wait })
}

// wasDistant reports whether a request would have met its objectives if it and its answer had been
// on the network for no time.
func (m *Misses) wasDistant(f *sim.Fact) bool {
	if f.Network == 0 {
		return false
	}
	o, took := m.spec.Objectives(f.Request), f.Span-f.Network
	if f.Timings == nil {
		return o.Met(0, 0, took)
	}
	return o.Met(f.Timings.FirstToken-f.Network, f.Timings.PerToken(f.Span, f.Request.Output), took)
}

// forget removes the mark of a request that has ended.
func (m *Misses) forget(f *sim.Fact) {
	if len(m.marks) > 0 {
		delete(m.marks, markOf(f))
	}
}

// missed handles the end of a request or branch that missed its objective. The miss is counted only
// if the request came in the measured span.
func (m *Misses) missed(f *sim.Fact, came bool) {
	k := m.marks[markOf(f)]
	m.forget(f)
	one := miss{
		request: f.Request.Ordinal, model: m.asked[f.Model], arrival: f.Request.Arrival, window: m.loads.windowOf(f.Request.Arrival),
		end: unknown, met: unknown,
	}
	if one.wait = k.wait; !k.answered {
		one.wait = m.lines.wait(m.spec, f)
	}
	if one.wait == ownService && m.awaitedCache(f, k) {
		one.wait = transferred
	}
	if one.wait == ownService && m.wasDistant(f) {
		one.wait = distant
	}
	switch branch := f.Request.Pipeline != 0; {
	case branch && came:
		one.into = &m.branches[one.model]
	case came:
		one.into = &m.models[one.model]
	case !branch && m.told == nil:
		return
	}
	if one.into != nil {
		m.course.miss(one.model, one.arrival)
	}
	switch f.Kind {
	case sim.RequestDropped:
		one.end = dropped
	case sim.RequestRejected:
		if one.end = rejected; refused(f.Reason) {
			one.met = rejected
		}
	case sim.RequestFailed:
		one.met = lostReplica
	case sim.RequestWithdrawn:
		m.await(m.wholes[f.Parent], awaiting{one.request, one.into})
		return
	}
	switch {
	case one.met != unknown:
	case k.lost:
		one.met = lostReplica
	case k.preempted:
		one.met = preemptedKV
	case k.behind:
		one.wait = behindLate
	}
	m.join(f, &one)
	if one.met != unknown {
		m.resolve(&one)
	} else {
		m.open = append(m.open, one)
	}
}

// refused reports whether a reason of a rejection means that no replica of the deployment can ever
// serve the request.
func refused(reason string) bool {
	return reason == fleet.TooManyItems || slices.ContainsFunc(refusals[:], func(r struct{ reason, metric string }) bool { return r.reason == reason })
}

// settle finds the causes of the misses whose requests arrived before a window.
func (m *Misses) settle(before int) {
	kept := m.open[:0]
	for i := range m.open {
		if one := &m.open[i]; one.window >= before {
			kept = append(kept, *one)
		} else {
			m.resolve(one)
		}
	}
	m.open = kept
}

// resolve finds the cause of a miss and counts it.
func (m *Misses) resolve(one *miss) {
	if one.met == unknown {
		one.met = m.meets(one)
	}
	if one.into != nil {
		m.course.explain(one.met, one.arrival)
	}
	m.add(awaiting{one.request, one.into}, one.end, one.met)
	m.passOn(one)
}

// meets returns the cause of a miss without regard to the end of the request.
func (m *Misses) meets(one *miss) cause {
	pools := []fleet.ModelID{one.model}
	if d := m.spec.Models[one.model].Decoder; d > 0 {
		pools = append(pools, d)
	}
	// first returns the load of a model without attempts after the first
	first := func(id fleet.ModelID, load float64) float64 {
		if m.again != nil {
			m.again.advance(m.loads.start(m.loads.window))
			load -= m.again.rate(id, one.window)
		}
		return load
	}
	any := func(found func(id fleet.ModelID, p *provided, load float64) bool) bool {
		return slices.ContainsFunc(pools, func(id fleet.ModelID) bool {
			return found(id, m.supply.at(id, one.arrival), m.loads.rate(id, one.window))
		})
	}
	switch {
	case any(func(_ fleet.ModelID, p *provided, _ float64) bool { return p.ready == 0 && p.coming > 0 }):
		return noneReady
	case m.again != nil && any(func(id fleet.ModelID, p *provided, load float64) bool {
		return exceeds(load, p.capacity) && !exceeds(first(id, load), p.capacity)
	}):
		return retriedLoad
	case any(func(_ fleet.ModelID, p *provided, load float64) bool { return exceeds(load, p.planned) }):
		if one.into != nil && any(func(_ fleet.ModelID, p *provided, load float64) bool { return p.misjudged(load) }) {
			m.forecasts.models[one.model].missed++
		}
		return tooFew
	case any(func(_ fleet.ModelID, p *provided, load float64) bool { return exceeds(load, p.capacity) }):
		return notReady
	case any(func(id fleet.ModelID, p *provided, _ float64) bool {
		return m.loads.models[id].bursts(one.arrival, p.capacity)
	}):
		return burst
	}
	return one.wait
}

// possible reports whether a cause can occur in the run.
func (m *Misses) possible(c cause) bool {
	switch c {
	case transferred:
		return m.moves
	case retriedLoad:
		return m.again != nil
	case distant:
		return m.spec.RoundTrips != nil
	}
	return true
}

// exceeds reports whether a load is above a capacity by more than a rounding error.
func exceeds(load, capacity float64) bool { return load > capacity*(1+1e-9) }

// close settles all open misses, at the end of the run. The last window is that in which the
// measured span ends, or a later one in which a stage of a pipeline has begun.
func (m *Misses) close() {
	m.loads.advance(m.span.Until - 1)
	for i := range m.models {
		m.loads.flush(fleet.ModelID(i))
	}
	m.forecasts.window(&m.loads, &m.supply)
	m.settle(m.loads.window + 1)
}

// Measures implements Metric. It returns values for all requests together, for each pipeline, and,
// if there are several models, for each model.
func (m *Misses) Measures() []rows.Measurement {
	var total missCount
	for i := range m.models {
		total.merge(&m.models[i])
	}
	for i := range m.pipelines {
		total.merge(&m.pipelines[i])
	}
	list, apart := total.measures(rows.All, m.possible), several(m.spec)
	for i := range m.models {
		if apart && m.asked[i] == fleet.ModelID(i) {
			own := m.models[i]
			own.merge(&m.branches[i])
			list = append(list, own.measures(m.spec.Models[i].Name, m.possible)...)
		}
	}
	for i := range m.pipelines {
		list = append(list, m.pipelines[i].measures(m.spec.Pipelines[i].Name, m.possible)...)
	}
	return append(list, m.forecasts.measures()...)
}
