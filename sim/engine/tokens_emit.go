package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// emitWorking emits the fact that a token replica has begun to work, or has nothing left to do.
func (t *tokenReplicas) emitWorking(at fleet.ReplicaID, working bool) {
	s := t.replica(at)
	if working == s.busy {
		return
	}
	s.busy = working
	if working {
		t.emitBatch(sim.BatchStarted, at, 1, 0)
	} else {
		t.emitBatch(sim.BatchFinished, at, 1, 0)
	}
}

// rest emits that a replica has nothing left to do, if a request that left between two steps was
// its last. The replica may then be removed before it would begin its next step.
func (t *tokenReplicas) rest(at fleet.ReplicaID) {
	if s := t.replica(at); s.between && s.engine.Running()+s.engine.Waiting() == 0 {
		t.emitWorking(at, false)
	}
}

// emitSteps emits the fact of steps that a token replica has ended.
func (t *tokenReplicas) emitSteps(at fleet.ReplicaID, steps *tokens.Steps) {
	if steps.Count == 0 || !t.wanted(sim.StepsTaken) {
		return
	}
	t.aboutReplica(at)
	for ; steps != nil; steps = steps.Also {
		t.fact.Count, t.fact.Span, t.fact.Steps = steps.Count, steps.Span, steps
		t.show(sim.StepsTaken)
	}
	t.fact.Count, t.fact.Span, t.fact.Steps = 0, 0, nil
}

// report emits facts of the steps that have ended so far within the runs of steps under way, on all
// replicas. Observers that close a sum now need them. Steps that end at the present instant are
// included.
func (t *tokenReplicas) report() {
	if t != nil {
		for _, at := range t.fleet.Active() {
			t.reportOf(at)
		}
	}
}

// reportOf is report for one replica.
func (t *tokenReplicas) reportOf(at fleet.ReplicaID) {
	if e := t.engine(at); e != nil {
		t.emitSteps(at, e.Report(t.queue.Now()+1))
	}
}

// reportLast reports the steps that end before the run does, at the last boundary.
func (t *tokenReplicas) reportLast() {
	if t == nil || t.Drain < 0 {
		return
	}
	end, last := kernel.Time(t.Duration).Add(t.Drain), t.queue.Now()
	steps := make([]tokens.Steps, len(t.fleet.Active()))
	for i, at := range t.fleet.Active() {
		if e := t.engine(at); e != nil {
			steps[i] = *e.Report(end + 1)
			for s := &steps[i]; s != nil && s.Count > 0; s = s.Also {
				last = max(last, s.Begin.Add(s.Span))
			}
		}
	}
	t.queue.Pass(last)
	for i, at := range t.fleet.Active() {
		t.emitSteps(at, &steps[i])
	}
}

// finish ends a request whose output has left its replica, now or when it has reached the client
// over the network.
func (t *tokenReplicas) finish(id fleet.RequestID, at fleet.ReplicaID) {
	t.fleet.Exit(id)
	a := t.record(id)
	if way := max(t.roundTrip(id, at), a.first.Add(a.network).Sub(t.queue.Now())); way > 0 {
		t.sendAnswer(id, at, way)
		return
	}
	t.conclude(id, at)
}

// conclude ends a request whose output has reached the client. The fact carries its timings.
func (t *tokenReplicas) conclude(id fleet.RequestID, at fleet.ReplicaID) {
	a, arrival := t.record(id), t.fleet.Request(id).Arrival
	t.scratch = sim.TokenTimings{
		Queued:     a.scheduled.Sub(arrival),
		FirstToken: a.first.Sub(arrival) + t.deployment(at).Tokens.PerToken + a.network,
		Cached:     a.cached,
		Preempted:  a.preempted,
	}
	t.timings = &t.scratch
	t.ends.end(sim.RequestFinished, id, at)
	t.timings = nil
}
