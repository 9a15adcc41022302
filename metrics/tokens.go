package metrics

import (
	"math"
	"math/bits"
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// Tokens measures what LLM requests met and what token replicas did. Times of a request are those of the attempt
// that finished; a request that arrived in the measured span and did not finish is infinitely late in each. Tokens are
// those of the finished, per second of measured time. Times between tokens are counted one by one as they are
// emitted in the measured span. Occupancy and running requests are means over measured time, of the replicas that were ready
// or drained.
type Tokens struct {
	catalog *fleet.Catalog
	span    Span
	serves  []bool // per model: by token replicas
	models  []streamed
	classes []streamed
	gaps    []*Latencies // per model: between tokens
	pools   []pool       // per model
}

// streamed is what requests met.
type streamed struct {
	queued, prefill, first, each *Latencies
	input, output, cached        int64
	preempted                    int64
}

// pool is the token replicas of a model over measured time.
type pool struct {
	ready         integral // KV blocks of the replicas that are ready or drain
	used, running float64  // blocks and requests, times seconds
}

// NewTokens returns the metric for a catalog and a measured span.
func NewTokens(c *fleet.Catalog, s Span) *Tokens {
	m := &Tokens{catalog: c, span: s, serves: served(c), pools: make([]pool, len(c.Models))}
	if !m.any() {
		return m
	}
	for range c.Models {
		m.models = append(m.models, newStreamed())
		m.gaps = append(m.gaps, NewLatencies())
	}
	for range c.Classes {
		m.classes = append(m.classes, newStreamed())
	}
	return m
}

func newStreamed() streamed {
	return streamed{queued: NewLatencies(), prefill: NewLatencies(), first: NewLatencies(), each: NewLatencies()}
}

// served returns which models are served by token replicas.
func served(c *fleet.Catalog) []bool {
	list := make([]bool, len(c.Models))
	for i := range c.Deployments {
		if d := &c.Deployments[i]; d.Tokens != nil {
			list[d.Model] = true
		}
	}
	return list
}

// any reports whether a model is served by token replicas.
func (m *Tokens) any() bool { return slices.Contains(m.serves, true) }

// Wants implements sim.Selective.
func (m *Tokens) Wants(k sim.FactKind) bool {
	switch k {
	case sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestUnfinished,
		sim.RequestPreempted, sim.RequestCaughtUp, sim.StepsTaken, sim.ReplicaReady, sim.ReplicaRemoved, sim.ReplicaLost, sim.Ended:
		return m.any()
	}
	return false
}

// Observe implements sim.Observer.
func (m *Tokens) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.StepsTaken:
		m.steps(f)
	case sim.ReplicaReady, sim.ReplicaRemoved, sim.ReplicaLost:
		if c := m.catalog.Deployments[f.Deployment].Tokens; c != nil {
			change := float64(c.Blocks)
			if f.Kind != sim.ReplicaReady {
				change = -change
			}
			m.pools[f.Model].ready.add(m.span, f.At, change)
		}
	case sim.Ended:
		for i := range m.pools {
			m.pools[i].ready.advance(m.span, max(f.At, m.span.Until))
		}
	case sim.RequestCaughtUp:
		if m.span.Has(f.At) {
			m.gaps[f.Model].Add(f.Span)
		}
	default:
		if !m.serves[f.Model] || !m.span.Has(f.Request.Arrival) {
			return
		}
		m.models[f.Model].count(f)
		if class := int(f.Request.Class); class < len(m.classes) {
			m.classes[class].count(f)
		}
	}
}

// count adds a fact about one request.
func (s *streamed) count(f *sim.Fact) {
	switch {
	case f.Kind == sim.RequestPreempted:
		s.preempted++
	case f.Kind == sim.RequestFinished && f.Answer != nil:
		a := f.Answer
		s.queued.Add(a.Queued)
		s.prefill.Add(a.FirstToken - a.Queued)
		s.first.Add(a.FirstToken)
		if f.Request.Output > 1 {
			s.each.Add(a.PerToken(f.Span, f.Request.Output))
		}
		s.input += int64(f.Request.Input)
		s.output += int64(f.Request.Output)
		s.cached += int64(a.Cached)
	case f.Kind != sim.RequestFinished:
		for _, l := range []*Latencies{s.queued, s.first, s.each} {
			l.AddNever()
		}
	}
}

// steps adds a run of steps.
func (m *Tokens) steps(f *sim.Fact) {
	s, p := f.Steps, &m.pools[f.Model]
	if m.span.Has(f.At) && s.Decoding > 0 {
		AddSteps(m.gaps[f.Model], s)
	}
	if from, until := max(s.Begin, m.span.From), min(f.At, m.span.Until); until > from {
		seconds := until.Sub(from).Seconds()
		p.used += seconds * float64(s.HeldFirst+s.HeldLast) / 2
		p.running += seconds * float64(s.Running)
	}
}

// AddSteps counts the times between tokens of a run of steps: one for every sequence and token, the tokens that a step
// emits for a sequence being evenly apart. Steps of about equal time are counted at once.
func AddSteps(l *Latencies, s *tokens.Steps) {
	if s.Growth == 0 || s.Count == 1 {
		l.addMany(float64(s.Time), s.Tokens, int64(s.Count)*int64(s.Decoding))
		return
	}
	left := s.Tokens
	for at := 0; at < s.Count; {
		first := s.Time + int64(at)*s.Growth
		n := s.Count - at
		// up to the end of the histogram's bucket, which is 2⁻¹⁰ of a value wide or more
		if bucket := int64(1) << max(0, bits.Len64(uint64(first))-11); s.Growth*int64(n) > bucket {
			n = max(1, int(bucket/s.Growth))
		}
		count := left * int64(n) / int64(s.Count-at)
		left -= count
		l.addMany(float64(first)+float64(s.Growth)*float64(n-1)/2, count, int64(n)*int64(s.Decoding))
		at += n
	}
}

// addMany counts n tokens of so many sequences' steps of a time in grains.
func (l *Latencies) addMany(grains float64, n, steps int64) {
	if n == 0 {
		return
	}
	apart := grains / profile.Grains * float64(steps) / float64(n)
	l.sum += apart * float64(n)
	if !l.histogram.add(int64(math.Round(apart)), n) {
		l.infinite += n
	}
}

// Measures implements Metric; there are none without token replicas.
func (m *Tokens) Measures() []Measure {
	if !m.any() {
		return nil
	}
	seconds := m.span.Length().Seconds()
	total, gaps, p := newStreamed(), NewLatencies(), pool{}
	var parts []Measure
	for i := range m.models {
		if !m.serves[i] {
			continue
		}
		total.merge(&m.models[i])
		gaps.Merge(m.gaps[i])
		p.merge(&m.pools[i])
		if len(m.models) > 1 {
			parts = append(parts, m.models[i].measures(m.catalog.Models[i].Name, seconds)...)
			parts = append(parts, between(m.catalog.Models[i].Name, m.gaps[i])...)
			parts = append(parts, m.pools[i].measures(m.catalog.Models[i].Name, seconds)...)
		}
	}
	list := total.measures(All, seconds)
	list = append(list, between(All, gaps)...)
	list = append(append(list, p.measures(All, seconds)...), parts...)
	for i := range m.classes {
		list = append(list, m.classes[i].measures("class:"+m.catalog.Classes[i].Name, seconds)...)
	}
	return list
}

func (s *streamed) merge(o *streamed) {
	s.queued.Merge(o.queued)
	s.prefill.Merge(o.prefill)
	s.first.Merge(o.first)
	s.each.Merge(o.each)
	s.input, s.output, s.cached, s.preempted = s.input+o.input, s.output+o.output, s.cached+o.cached, s.preempted+o.preempted
}

func (p *pool) merge(o *pool) {
	p.ready.total += o.ready.total
	p.used, p.running = p.used+o.used, p.running+o.running
}

func (s *streamed) measures(scope string, seconds float64) []Measure {
	list := spread(scope, "ttft", s.first)
	list = append(list, spread(scope, "tpot", s.each)...)
	list = append(list, spread(scope, "queue", s.queued)...)
	hit := math.NaN()
	if s.input > 0 {
		hit = 100 * float64(s.cached) / float64(s.input)
	}
	return append(list,
		Measure{scope, "prefill_mean", "s", s.prefill.Mean()},
		Measure{scope, "output_tokens", "1/s", float64(s.output) / seconds},
		Measure{scope, "total_tokens", "1/s", float64(s.input+s.output) / seconds},
		Measure{scope, "prefix_hits", "%", hit},
		Measure{scope, "preemptions", "1", float64(s.preempted)},
	)
}

// between returns the measures of the times between tokens.
func between(scope string, l *Latencies) []Measure { return spread(scope, "itl", l) }

// spread returns the mean and the percentiles of a distribution of times.
func spread(scope, what string, l *Latencies) []Measure {
	return []Measure{
		{scope, what + "_mean", "s", l.Mean()},
		{scope, what + "_p50", "s", l.Quantile(0.50)},
		{scope, what + "_p90", "s", l.Quantile(0.90)},
		{scope, what + "_p95", "s", l.Quantile(0.95)},
		{scope, what + "_p99", "s", l.Quantile(0.99)},
	}
}

func (p *pool) measures(scope string, seconds float64) []Measure {
	return []Measure{
		{scope, "kv_occupancy", "%", 100 * p.used / p.ready.total},
		{scope, "running", "1", p.running / seconds},
	}
}

// Quantiles returns the distributions over all LLM requests at the points of Shares.
func (m *Tokens) Quantiles() []Quantile {
	if !m.any() {
		return nil
	}
	total, gaps := newStreamed(), NewLatencies()
	for i := range m.models {
		total.merge(&m.models[i])
		gaps.Merge(m.gaps[i])
	}
	var list []Quantile
	for _, one := range []struct {
		name string
		of   *Latencies
	}{{"ttft", total.first}, {"tpot", total.each}, {"itl", gaps}} {
		for _, share := range Shares() {
			list = append(list, Quantile{Row: Row{Measure: Measure{All, one.name, "s", one.of.Quantile(share)}}, Share: share})
		}
	}
	return list
}
