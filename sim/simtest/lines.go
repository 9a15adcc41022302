package simtest

import (
	"errors"
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Lines is an observer that checks in which order requests start, and that nobody waits beside what
// could serve him. It knows who waits where from the facts alone.
//
// As a request starts:
//
//   - At a replica that works on batches nobody waits who was given to it before, or whom the order
//     puts before. If nothing is lost, these are all that arrived before and are there.
//   - At a token replica nobody waits who came to its engine before, nobody who was preempted, and
//     with Priority nobody more urgent. Those who were preempted resume the last one first.
//
// As an instant ends:
//
//   - A replica that has a free slot has nobody in line, unless its batcher waits.
//   - If services can be interrupted, nobody in service is less urgent than one in line.
//   - A request that no replica was given finds none ready. Behind a central queue it finds none
//     that has a free slot, and nobody of its model has started who came after it.
//   - No more wait than the limit of the queue allows. If one was turned away, no fewer do.
type Lines struct {
	Spec       *fleet.Spec
	Discipline sim.Discipline
	Ranks      map[int64]int64          // by ordinal, as the order gave them
	Prompt     func(fleet.ModelID) bool // the batcher of a model starts or drops what it can
	Greedy     func(fleet.ModelID) bool // and starts as much as fits
	Retains    func(fleet.ModelID) bool // the router of a model may keep requests back
	Central    func(fleet.ModelID) bool // it is a central queue
	Lossless   bool                     // no replica is lost

	Checked struct{ Starts, Instants, Kept, Full int64 } // how often the laws were put to the test

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
	at        fleet.ReplicaID // or fleet.NoReplica
	entered   int64           // place in the order in which requests came to replicas
	since     kernel.Time     // when it is there for the engine of a token replica
	started   kernel.Time     // when it went into service last
	priority  int
	prefilled bool
	runs      bool
	preempted bool
}

// stand is a replica with those that wait there and those in service.
type stand struct {
	deployment  *fleet.Deployment
	waits, runs map[int64]*place
	stack       []int64 // those that were preempted, the last one at the end
	busy        int
	ready       bool
}

// modelLine is the state of the requests of a model.
type modelLine struct {
	kept    map[int64]*place // no replica was given them
	ready   map[fleet.ReplicaID]bool
	waiting int   // in no service now
	latest  int64 // the largest ordinal that started at this instant; -1: none
	full    bool  // one was turned away at this instant
	left    bool  // one left the line at this instant in another way
	touched bool
}

// NewLines returns a checker for runs of a spec without an order. Its fields may be set until the
// run begins.
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

// Err returns every broken law; call it after the run.
func (l *Lines) Err() error { return errors.Join(l.faults...) }

// Observe implements sim.Observer.
func (l *Lines) Observe(f *sim.Fact) {
	if f.At > l.now {
		l.close()
		l.now = f.At
	}
	switch f.Kind {
	case sim.ReplicaReady:
		l.replicas[f.Replica] = &stand{deployment: &l.Spec.Deployments[f.Deployment], waits: map[int64]*place{}, runs: map[int64]*place{}, ready: true}
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
		l.ended = true // what is still there is not started any more
	default:
		if f.Request != nil {
			l.request(f)
		}
	}
}

// touch returns a replica whose state is checked as the instant ends.
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
	case sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn:
		p := l.places[id]
		m := &l.models[p.model]
		m.full = m.full || f.Reason == "queue full"
		if f.Kind == sim.RequestFinished {
			m.left = m.left || p.started == f.At // it took no time
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

// keep lets a request wait for a replica.
func (l *Lines) keep(p *place, m fleet.ModelID) {
	p.model, p.at, p.runs, p.preempted = m, fleet.NoReplica, false, false
	line := &l.models[m]
	line.kept[p.ordinal], line.touched = p, true
	line.waiting++
}

// give lets a request wait at a replica.
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

// leave takes a request from where it is.
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

// forget takes a request off the stack of those that were preempted.
func (s *stand) forget(id int64) {
	for i, other := range s.stack {
		if other == id {
			s.stack = append(s.stack[:i], s.stack[i+1:]...)
			return
		}
	}
}

// starts checks that nobody is ahead of a request that starts, and takes it out of the line.
func (l *Lines) starts(p *place, s *stand, resumes bool) {
	l.Checked.Starts++
	for _, other := range s.waits {
		if other != p && l.ahead(other, p, s) {
			l.fault("request %d starts at replica %d, where %d waits, which is ahead", p.ordinal, p.at, other.ordinal)
		}
	}
	if c := s.deployment.Tokens; c != nil && !c.Priority && len(s.stack) > 0 && s.stack[len(s.stack)-1] != p.ordinal {
		l.fault("request %d starts at replica %d, where %v were preempted", p.ordinal, p.at, s.stack)
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

// ahead reports whether a request that waits at a replica is to start before one that starts there.
func (l *Lines) ahead(other, p *place, s *stand) bool {
	if c := s.deployment.Tokens; c != nil {
		switch {
		case other.since > l.now || other.preempted && !c.Priority:
			return false
		case !c.Priority:
			return !p.preempted && other.entered < p.entered
		case c.Ahead:
			return false // it may have been scheduled before the other came
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
