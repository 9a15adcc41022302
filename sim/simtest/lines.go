package simtest

import (
	"errors"
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Lines is an observer that checks in which order requests start, and that no request waits at a
// replica that could serve it. It learns from the facts alone where requests wait.
//
// When a request starts:
//
//   - At a batch replica, no request waits that was given to the replica earlier, or that the order
//     puts first. If no replica is lost, that includes every request at the replica that arrived
//     earlier.
//   - At a token replica, no request waits that came to the engine earlier or was preempted. With
//     Priority, no more urgent request waits. Of preempted requests, the last one resumes first.
//
// When an instant ends:
//
//   - A replica with a free slot has no request in line, unless its batcher waits.
//   - Of the replicas that take turns on the GPUs of a machine, at most as many have a batch in
//     service as there are GPUs. If the machine has one GPU and it has no batch, no request is in
//     line there, unless a batcher waits.
//   - If services can be interrupted, no request in service is less urgent than a request in line.
//   - If a request has no replica, no replica of its model is ready, or the router keeps requests
//     back. With a central queue, no ready replica has a free slot, and no later request of the
//     model has started.
//   - No replica has more unfinished requests than Concurrency allows. While requests are kept
//     back, no replica has fewer, unless its router keeps requests back, too.
//   - The waiting requests do not exceed the queue limit. If a request was rejected because the
//     queue is full, as many requests wait as the limit allows.
type Lines struct {
	Spec       *fleet.Spec
	Discipline sim.Discipline
	Ranks      map[int64]int64 // rank by ordinal, as the order gave it
	// the batcher of a model never waits while it can start or drop requests
	Prompt func(fleet.ModelID) bool
	// the batcher of a model also starts as many requests as fit
	Greedy   func(fleet.ModelID) bool
	Retains  func(fleet.ModelID) bool // the router of a model may keep requests back
	Central  func(fleet.ModelID) bool // the router of a model is a central queue
	Lossless bool                     // no replica is lost
	// most unfinished requests of a replica by a gateway with no other limit; 0: no such gateway
	Concurrency int

	Checked struct{ Starts, Instants, Kept, Full int64 } // how often each law was checked

	now      kernel.Time
	entries  int64
	places   map[int64]*place
	replicas map[fleet.ReplicaID]*stand
	models   []modelLine
	touched  map[fleet.ReplicaID]bool
	faults   []error
	ended    bool
}

// place is where a request is.
type place struct {
	ordinal   int64
	model     fleet.ModelID
	at        fleet.ReplicaID // its replica, or fleet.NoReplica
	entered   int64           // number in the order in which requests came to replicas
	since     kernel.Time     // when it is available to the engine of a token replica
	started   kernel.Time     // when it went into service last
	priority  int
	prefilled bool
	runs      bool
	preempted bool
}

// stand is a replica with its waiting requests and its requests in service.
type stand struct {
	deployment  *fleet.Deployment
	waits, runs map[int64]*place
	stack       []int64 // preempted requests, the last one at the end
	busy        int
	ready       bool
	on          fleet.MachineID
}

// modelLine is the state of the requests of a model.
type modelLine struct {
	kept    map[int64]*place // requests without a replica
	ready   map[fleet.ReplicaID]bool
	waiting int   // requests that are not in service
	latest  int64 // the largest ordinal that started at this instant; -1: none
	full    bool  // a request was rejected at this instant, because the queue was full
	left    bool  // a request left the line at this instant in another way
	touched bool
}

// NewLines returns a checker for runs of a spec. It assumes a run without an order. The caller may
// set its fields until the run begins.
func NewLines(c *fleet.Spec) *Lines {
	no := func(fleet.ModelID) bool { return false }
	l := &Lines{
		Spec: c, Prompt: no, Greedy: no, Retains: no, Central: no,
		places: map[int64]*place{}, replicas: map[fleet.ReplicaID]*stand{}, touched: map[fleet.ReplicaID]bool{},
	}
	for range c.Models {
		l.models = append(l.models, modelLine{kept: map[int64]*place{}, ready: map[fleet.ReplicaID]bool{}, latest: -1})
	}
	return l
}

func (l *Lines) fault(format string, args ...any) {
	if len(l.faults) < 20 {
		l.faults = append(l.faults, fmt.Errorf("at %v: %w", l.now, fmt.Errorf(format, args...)))
	}
}

// Err returns every broken law. It is called after the run.
func (l *Lines) Err() error { return errors.Join(l.faults...) }

// Observe implements sim.Observer.
func (l *Lines) Observe(f *sim.Fact) {
	if f.At > l.now {
		l.close()
		l.now = f.At
	}
	switch f.Kind {
	case sim.ReplicaReady:
		l.replicas[f.Replica] = &stand{deployment: &l.Spec.Deployments[f.Deployment], waits: map[int64]*place{}, runs: map[int64]*place{}, ready: true, on: f.Machine}
		l.models[f.Model].ready[f.Replica] = true
		l.models[f.Model].touched = true
	case sim.ReplicaDraining:
		l.replicas[f.Replica].ready = false
		delete(l.models[f.Model].ready, f.Replica)
	case sim.BatchStarted:
		l.touch(f.Replica).busy++
	case sim.BatchFinished:
		l.touch(f.Replica).busy--
	case sim.BatchesLost:
		l.touch(f.Replica).busy -= f.Count
	case sim.RequestUnfinished, sim.Ended:
		l.ended = true // requests that are left do not start any more
	default:
		if f.Request != nil {
			l.request(f)
		}
	}
}

// touch returns a replica, and marks it to be checked at the end of the instant.
func (l *Lines) touch(at fleet.ReplicaID) *stand {
	l.touched[at] = true
	s := l.replicas[at]
	l.models[s.deployment.Model].touched = true
	return s
}

// request follows a request on its way.
func (l *Lines) request(f *sim.Fact) {
	id := f.Request.Ordinal
	switch f.Kind {
	case sim.RequestArrived:
		p := &place{ordinal: id, priority: l.priority(f.Request)}
		l.places[id] = p
		l.keep(p, f.Model)
	case sim.RequestRetried, sim.RequestPrefilled:
		p := l.places[id]
		l.leave(p)
		p.prefilled = f.Kind == sim.RequestPrefilled
		l.keep(p, f.Model)
	case sim.RequestRouted:
		l.give(l.places[id], f)
	case sim.CacheMoved:
		p := l.places[id]
		p.since, p.entered = f.At, l.entry()
		l.touch(p.at)
	case sim.RequestStarted, sim.RequestResumed:
		p := l.places[id]
		l.starts(p, l.touch(p.at), f.Kind == sim.RequestResumed)
	case sim.RequestPreempted:
		p := l.places[id]
		s := l.touch(p.at)
		delete(s.runs, id)
		s.waits[id], s.stack = p, append(s.stack, id)
		p.runs, p.preempted = false, true
		l.models[p.model].waiting++
	case sim.RequestAnswered:
		p := l.places[id]
		l.models[p.model].left = l.models[p.model].left || p.started == f.At
		l.leave(p)
		p.at = fleet.NoReplica
	case sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn, sim.RequestCancelled:
		p := l.places[id]
		m := &l.models[p.model]
		m.full = m.full || f.Reason == "queue full"
		if f.Kind == sim.RequestFinished {
			m.left = m.left || p.started == f.At // its service took no time
		} else {
			m.left = m.left || f.Reason != "queue full"
		}
		l.leave(p)
		delete(l.places, id)
	}
}

func (l *Lines) priority(r *fleet.Request) int {
	if int(r.Class) < len(l.Spec.Classes) {
		return l.Spec.Classes[r.Class].Priority
	}
	return 0
}

func (l *Lines) entry() int64 {
	l.entries++
	return l.entries
}

// keep records that a request waits without a replica.
func (l *Lines) keep(p *place, m fleet.ModelID) {
	p.model, p.at, p.runs, p.preempted = m, fleet.NoReplica, false, false
	line := &l.models[m]
	line.kept[p.ordinal], line.touched = p, true
	line.waiting++
}

// give records that a request waits at a replica.
func (l *Lines) give(p *place, f *sim.Fact) {
	delete(l.models[p.model].kept, p.ordinal)
	s := l.touch(f.Replica)
	p.at, p.entered, p.since = f.Replica, l.entry(), f.At
	if c := s.deployment.Tokens; c != nil {
		p.since = f.At.Add(c.Before)
		if p.prefilled {
			p.since = kernel.Never
		}
	}
	s.waits[p.ordinal] = p
}

// leave removes a request from where it waits or is served.
func (l *Lines) leave(p *place) {
	m := &l.models[p.model]
	m.touched = true
	delete(m.kept, p.ordinal)
	if p.at != fleet.NoReplica {
		s := l.touch(p.at)
		delete(s.waits, p.ordinal)
		delete(s.runs, p.ordinal)
		s.forget(p.ordinal)
	}
	if !p.runs {
		m.waiting--
	}
}

// forget removes a request from the stack of preempted requests.
func (s *stand) forget(id int64) {
	for i, other := range s.stack {
		if other == id {
			s.stack = append(s.stack[:i], s.stack[i+1:]...)
			return
		}
	}
}

// starts checks that no request is ahead of a request that starts, and removes it from the line.
func (l *Lines) starts(p *place, s *stand, resumes bool) {
	l.Checked.Starts++
	for _, other := range s.waits {
		if other != p && l.ahead(other, p, s) {
			l.fault("request %d starts at replica %d, although request %d is ahead of it", p.ordinal, p.at, other.ordinal)
		}
	}
	if c := s.deployment.Tokens; c != nil && !c.Priority && c.Engines() == 1 && len(s.stack) > 0 && s.stack[len(s.stack)-1] != p.ordinal {
		l.fault("request %d starts at replica %d, although the last of the preempted requests %v must resume first", p.ordinal, p.at, s.stack)
	}
	delete(s.waits, p.ordinal)
	s.forget(p.ordinal)
	s.runs[p.ordinal] = p
	p.runs, p.preempted, p.started = true, false, l.now
	m := &l.models[p.model]
	m.waiting--
	if !resumes {
		m.latest = max(m.latest, p.ordinal)
	}
}

// ahead reports whether a waiting request should have started before request p, which starts at the
// same replica.
func (l *Lines) ahead(other, p *place, s *stand) bool {
	if c := s.deployment.Tokens; c != nil {
		switch {
		case c.Adapters != nil || c.Engines() > 1:
			return false // the other may have no slot for its adapter, or another engine
		case other.since > l.now || other.preempted && !c.Priority:
			return false
		case !c.Priority:
			return !p.preempted && other.entered < p.entered
		case c.Ahead:
			return false // p may have been scheduled before the other came
		}
		return other.priority < p.priority || other.priority == p.priority && other.ordinal < p.ordinal
	}
	switch l.Discipline {
	case sim.FirstCome:
		return other.entered < p.entered || l.Lossless && other.ordinal < p.ordinal
	case sim.Line, sim.PreemptByRank:
		x, y := l.Ranks[other.ordinal], l.Ranks[p.ordinal]
		return x < y || x == y && other.ordinal < p.ordinal
	}
	return false
}
