package metrics

import (
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Series samples a run at a fixed step: per model the demand (requests that arrived per second), the planned
// capacity of the ready replicas (requests per second) and the waiting requests at the end of the step (over all models,
// demand and capacity leave out those that only decode for others); per
// device kind the utilization; over all the price of what is rented ($/h). Each sample is the mean over its
// step, warm-up included. A request of a pipeline is one at each of its models, also over all: so it meets capacity.
type Series struct {
	catalog *fleet.Catalog
	step    time.Duration
	until   kernel.Time
	end     kernel.Time // of the open step
	models  []modelSeries
	kinds   []kindUse
	rate    integral // $/h
	tokens  bool     // there are token replicas
	held    holdings
	samples []Sample
}

type modelSeries struct {
	arrived  int
	capacity integral
	waiting  int
}

// NewSeries returns the metric for a catalog, sampling from 0 to the instant given.
func NewSeries(c *fleet.Catalog, until kernel.Time, step time.Duration) *Series {
	return &Series{
		catalog: c, step: step, until: until, end: min(kernel.Time(step), until),
		models: make([]modelSeries, len(c.Models)), kinds: make([]kindUse, len(c.Kinds)),
		tokens: slices.Contains(served(c), true), held: holdings{catalog: c, span: Span{0, until}},
	}
}

// Wants implements sim.Selective.
func (s *Series) Wants(k sim.FactKind) bool {
	switch k {
	case sim.RequestArrived, sim.RequestPrefilled, sim.RequestStarted, sim.RequestPreempted, sim.RequestResumed, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.BatchStarted, sim.BatchFinished,
		sim.BatchesLost, sim.RequestInterrupted, sim.RequestFailed, sim.RequestWithdrawn,
		sim.ReplicaReady, sim.ReplicaDraining, sim.MachineOrdered, sim.MachineReleased, sim.Ended:
		return true
	case sim.StepsTaken, sim.ReplicaRemoved, sim.ReplicaLost:
		return s.tokens
	}
	return false
}

// Observe implements sim.Observer.
func (s *Series) Observe(f *sim.Fact) {
	for f.At >= s.end && s.end > 0 {
		s.sample()
	}
	switch f.Kind {
	case sim.RequestArrived, sim.RequestPrefilled:
		s.models[f.Model].arrived++
		s.models[f.Model].waiting++
	case sim.RequestPreempted, sim.RequestInterrupted:
		s.models[f.Model].waiting++
	case sim.RequestStarted, sim.RequestResumed, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn:
		s.models[f.Model].waiting--
	case sim.BatchStarted:
		s.work(f, 1)
	case sim.BatchFinished:
		s.work(f, -1)
		s.held.follow(f)
	case sim.BatchesLost:
		s.work(f, -float64(f.Count))
	case sim.StepsTaken, sim.ReplicaRemoved, sim.ReplicaLost:
		s.held.follow(f)
	case sim.ReplicaReady:
		s.models[f.Model].capacity.add(s.open(), f.At, s.catalog.Deployments[f.Deployment].Capacity)
		s.held.follow(f)
	case sim.ReplicaDraining:
		s.models[f.Model].capacity.add(s.open(), f.At, -s.catalog.Deployments[f.Deployment].Capacity)
	case sim.MachineOrdered:
		s.rent(f, 1)
	case sim.MachineReleased:
		s.rent(f, -1)
	case sim.Ended:
		for s.end > 0 {
			s.sample()
		}
	}
}

// open returns the whole sampled span; integrals are emptied at each step.
func (s *Series) open() Span { return Span{0, s.until} }

func (s *Series) work(f *sim.Fact, slots float64) {
	kind, devices := busyDevices(&s.catalog.Deployments[f.Deployment])
	s.kinds[kind].busy.add(s.open(), f.At, slots*devices)
}

func (s *Series) rent(f *sim.Fact, machines float64) {
	kind, devices := devicesOf(s.catalog, f.Type)
	s.kinds[kind].rented.add(s.open(), f.At, machines*devices)
	s.rate.add(s.open(), f.At, machines*s.catalog.Types[f.Type].Price)
}

// sample ends the open step and opens the next; after the last one end is 0.
func (s *Series) sample() {
	seconds := (s.end - (s.end-1)/kernel.Time(s.step)*kernel.Time(s.step)).Seconds()
	demand, capacity, waiting := 0.0, 0.0, 0
	for m := range s.models {
		model, name := &s.models[m], s.catalog.Models[m].Name
		offered := float64(model.arrived) / seconds
		provided := s.take(&model.capacity) / seconds
		waiting += model.waiting
		if !s.catalog.Decodes(fleet.ModelID(m)) {
			demand, capacity = demand+offered, capacity+provided
		}
		model.arrived = 0
		if len(s.models) > 1 {
			s.put(name, "demand", "1/s", offered)
			s.put(name, "capacity", "1/s", provided)
			s.put(name, "waiting", "1", float64(model.waiting))
		}
	}
	s.put(All, "demand", "1/s", demand)
	s.put(All, "capacity", "1/s", capacity)
	s.put(All, "waiting", "1", float64(waiting))
	s.put(All, "cost_rate", "$/h", s.take(&s.rate)/seconds)
	for k, name := range s.catalog.Kinds {
		busy, rented := s.take(&s.kinds[k].busy), s.take(&s.kinds[k].rented)
		if rented > 0 {
			s.put(name, "utilization", "%", 100*busy/rented)
		}
	}
	s.sampleTokens(seconds)
	if s.end == s.until {
		s.end = 0
		return
	}
	s.end = min(s.end.Add(s.step), s.until)
}

// sampleTokens ends the open step for token replicas.
func (s *Series) sampleTokens(seconds float64) {
	if !s.tokens {
		return
	}
	blocks, used := s.take(&s.held.blocks), s.take(&s.held.used)
	if blocks > 0 {
		s.put(All, "kv_occupancy", "%", 100*used/blocks)
	}
	s.put(All, "running", "1", s.take(&s.held.batch)/seconds)
}

// take returns an integral up to the end of the step and empties it.
func (s *Series) take(i *integral) float64 {
	i.advance(s.open(), s.end)
	total := i.total
	i.total = 0
	return total
}

func (s *Series) put(scope, metric, unit string, value float64) {
	s.samples = append(s.samples, Sample{Row: Row{Measure: Measure{scope, metric, unit, value}}, Seconds: s.end.Seconds()})
}

// Samples returns the series in the order of time.
func (s *Series) Samples() []Sample { return s.samples }
