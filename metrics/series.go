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
//	demand         requests that arrived, per second of the step; every attempt of a client counts
//	retries        attempts after the first that arrived, per second of the step; only for clients
//	throughput     requests that finished, per second of the step; without attempts whose clients
//	               had gone
//	capacity       planned requests per second of the ready replicas, mean over the step
//	capacity_coming the same of the replicas that boot or load; only for models that load any
//	demand_planned demand for which the allocator's last plan was made, per second, mean over the
//	               step; only for allocators that forecast, from their first plan on
//	slo_attainment share of the requests that arrived in the step and finished within their
//	               objective; only in the measured span, for steps with arrivals
//	running        requests in service, mean over the step
//	waiting        requests that wait for their start, at the end of the step
//	in_system      requests that have arrived and not ended, at the end of the step
//	backlog_tokens tokens still to be processed of the requests in the system, at the end of the
//	               step: prompts without a first token, and outputs that are not emitted; only
//	               for models that token replicas serve
//
// Further series are means over the step: utilization per device kind, cost_rate ($/h),
// kv_occupancy, machines per type, and replicas per model and type.
//
// In the scope of all models, demand, throughput, capacity and in_system leave out decode models. A
// request of a pipeline counts at each of its models, also in this scope, and so does capacity.
type Series struct {
	sim.Handlers
	spec        *fleet.Spec
	grid        grid
	now         int         // number of the present step
	end         kernel.Time // end of the present step; Never: all steps have ended
	models      []modelSeries
	planned     integralSeries // 1 from the first plan with a demand on, else 0
	kinds       []kindSeries
	rate        rate
	stock       stock            // scopes of stockSeries
	stockSeries []integralSeries // machines, then replicas
	tokens      bool             // there are token replicas
	backlog     *backlog
	away        map[int64]handed // requests that were handed over to a decode model, by ordinal
	misses      *Misses          // gets arrivals and starts of services; may be nil
	balance     *Balance         // gets starts of services; may be nil
	course      missCourse       // misses over time; without models if there is no misses
}

// modelSeries is the series of a model.
type modelSeries struct {
	arrived, finished []float64 // requests per step of the grid
	capacity, running integralSeries
	coming            integralSeries // capacity of the replicas that boot or load
	planned           integralSeries // demand of the last plan
	loads             bool           // coming was above 0 for a time
	retries           []float64      // attempts after the first, per step; nil: no clients
	waiting, present  levelSeries
	blocks            integralSeries // KV blocks of the token replicas that are ready or draining
	used              []float64      // used blocks, times seconds
}

// kindSeries is the series of the devices of a kind.
type kindSeries struct{ busy, rented integralSeries }

// NewSeries returns the metric for a spec. It samples from 0 to until.
func NewSeries(c *fleet.Spec, until kernel.Time, step time.Duration) *Series {
	s := &Series{
		spec: c, grid: grid{step, until}, models: make([]modelSeries, len(c.Models)), kinds: make([]kindSeries, len(c.Kinds)),
		stock: newStock(c), tokens: slices.Contains(served(c), true), away: map[int64]handed{},
	}
	n := s.grid.count()
	cells := func() []float64 { return make([]float64, n) }
	s.end, s.planned.cells = s.grid.end(0), cells()
	for i := range s.models {
		m := &s.models[i]
		m.arrived, m.finished, m.capacity.cells, m.running.cells = cells(), cells(), cells(), cells()
		m.coming.cells, m.planned.cells = cells(), cells()
		if len(c.Clients) > 0 {
			m.retries = cells()
		}
		m.waiting.cells, m.present.cells, m.blocks.cells, m.used = cells(), cells(), cells(), cells()
	}
	for i := range s.kinds {
		s.kinds[i].busy.cells, s.kinds[i].rented.cells = cells(), cells()
	}
	for range len(s.stock.machines) + len(s.stock.replicas) {
		s.stockSeries = append(s.stockSeries, integralSeries{cells: cells()})
	}
	s.rate = newRate(c, s.grid)
	s.backlog = newBacklog(c, s.grid, s.away, s.tokens)
	s.handle()
	return s
}

// handle registers the function for each kind of fact.
func (s *Series) handle() {
	s.on(s.arrive, sim.RequestArrived)
	s.on(s.prefilled, sim.RequestPrefilled)
	s.on(s.start, sim.RequestStarted)
	s.on(s.resume, sim.RequestResumed)
	s.on(s.preempt, sim.RequestPreempted)
	s.on(s.interrupt, sim.RequestInterrupted)
	s.on(s.wait, sim.RequestRetried)
	s.on(s.finish, sim.RequestFinished)
	s.on(s.unserved, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn)
	s.on(s.cancel, sim.RequestCancelled)
	s.on(func(f *sim.Fact) { s.serve(f, -1) }, sim.RequestAnswered)
	s.on(s.begins, sim.BatchStarted)
	s.on(func(f *sim.Fact) { s.work(f, -1) }, sim.BatchFinished)
	s.on(func(f *sim.Fact) { s.work(f, -float64(f.Count)) }, sim.BatchesLost)
	s.on(s.step, sim.StepsTaken)
	s.on(func(f *sim.Fact) { s.come(f, 1) }, sim.ReplicaLoading)
	s.on(func(f *sim.Fact) { s.come(f, -1) }, sim.ReplicaCancelled)
	s.on(s.replica, sim.ReplicaReady, sim.ReplicaDraining, sim.ReplicaRemoved, sim.ReplicaLost)
	s.on(func(f *sim.Fact) { s.rent(f, 1) }, sim.MachineOrdered)
	s.on(func(f *sim.Fact) { s.rent(f, -1) }, sim.MachineReleased)
	s.on(s.decided, sim.Decided)
	s.on(func(*sim.Fact) { s.close() }, sim.Ended)
	for k := range sim.FactKinds { // kinds that only the backlog wants
		if s.backlog.Wants(k) && !s.Wants(k) {
			s.on(nil, k)
		}
	}
}

// on lets a function handle facts of some kinds. Before that, each fact moves the series to its
// step, and goes to the backlog.
func (s *Series) on(do func(*sim.Fact), kinds ...sim.FactKind) {
	for _, k := range kinds {
		s.On(func(f *sim.Fact) {
			if f.At >= s.end {
				s.begin(f.At)
			}
			if handle := s.backlog.Handler(k); handle != nil {
				handle(f)
			}
			if do != nil {
				do(f)
			}
		}, k)
	}
}

// begin moves to the step that contains an instant.
func (s *Series) begin(at kernel.Time) {
	for at >= s.end {
		s.now++
		if s.end = s.grid.end(s.now); s.now == s.grid.count() {
			s.end = kernel.Never
		}
	}
}

// arrive counts a request that arrives at a model.
func (s *Series) arrive(f *sim.Fact) {
	m := &s.models[f.Model]
	if s.now < len(m.arrived) {
		m.arrived[s.now]++
	}
	m.waiting.add(s.grid, f.At, 1)
	m.present.add(s.grid, f.At, 1)
	if s.misses != nil {
		s.misses.loads.count(f.Model, f.At)
	}
	if m.retries != nil && f.Request.Attempt > 1 {
		s.retry(f)
	}
}

// retry counts an attempt after the first that arrives.
func (s *Series) retry(f *sim.Fact) {
	if m := &s.models[f.Model]; s.now < len(m.retries) {
		m.retries[s.now]++
	}
	if s.misses != nil {
		s.misses.retry(f.Model, f.At)
	}
}

// prefilled counts a request that is handed over to a decode model.
func (s *Series) prefilled(f *sim.Fact) {
	s.arrive(f)
	s.away[f.Request.Ordinal] = handed{f.Model, true}
}

func (s *Series) start(f *sim.Fact) {
	s.resume(f)
	if s.balance != nil {
		s.balance.start(f)
	}
	if s.tokens && s.misses != nil {
		s.misses.start(f)
	}
}

func (s *Series) resume(f *sim.Fact) {
	s.models[f.Model].waiting.add(s.grid, f.At, -1)
	s.serve(f, 1)
}

func (s *Series) preempt(f *sim.Fact) {
	s.models[f.Model].waiting.add(s.grid, f.At, 1)
	s.serve(f, -1)
}

func (s *Series) interrupt(f *sim.Fact) {
	s.back(f)
	s.preempt(f)
}

func (s *Series) wait(f *sim.Fact) {
	if s.back(f) {
		s.models[f.Model].waiting.add(s.grid, f.At, 1)
	}
}

func (s *Series) finish(f *sim.Fact) {
	if !f.Gone {
		s.finished(f.Model, f.At)
	}
	if h, is := s.away[f.Request.Ordinal]; is {
		if !f.Gone {
			s.finished(h.model, f.At)
		}
		s.back(f)
	}
	s.models[f.Model].present.add(s.grid, f.At, -1)
	if f.Network == 0 { // else it was served before
		s.serve(f, -1)
	}
}

// cancel counts an attempt that ends in service, because its client has gone.
func (s *Series) cancel(f *sim.Fact) {
	s.back(f)
	s.models[f.Model].present.add(s.grid, f.At, -1)
	s.serve(f, -1)
}

// unserved counts a request that ends while it waits.
func (s *Series) unserved(f *sim.Fact) {
	m := &s.models[f.Model]
	if !s.back(f) {
		m.waiting.add(s.grid, f.At, -1)
	}
	m.present.add(s.grid, f.At, -1)
}

// serve changes the number of requests in service. Requests at token replicas are counted by their
// steps instead.
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

// back removes a request from its decode model, if it was handed over. It reports whether it was.
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

// finished counts a request that has finished. If a step ends at the same instant, the request
// counts in that step, as in MeasuredSpan.Counts. Requests that finish after the last step do not
// count.
func (s *Series) finished(id fleet.ModelID, at kernel.Time) {
	if at > s.grid.until {
		return
	}
	i := s.now
	if at == s.grid.begin(i) || at == s.grid.until {
		i--
	}
	if i >= 0 {
		s.models[id].finished[i]++
	}
}

func (s *Series) begins(f *sim.Fact) {
	s.work(f, 1)
	if s.misses != nil {
		s.misses.lines.begin(f)
	}
}

func (s *Series) work(f *sim.Fact, slots float64) {
	d := &s.spec.Deployments[f.Deployment]
	if kind, devices := busyDevices(d); d.Tokens == nil {
		s.kinds[kind].busy.add(s.grid, f.At, slots*devices)
	}
}

// step adds a run of steps. Some of its steps may belong to earlier steps of the series.
func (s *Series) step(f *sim.Fact) {
	d, t := &s.spec.Deployments[f.Deployment], f.Steps
	kind, devices := busyDevices(d)
	engines, running := t.Alike()
	end, n, load := t.Begin.Add(t.Span), float64(t.Running), devices/float64(engines)*d.Utilization(running)
	s.grid.spread(s.models[f.Model].running.cells, t.Begin, end, n, n)
	s.grid.spread(s.kinds[kind].busy.cells, t.Begin, end, load, load)
	s.grid.spread(s.models[f.Model].used, t.Begin, end, float64(t.HeldFirst), float64(t.HeldLast))
}

// come counts a replica that begins to boot or load (change 1), or that is ready or cancelled
// (change −1).
func (s *Series) come(f *sim.Fact, change float64) {
	s.models[f.Model].coming.add(s.grid, f.At, change*s.spec.Deployments[f.Deployment].Capacity)
}

// decided records the demand of a plan. A plan without one changes nothing.
func (s *Series) decided(f *sim.Fact) {
	for i, demand := range f.Plan.Demand {
		s.models[i].planned.set(s.grid, f.At, demand)
		s.planned.set(s.grid, f.At, 1)
	}
}

// replica counts a replica that comes or goes.
func (s *Series) replica(f *sim.Fact) {
	d, change := &s.spec.Deployments[f.Deployment], 1.0
	if f.Kind != sim.ReplicaReady {
		change = -1
	} else {
		s.come(f, -1)
	}
	if f.Kind == sim.ReplicaReady || f.Kind == sim.ReplicaDraining {
		s.models[f.Model].capacity.add(s.grid, f.At, change*d.Capacity)
		s.stockSeries[len(s.stock.machines)+s.stock.pairOf[f.Deployment]].add(s.grid, f.At, change)
	}
	if d.Tokens != nil && f.Kind != sim.ReplicaDraining {
		s.models[f.Model].blocks.add(s.grid, f.At, change*float64(d.Tokens.Blocks))
	}
}

func (s *Series) rent(f *sim.Fact, machines float64) {
	kind, devices := devicesOf(s.spec, f.Type)
	s.kinds[kind].rented.add(s.grid, f.At, machines*devices)
	s.rate.rent(f)
	s.stockSeries[s.stock.typeOf[f.Type]].add(s.grid, f.At, machines)
}

// close counts all levels until the end of the last step of the grid, even if the run ended sooner.
func (s *Series) close() {
	s.rate.close()
	all := []*integralSeries{&s.planned}
	for i := range s.models {
		m := &s.models[i]
		all = append(all, &m.capacity, &m.coming, &m.planned, &m.running, &m.blocks)
		m.waiting.advance(s.grid, s.grid.until)
		m.present.advance(s.grid, s.grid.until)
	}
	for i := range s.kinds {
		all = append(all, &s.kinds[i].busy, &s.kinds[i].rented)
	}
	for i := range s.stockSeries {
		all = append(all, &s.stockSeries[i])
	}
	for _, one := range all {
		one.advance(s.grid, s.grid.until)
	}
	for i := range s.models {
		s.models[i].loads = slices.ContainsFunc(s.models[i].coming.cells, func(v float64) bool { return v > 0 })
	}
	s.backlog.close()
}
