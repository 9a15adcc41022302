package metrics

import (
	"math"
	"slices"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// TokenServing measures the service of LLM requests and the work of token replicas. A disaggregated
// model has a scope for its requests, and one for each of its two pools of replicas.
//
//   - Times of a request are those of the attempt that finished. If a request arrived in the
//     measured span and did not finish, its times are infinite.
//   - Times between tokens are counted one by one, for tokens emitted in the measured span.
//   - Tokens are counted per second of measured time. An output token counts when it is emitted,
//     the tokens of a prompt when the first output token is emitted. In the scope of a class, all
//     tokens count at the end of their request.
//   - Occupancy, busy time and running requests are means over measured time and over the replicas
//     that were ready or draining.
type TokenServing struct {
	sim.Handlers
	spec    *fleet.Spec
	span    MeasuredSpan
	serves  []bool // per model: token replicas serve it
	models  []streamed
	classes []streamed
	gaps    []*histogram.Latencies // per model: times between tokens
	pools   []pool                 // per model
	moves   []*histogram.Latencies // per decode model: transfer times of KV caches
}

// streamed holds the measurements of requests.
type streamed struct {
	queued, prefill, first, each *histogram.Latencies
	input, cached                int64
	preempted                    int64
	refused                      [3]int64 // refused requests by reason, as in refusals
	ended                        flow     // tokens of the requests that finished in the span
}

// flow counts tokens in the measured span.
type flow struct{ input, output int64 }

func (f *flow) add(o flow) { f.input, f.output = f.input+o.input, f.output+o.output }

// refusals are the reasons for which a token replica refuses a request, with the metrics that count
// them.
var refusals = [3]struct{ reason, metric string }{
	{tokens.LongerThanContext, "rejected_context"}, {tokens.LargerThanCache, "rejected_kv"}, {tokens.LongerThanStep, "rejected_step"},
}

// pool holds the measurements of the token replicas of a model over measured time.
type pool struct {
	used, running   float64  // used KV blocks and running requests, times seconds
	loads           int64    // LoRA adapters that were loaded
	adapted         bool     // the replicas load adapters
	restored        int64    // tokens copied from host memory
	offloads        bool     // the replicas keep KV blocks in host memory
	busy            float64  // seconds in which some request ran, summed over replicas
	flow            flow     // tokens that they processed
	ready, replicas integral // KV blocks and number of the replicas that are ready or draining
}

// NewTokenServing returns the metric for a spec and a measured span.
func NewTokenServing(c *fleet.Spec, s MeasuredSpan) *TokenServing {
	m := &TokenServing{spec: c, span: s, serves: served(c), pools: make([]pool, len(c.Models))}
	if !m.any() {
		return m
	}
	for range c.Models {
		m.models = append(m.models, newStreamed())
		m.gaps, m.moves = append(m.gaps, histogram.NewLatencies()), append(m.moves, histogram.NewLatencies())
	}
	for i := range c.Deployments {
		if d := &c.Deployments[i]; d.Tokens != nil {
			p := &m.pools[d.Model]
			p.adapted, p.offloads = p.adapted || d.Tokens.Adapters != nil, p.offloads || d.Tokens.Offload != nil
		}
	}
	for range c.Classes {
		m.classes = append(m.classes, newStreamed())
	}
	m.On(m.request, sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed,
		sim.RequestUnfinished, sim.RequestPreempted)
	if len(c.Clients) > 0 {
		m.On(asCalls(m.request), sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestUnfinished, sim.CallEnded)
	}
	m.On(m.caughtUp, sim.RequestCaughtUp)
	m.On(m.moved, sim.CacheMoved)
	m.On(m.steps, sim.StepsTaken)
	m.On(func(f *sim.Fact) { m.replica(f, 1) }, sim.ReplicaReady)
	m.On(func(f *sim.Fact) { m.replica(f, -1) }, sim.ReplicaRemoved, sim.ReplicaLost)
	m.On(m.close, sim.Ended)
	return m
}

func newStreamed() streamed {
	return streamed{queued: histogram.NewLatencies(), prefill: histogram.NewLatencies(), first: histogram.NewLatencies(), each: histogram.NewLatencies()}
}

// any reports whether a model is served by token replicas.
func (m *TokenServing) any() bool { return slices.Contains(m.serves, true) }

// replica counts a replica that comes or goes.
func (m *TokenServing) replica(f *sim.Fact, change float64) {
	if c := m.spec.Deployments[f.Deployment].Tokens; c != nil {
		m.pools[f.Model].ready.add(m.span, f.At, change*float64(c.Blocks))
		m.pools[f.Model].replicas.add(m.span, f.At, change)
	}
}

// close integrates to the end of the measured span.
func (m *TokenServing) close(f *sim.Fact) {
	for i := range m.pools {
		m.pools[i].ready.advance(m.span, max(f.At, m.span.Until))
		m.pools[i].replicas.advance(m.span, max(f.At, m.span.Until))
	}
}

// moved counts the transfer time of a KV cache to its decode replica.
func (m *TokenServing) moved(f *sim.Fact) {
	if m.span.Has(f.At) {
		m.moves[f.Model].Add(f.Span)
	}
}

// caughtUp counts tokens that were delayed by a preemption, or by steps that skipped their request.
// Several tokens count as evenly spaced.
func (m *TokenServing) caughtUp(f *sim.Fact) {
	if m.span.Counts(f.At) {
		m.gaps[f.Model].AddMany(float64(f.Span)/float64(f.Count), int64(f.Count))
		m.pools[f.Model].flow.output += int64(f.Count)
	}
}

// request counts a fact about one request.
func (m *TokenServing) request(f *sim.Fact) {
	if !m.serves[f.Model] {
		return
	}
	r := f.Request
	came, class := m.span.Has(r.Arrival), int(r.Class)
	if came {
		m.models[f.Model].count(f)
	}
	if class >= len(m.classes) {
		return
	}
	if came {
		m.classes[class].count(f)
	}
	if f.Kind == sim.RequestFinished && m.span.Counts(f.At) {
		m.classes[class].ended.add(flow{int64(r.Input), int64(r.Output)})
	}
}

// count adds a fact about one request.
func (s *streamed) count(f *sim.Fact) {
	switch {
	case f.Kind == sim.RequestPreempted:
		s.preempted++
	case f.Kind == sim.RequestFinished && f.Timings != nil:
		a := f.Timings
		s.queued.Add(a.Queued)
		s.prefill.Add(a.FirstToken - a.Queued)
		s.first.Add(a.FirstToken)
		if f.Request.Output > 1 {
			s.each.Add(a.PerToken(f.Span, f.Request.Output))
		}
		s.input += int64(f.Request.Input)
		s.cached += int64(a.Cached)
	case f.Kind != sim.RequestFinished:
		for _, l := range []*histogram.Latencies{s.queued, s.prefill, s.first, s.each} {
			l.AddNever()
		}
		for i := range refusals {
			if f.Kind == sim.RequestRejected && f.Reason == refusals[i].reason {
				s.refused[i]++
			}
		}
	}
}

// steps adds a run of steps.
func (m *TokenServing) steps(f *sim.Fact) {
	s, p := f.Steps, &m.pools[f.Model]
	end, seconds := s.Begin.Add(s.Span), float64(s.Span)*1e-9
	counts := m.span.Counts(end)
	// the whole run lies in the span, which is the most frequent case
	if counts && m.span.From <= s.Begin {
		p.flow.input += s.Prompts
		p.flow.output += s.Tokens + int64(s.Firsts)
	} else {
		m.cut(s, end, &p.flow)
		seconds = m.span.within(s.Begin, end)
	}
	if counts && s.Decoding > 0 {
		addSteps(m.gaps[f.Model], s)
	}
	p.used += seconds * float64(s.HeldFirst+s.HeldLast) / 2
	p.running += seconds * float64(s.Running)
	if m.span.Has(s.Begin) {
		p.loads += int64(s.Loaded)
		p.restored += int64(s.Restored) * int64(m.spec.Deployments[f.Deployment].Tokens.Block)
	}
	engines, _ := s.Alike()
	p.busy += seconds / float64(engines)
}

// cut adds the tokens that a run of steps emitted within the span, if a part of the run may lie
// outside.
func (m *TokenServing) cut(s *tokens.Steps, end kernel.Time, flow *flow) {
	_, before := s.EndedBy(m.span.From)
	_, until := s.EndedBy(m.span.Until)
	flow.output += until - before
	if m.span.Counts(end) {
		flow.input += s.Prompts
		flow.output += int64(s.Firsts)
	}
}

// Measures implements Metric. It returns none without token replicas.
func (m *TokenServing) Measures() []rows.Measurement {
	if !m.any() {
		return nil
	}
	seconds := m.span.Length().Seconds()
	total := m.of(func(fleet.ModelID) bool { return true })
	list, apart := total.measures(rows.All, seconds), asked(m.spec) > 1
	for i := range m.models {
		id, model := fleet.ModelID(i), &m.spec.Models[i]
		if !m.serves[i] || m.spec.Decodes(id) {
			continue
		}
		if apart {
			own := m.own(id)
			list = append(list, own.measures(model.Name, seconds)...)
		}
		if model.Decoder > 0 {
			list = append(list, m.part(id, poolScope(model), seconds)...)
			list = append(list, m.part(model.Decoder, model.Name+"/decode", seconds)...)
		}
	}
	for i := range m.classes {
		scope := "class:" + m.spec.Classes[i].Name
		list = append(append(list, m.classes[i].measures(scope)...), m.classes[i].ended.measures(scope, seconds)...)
	}
	return list
}

// own returns the sum of a model and its decode model.
func (m *TokenServing) own(id fleet.ModelID) together {
	decoder := m.spec.Models[id].Decoder
	return m.of(func(other fleet.ModelID) bool { return other == id || decoder > 0 && other == decoder })
}

// together holds the measurements of several models and of their replicas.
type together struct {
	streamed
	gaps, moves *histogram.Latencies
	pool        pool
	parted      bool // KV caches move from replica to replica
}

// of returns the sum of the models for which wanted is true.
func (m *TokenServing) of(wanted func(fleet.ModelID) bool) together {
	t := together{streamed: newStreamed(), gaps: histogram.NewLatencies(), moves: histogram.NewLatencies()}
	for i := range m.models {
		if !m.serves[i] || !wanted(fleet.ModelID(i)) {
			continue
		}
		t.merge(&m.models[i])
		t.gaps.Merge(m.gaps[i])
		t.moves.Merge(m.moves[i])
		t.pool.merge(&m.pools[i])
		t.parted = t.parted || m.spec.Models[i].Decoder > 0
	}
	return t
}

// measures returns all numbers of the models.
func (t *together) measures(scope string, seconds float64) []rows.Measurement {
	list := append(t.streamed.measures(scope), t.pool.flow.measures(scope, seconds)...)
	list = append(list, spread(scope, "itl", t.gaps)...)
	if t.parted {
		list = append(list, spread(scope, "transfer", t.moves)...)
	}
	return append(list, t.pool.measures(scope, seconds)...)
}

// part returns the numbers of one pool of a disaggregated model.
func (m *TokenServing) part(id fleet.ModelID, scope string, seconds float64) []rows.Measurement {
	return append(m.pools[id].measures(scope, seconds), measure(scope, "preemptions", "1", float64(m.models[id].preempted)))
}

func (s *streamed) merge(o *streamed) {
	s.queued.Merge(o.queued)
	s.prefill.Merge(o.prefill)
	s.first.Merge(o.first)
	s.each.Merge(o.each)
	for i := range s.refused {
		s.refused[i] += o.refused[i]
	}
	s.input, s.cached, s.preempted = s.input+o.input, s.cached+o.cached, s.preempted+o.preempted
}

func (p *pool) merge(o *pool) {
	p.ready.total += o.ready.total
	p.replicas.total += o.replicas.total
	p.flow.add(o.flow)
	p.used, p.running, p.busy = p.used+o.used, p.running+o.running, p.busy+o.busy
	p.loads, p.adapted = p.loads+o.loads, p.adapted || o.adapted
	p.restored, p.offloads = p.restored+o.restored, p.offloads || o.offloads
}

func (s *streamed) measures(scope string) []rows.Measurement {
	list := spread(scope, "ttft", s.first)
	list = append(list, spread(scope, "tpot", s.each)...)
	list = append(list, spread(scope, "queue", s.queued)...)
	hit := math.NaN()
	if s.input > 0 {
		hit = 100 * float64(s.cached) / float64(s.input)
	}
	list = append(list,
		measure(scope, "prefill_mean", "s", s.prefill.Mean()),
		measure(scope, "prefix_hits", "%", hit),
		measure(scope, "preemptions", "1", float64(s.preempted)),
	)
	for i, r := range refusals {
		list = append(list, measure(scope, r.metric, "1", float64(s.refused[i])))
	}
	return list
}

func (f flow) measures(scope string, seconds float64) []rows.Measurement {
	return []rows.Measurement{
		measure(scope, "output_tokens", "1/s", float64(f.output)/seconds),
		measure(scope, "total_tokens", "1/s", float64(f.input+f.output)/seconds),
	}
}

// Emitted returns the output tokens that were emitted in the measured span.
func (m *TokenServing) Emitted() (n int64) {
	for i := range m.pools {
		n += m.pools[i].flow.output
	}
	return n
}

func (p *pool) measures(scope string, seconds float64) []rows.Measurement {
	list := []rows.Measurement{
		measure(scope, "busy", "%", percent(p.busy, p.replicas.total)),
		measure(scope, "kv_occupancy", "%", percent(p.used, p.ready.total)),
		measure(scope, "running", "1", p.running/seconds),
	}
	if p.adapted {
		list = append(list, measure(scope, "adapter_loads", "1", float64(p.loads)))
	}
	if p.offloads {
		list = append(list, measure(scope, "restored_tokens", "1/s", float64(p.restored)/seconds))
	}
	return list
}
