package metrics

import (
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Series samples a run at a fixed step, warm-up included. Per model, and over all:
//
//	demand         requests that arrived, per second of the step
//	throughput     requests that finished, per second of the step
//	capacity       of the ready replicas, as planned, in requests per second, mean over the step
//	running        requests in service, mean over the step
//	waiting        requests that wait for their start, at the end of the step
//	in_system      requests that have arrived and not ended, at the end of the step
//	backlog_tokens of the requests in the system, tokens of prompts without a first token and
//	               of outputs that are not emitted, at the end of the step; of models that
//	               token replicas serve
//
// As means over the step there are utilization per device kind, cost_rate ($/h), kv_occupancy,
// machines per type, and replicas per model and type. Over all, models that only decode for others
// are left out of demand, throughput, capacity and in_system. A request of a pipeline is one at
// each of its models, also over all: so it meets capacity.
type Series struct {
	spec    *fleet.Spec
	grid    grid
	now     int         // the step that is open
	end     kernel.Time // of it; Never when all have ended
	models  []modelSeries
	kinds   []kindSeries
	rate    strand // $/h
	stock   stock  // for its scopes
	shelves []strand
	tokens  bool // there are token replicas
	backlog backlog
	away    map[int64]handed // requests that others decode, by ordinal
}

// modelSeries is the series of a model.
type modelSeries struct {
	arrived, finished []float64 // requests
	capacity, running strand
	waiting, present  tally
	blocks            strand    // KV blocks of the token replicas that are ready or drain
	used              []float64 // of these, times seconds
}

// kindSeries is the devices of a kind.
type kindSeries struct{ busy, rented strand }

// handed is a request that another model's replicas decode.
type handed struct {
	model fleet.ModelID
	waits bool
}

// NewSeries returns the metric for a spec, sampling from 0 to the instant given.
func NewSeries(c *fleet.Spec, until kernel.Time, step time.Duration) *Series {
	s := &Series{
		spec: c, grid: grid{step, until}, models: make([]modelSeries, len(c.Models)), kinds: make([]kindSeries, len(c.Kinds)),
		stock: newStock(c), tokens: slices.Contains(served(c), true), away: map[int64]handed{},
	}
	n := s.grid.count()
	cells := func() []float64 { return make([]float64, n) }
	s.end = s.grid.end(0)
	for i := range s.models {
		m := &s.models[i]
		m.arrived, m.finished, m.capacity.cells, m.running.cells = cells(), cells(), cells(), cells()
		m.waiting.cells, m.present.cells, m.blocks.cells, m.used = cells(), cells(), cells(), cells()
	}
	for i := range s.kinds {
		s.kinds[i].busy.cells, s.kinds[i].rented.cells = cells(), cells()
	}
	for range len(s.stock.machines) + len(s.stock.replicas) {
		s.shelves = append(s.shelves, strand{cells: cells()})
	}
	s.rate.cells = cells()
	s.backlog = newBacklog(c, s.grid)
	return s
}

// Wants implements sim.Selective.
func (s *Series) Wants(k sim.FactKind) bool {
	switch k {
	case sim.RequestArrived, sim.RequestPrefilled, sim.RequestStarted, sim.RequestPreempted, sim.RequestResumed, sim.RequestFinished, sim.RequestRejected,
		sim.RequestTimedOut, sim.RequestDropped, sim.RequestInterrupted, sim.RequestRetried, sim.RequestFailed, sim.RequestWithdrawn,
		sim.BatchStarted, sim.BatchFinished, sim.BatchesLost,
		sim.ReplicaReady, sim.ReplicaDraining, sim.MachineOrdered, sim.MachineReleased, sim.Ended:
		return true
	case sim.StepsTaken, sim.ReplicaRemoved, sim.ReplicaLost, sim.RequestRouted, sim.RequestCaughtUp:
		return s.tokens
	}
	return false
}

// Observe implements sim.Observer.
func (s *Series) Observe(f *sim.Fact) {
	for f.At >= s.end {
		s.now++
		if s.end = s.grid.end(s.now); s.now == s.grid.count() {
			s.end = kernel.Never
		}
	}
	if s.tokens {
		away := false
		if f.Kind == sim.RequestRejected {
			_, away = s.away[f.Request.Ordinal]
		}
		s.backlog.observe(f, away)
	}
	switch f.Kind {
	case sim.BatchStarted:
		s.work(f, 1)
	case sim.BatchFinished:
		s.work(f, -1)
	case sim.BatchesLost:
		s.work(f, -float64(f.Count))
	case sim.StepsTaken:
		s.step(f)
	case sim.ReplicaReady, sim.ReplicaDraining, sim.ReplicaRemoved, sim.ReplicaLost:
		s.replica(f)
	case sim.MachineOrdered:
		s.rent(f, 1)
	case sim.MachineReleased:
		s.rent(f, -1)
	case sim.RequestRouted, sim.RequestCaughtUp: // of the backlog alone
	case sim.Ended:
		s.close()
	default:
		s.request(f)
	}
}

// request follows a request on its way.
func (s *Series) request(f *sim.Fact) {
	m, g := &s.models[f.Model], s.grid
	switch f.Kind {
	case sim.RequestArrived, sim.RequestPrefilled:
		if s.now < len(m.arrived) {
			m.arrived[s.now]++
		}
		m.waiting.add(g, f.At, 1)
		m.present.add(g, f.At, 1)
		if f.Kind == sim.RequestPrefilled {
			s.away[f.Request.Ordinal] = handed{f.Model, true}
		}
	case sim.RequestStarted, sim.RequestResumed:
		m.waiting.add(g, f.At, -1)
		s.serve(f, 1)
	case sim.RequestPreempted:
		m.waiting.add(g, f.At, 1)
		s.serve(f, -1)
	case sim.RequestInterrupted:
		s.back(f)
		m.waiting.add(g, f.At, 1)
		s.serve(f, -1)
	case sim.RequestRetried:
		if s.back(f) {
			m.waiting.add(g, f.At, 1)
		}
	case sim.RequestFinished:
		s.finish(f.Model, f.At)
		if h, is := s.away[f.Request.Ordinal]; is {
			s.finish(h.model, f.At)
			s.back(f)
		}
		m.present.add(g, f.At, -1)
		s.serve(f, -1)
	default: // it ends unserved
		if !s.back(f) {
			m.waiting.add(g, f.At, -1)
		}
		m.present.add(g, f.At, -1)
	}
}

// serve changes the number of requests in service; those of token replicas are told by steps.
func (s *Series) serve(f *sim.Fact, change float64) {
	if s.spec.Deployments[f.Deployment].Tokens == nil {
		s.models[f.Model].running.add(s.grid, f.At, change)
		return
	}
	if h, is := s.away[f.Request.Ordinal]; is {
		h.waits = change < 0
		s.away[f.Request.Ordinal] = h
	}
}

// back takes a request from those who decode it, if it is there.
func (s *Series) back(f *sim.Fact) bool {
	h, is := s.away[f.Request.Ordinal]
	if !is {
		return false
	}
	delete(s.away, f.Request.Ordinal)
	m := &s.models[h.model]
	m.present.add(s.grid, f.At, -1)
	if h.waits {
		m.waiting.add(s.grid, f.At, -1)
	}
	return true
}

// finish counts a request that has finished. Where a step ends at that instant, it counts in that
// step, as rates count events.
func (s *Series) finish(id fleet.ModelID, at kernel.Time) {
	i := s.now
	if at == s.grid.begin(i) || at == s.grid.until {
		i--
	}
	if i >= 0 && i < s.grid.count() {
		s.models[id].finished[i]++
	}
}

func (s *Series) work(f *sim.Fact, slots float64) {
	d := &s.spec.Deployments[f.Deployment]
	if kind, devices := busyDevices(d); d.Tokens == nil {
		s.kinds[kind].busy.add(s.grid, f.At, slots*devices)
	}
}

// step adds a run of steps, some of which may have ended in steps of the series that are over.
func (s *Series) step(f *sim.Fact) {
	d, t := &s.spec.Deployments[f.Deployment], f.Steps
	kind, devices := busyDevices(d)
	end, n, load := t.Begin.Add(t.Span), float64(t.Running), devices*d.Utilization(t.Running)
	s.grid.spread(s.models[f.Model].running.cells, t.Begin, end, n, n)
	s.grid.spread(s.kinds[kind].busy.cells, t.Begin, end, load, load)
	s.grid.spread(s.models[f.Model].used, t.Begin, end, float64(t.HeldFirst), float64(t.HeldLast))
}

// replica counts a replica that comes or goes.
func (s *Series) replica(f *sim.Fact) {
	d, change := &s.spec.Deployments[f.Deployment], 1.0
	if f.Kind != sim.ReplicaReady {
		change = -1
	}
	if f.Kind == sim.ReplicaReady || f.Kind == sim.ReplicaDraining {
		s.models[f.Model].capacity.add(s.grid, f.At, change*d.Capacity)
		s.shelves[len(s.stock.machines)+s.stock.pairOf[f.Deployment]].add(s.grid, f.At, change)
	}
	if d.Tokens != nil && f.Kind != sim.ReplicaDraining {
		s.models[f.Model].blocks.add(s.grid, f.At, change*float64(d.Tokens.Blocks))
	}
}

func (s *Series) rent(f *sim.Fact, machines float64) {
	kind, devices := devicesOf(s.spec, f.Type)
	s.kinds[kind].rented.add(s.grid, f.At, machines*devices)
	s.rate.add(s.grid, f.At, machines*s.spec.Types[f.Type].Price)
	s.shelves[s.stock.typeOf[f.Type]].add(s.grid, f.At, machines)
}

// close ends all steps; a run that ended sooner keeps its levels until then.
func (s *Series) close() {
	strands := []*strand{&s.rate}
	for i := range s.models {
		m := &s.models[i]
		strands = append(strands, &m.capacity, &m.running, &m.blocks)
		m.waiting.advance(s.grid, s.grid.until)
		m.present.advance(s.grid, s.grid.until)
	}
	for i := range s.kinds {
		strands = append(strands, &s.kinds[i].busy, &s.kinds[i].rented)
	}
	for i := range s.shelves {
		strands = append(strands, &s.shelves[i])
	}
	for _, one := range strands {
		one.advance(s.grid, s.grid.until)
	}
	s.backlog.close()
}
