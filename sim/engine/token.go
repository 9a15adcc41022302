package engine

import (
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// tokenReplicas is the token replicas of a run. Whatever happens at an instant happens before the replicas whose steps end
// then go on, which they do in the order of their identities.
type tokenReplicas struct {
	newEngine  func(*tokens.Config) engine
	origin     []fleet.ModelID // per model: the one that it decodes for, or -1
	handover   handover
	replicas   []server        // by replica
	requests   []serviceRecord // by request
	boundaries boundaries
	instant    kernel.Time      // of the last step
	passed     fleet.ReplicaID  // the highest of those that have gone on at that instant
	told       sim.TokenTimings // scratch of timings
}

// engine is what a run asks of a *tokens.Engine. It is an interface so that tests can run with one that takes every step.
type engine interface {
	Enqueue(id int32, q tokens.EngineRequest)
	Withdraw(id int32)
	Wake(now kernel.Time) kernel.Time
	Next() kernel.Time
	Step(now kernel.Time) []tokens.Outcome
	Steps() *tokens.Steps
	Report(before kernel.Time) *tokens.Steps
	Working() bool
	Waiting() int
	Running() int
	Held(now kernel.Time) int
	Matched(now kernel.Time, q *tokens.EngineRequest) int
}

// server is one token replica; its engine is nil before its first request and after it was lost.
type server struct {
	engine engine
	queued int64 // prompt tokens of the requests that wait to be scheduled for the first time
	busy   bool  // told so
}

// serviceRecord is how a request fares at its replica.
type serviceRecord struct {
	scheduled kernel.Time
	first     kernel.Time
	cached    int32
	preempted int32
	delivery  kernel.Time     // of the last token; 0: it is not emitted yet
	from      fleet.ReplicaID // that computed the prompt, where another decodes
	enqueued  bool
}

// newTokenReplicas returns the token replicas of a run, nil where its spec has none.
func newTokenReplicas(c *fleet.Spec) *tokenReplicas {
	if !slices.ContainsFunc(c.Deployments, func(d fleet.Deployment) bool { return d.Tokens != nil }) {
		return nil
	}
	pool := &tokens.Pool{}
	l := &tokenReplicas{handover: handover{next: kernel.Never}, newEngine: func(c *tokens.Config) engine { return tokens.New(c, pool) }}
	for range c.Models {
		l.origin = append(l.origin, -1)
	}
	for m := range c.Models {
		if d := c.Models[m].Decoder; d > 0 {
			l.origin[d] = fleet.ModelID(m)
		}
	}
	return l
}

// tokenConfig returns how a replica serves tokens, nil where it does not.
func (r *run) tokenConfig(at fleet.ReplicaID) *tokens.Config {
	return r.Spec.Deployments[r.fleet.Replica(at).Deployment].Tokens
}

// server returns the token replica of an identity.
func (l *tokenReplicas) server(at fleet.ReplicaID) *server {
	l.replicas = fleet.AtLeast(l.replicas, at)
	return &l.replicas[at]
}

// serviceRecord returns how a request fares.
func (l *tokenReplicas) serviceRecord(id fleet.RequestID) *serviceRecord {
	l.requests = fleet.AtLeast(l.requests, id)
	return &l.requests[id]
}

// refuse ends a pending request that a token replica can never serve.
func (r *run) refuse(id fleet.RequestID, to fleet.ReplicaID) bool {
	c := r.tokenConfig(to)
	if c == nil {
		return false
	}
	request := r.fleet.Request(id)
	if request.Input < 1 || request.Output < 1 {
		r.fail("workload: request %d of %s has %d input and %d output tokens; an LLM needs at least one of each",
			request.Ordinal, r.Spec.Models[request.Model].Name, request.Input, request.Output)
		return true
	}
	reason := c.Refuses(request.Input, r.outputs(request))
	if reason == "" {
		return false
	}
	r.reject(id, reason)
	return true
}

// enqueue gives a request to the engine of its token replica, after what that takes.
func (r *run) enqueue(id fleet.RequestID, to fleet.ReplicaID) {
	c := r.tokenConfig(to)
	if c == nil {
		return
	}
	r.fleet.Brought(id)
	if r.prefilled(id) {
		r.fetch(id, to)
		return
	}
	*r.tokenReplicas.serviceRecord(id) = serviceRecord{}
	if c.Before > 0 {
		r.queue.Schedule(r.queue.Now().Add(c.Before), event{kind: entered, index: int32(id), epoch: r.fleet.Epoch(id), other: int32(to)})
		return
	}
	r.insert(id, to, c)
}

// enter lets a request wait at the engine, unless it has left.
func (r *run) enter(id fleet.RequestID, epoch uint32, to fleet.ReplicaID) {
	if r.fleet.StillWaiting(id, epoch) && r.fleet.Given(id) == to {
		r.insert(id, to, r.tokenConfig(to))
		r.wake(to)
	}
}

func (r *run) insert(id fleet.RequestID, to fleet.ReplicaID, c *tokens.Config) {
	request, s := r.fleet.Request(id), r.tokenReplicas.server(to)
	if s.engine == nil {
		s.engine = r.tokenReplicas.newEngine(c)
	}
	q := tokens.EngineRequest{Prompt: request.Input, Output: r.outputs(request), Ordinal: request.Ordinal, Content: request.Content}
	if c.Priority && int(request.Class) < len(r.Spec.Classes) {
		q.Priority = int64(r.Spec.Classes[request.Class].Priority)
	}
	a := r.tokenReplicas.serviceRecord(id)
	if r.prefilled(id) {
		q.Computed, q.Emitted = request.Input, a.first
	}
	a.enqueued = true
	s.queued += int64(q.Prompt)
	s.engine.Enqueue(int32(id), q)
}

// outputs returns the tokens that a request emits at a replica of its model: one, where others decode.
func (r *run) outputs(request *fleet.Request) int32 {
	if r.Spec.Models[request.Model].Decoder > 0 {
		return 1
	}
	return request.Output
}

// withdraw takes a request that gave up out of the engine.
func (r *run) withdraw(id fleet.RequestID, at fleet.ReplicaID) {
	if at != fleet.NoReplica && r.tokenConfig(at) != nil && r.tokenReplicas.serviceRecord(id).enqueued {
		s := r.tokenReplicas.server(at)
		s.engine.Withdraw(int32(id))
		s.queued -= int64(r.fleet.Request(id).Input)
	}
}

// wake sees to it that a token replica goes on when it can; false where the replica is none.
func (r *run) wake(at fleet.ReplicaID) bool {
	if r.tokenConfig(at) == nil {
		return false
	}
	if s := r.tokenReplicas.server(at); s.engine != nil {
		r.tokenReplicas.boundaries.set(at, s.engine.Wake(r.tokenReplicas.boundaryBias(at, r.queue.Now())))
	}
	return true
}

// boundaryBias returns the instant as of which an engine is asked. One whose turn within this instant has passed is beyond the
// boundary that it may have had there, whether a run ended at it or not.
func (l *tokenReplicas) boundaryBias(at fleet.ReplicaID, now kernel.Time) kernel.Time {
	if now == l.instant && at < l.passed && l.replicas[at].engine.Working() {
		return now + 1
	}
	return now
}

// step lets a replica go on whose boundary is the next that happens.
func (r *run) step(at fleet.ReplicaID, now kernel.Time) {
	r.queue.Pass(now, 0)
	l := r.tokenReplicas
	if now > l.instant {
		l.instant, l.passed = now, at
	}
	l.passed = max(l.passed, at)
	engine := l.server(at).engine
	outcomes := engine.Step(now)
	next := engine.Next()
	l.boundaries.set(at, next)
	r.tellSteps(at, engine.Steps())
	finished := false
	for _, o := range outcomes {
		finished = r.follow(at, o) || finished
	}
	r.tellWorking(at, next != kernel.Never)
	if finished {
		r.goOn(at)
	}
}

// follow lets happen what happened to a request at its engine; true where that ended its service.
func (r *run) follow(at fleet.ReplicaID, o tokens.Outcome) bool {
	id := fleet.RequestID(o.ID)
	a, now := r.tokenReplicas.serviceRecord(id), r.queue.Now()
	switch o.Kind {
	case tokens.Scheduled:
		r.tokenReplicas.server(at).queued -= int64(r.fleet.Request(id).Input)
		if !r.prefilled(id) {
			a.scheduled, a.cached = now, o.Tokens
		}
		r.fleet.Enter(id)
		r.tellWorking(at, true)
		r.tellRequest(sim.RequestStarted, id, at)
	case tokens.Resumed:
		r.tellRequest(sim.RequestResumed, id, at)
	case tokens.Preempted:
		a.preempted++
		r.tellRequest(sim.RequestPreempted, id, at)
	case tokens.FirstToken:
		a.first = now
		if r.wanted(sim.RequestFirstToken) {
			r.tellToken(sim.RequestFirstToken, id, at, now.Sub(r.fleet.Request(id).Arrival)+r.tokenConfig(at).PerToken)
		}
	case tokens.NextToken:
		r.tellToken(sim.RequestCaughtUp, id, at, o.Gap)
	case tokens.Finished:
		request := r.fleet.Request(id)
		if decoder := r.Spec.Models[request.Model].Decoder; decoder > 0 && request.Output > 1 {
			r.handOver(id, at, decoder)
			return true
		}
		c := r.tokenConfig(at)
		if late := c.PerToken*time.Duration(request.Output) + c.After; late > 0 {
			a.delivery = now.Add(late)
			r.queue.Schedule(a.delivery, event{kind: delivered, index: o.ID, epoch: r.fleet.Epoch(id), other: int32(at)})
			return false
		}
		r.fleet.Exit(id)
		r.end(sim.RequestFinished, id, at)
		return true
	}
	return false
}

// deliver ends a request whose output is seen to its last token, unless its replica was lost on the way.
func (r *run) deliver(id fleet.RequestID, epoch uint32, at fleet.ReplicaID) {
	if r.fleet.Epoch(id) == epoch && r.tokenReplicas.serviceRecord(id).delivery == r.queue.Now() && r.fleet.Given(id) == at {
		r.fleet.Exit(id)
		r.end(sim.RequestFinished, id, at)
		r.goOn(at)
	}
}

// tellWorking tells that a token replica has begun to work or has nothing left to do.
func (r *run) tellWorking(at fleet.ReplicaID, working bool) {
	s := r.tokenReplicas.server(at)
	if working == s.busy {
		return
	}
	s.busy = working
	if working {
		r.tellBatch(sim.BatchStarted, at, 1, 0)
	} else {
		r.tellBatch(sim.BatchFinished, at, 1, 0)
	}
}

// tellSteps tells of the run of steps that a token replica ended.
func (r *run) tellSteps(at fleet.ReplicaID, steps *tokens.Steps) {
	if steps.Count == 0 || !r.wanted(sim.StepsTaken) {
		return
	}
	r.aboutReplica(at)
	r.fact.Count, r.fact.Span, r.fact.Steps = steps.Count, steps.Span, steps
	r.show(sim.StepsTaken)
	r.fact.Count, r.fact.Span, r.fact.Steps = 0, 0, nil
}

// tellToken tells of a token of a request.
func (r *run) tellToken(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID, span time.Duration) {
	if !r.wanted(kind) {
		return
	}
	r.aboutReplica(at)
	r.aboutRequest(id)
	r.fact.Span = span
	r.show(kind)
	r.fact.Span, r.fact.Request, r.fact.Parent = 0, nil, -1
}

// timings returns how a request was served that finishes at a replica of a deployment, nil where that serves no tokens.
func (l *tokenReplicas) timings(id fleet.RequestID, arrival kernel.Time, d *fleet.Deployment) *sim.TokenTimings {
	if d.Tokens == nil {
		return nil
	}
	a := l.serviceRecord(id)
	l.told = sim.TokenTimings{Queued: a.scheduled.Sub(arrival), FirstToken: a.first.Sub(arrival) + d.Tokens.PerToken, Cached: a.cached, Preempted: a.preempted}
	return &l.told
}

// report tells of the steps that token replicas have ended in the runs under way, for those who sum up until now.
func (r *run) report() {
	if r.tokenReplicas != nil {
		for _, at := range r.fleet.Active() {
			r.reportOf(at)
		}
	}
}

func (r *run) reportOf(at fleet.ReplicaID) {
	if e := r.tokenReplicas.engine(at); e != nil {
		r.tellSteps(at, e.Report(r.tokenReplicas.boundaryBias(at, r.queue.Now())))
	}
}

// reportLast tells of the steps that end until the run does, at the last boundary.
func (r *run) reportLast() {
	if r.tokenReplicas == nil || r.Drain < 0 {
		return
	}
	end, last := kernel.Time(r.Duration).Add(r.Drain), r.queue.Now()
	for _, at := range r.fleet.Active() {
		if e := r.tokenReplicas.engine(at); e != nil {
			if s := e.Report(end + 1); s.Count > 0 {
				last = max(last, s.Begin.Add(s.Span))
			}
		}
	}
	r.queue.Pass(last, 0)
	for _, at := range r.fleet.Active() {
		if e := r.tokenReplicas.engine(at); e != nil {
			r.tellSteps(at, e.Steps())
		}
	}
}

// engine returns that of a token replica, nil where it has none.
func (l *tokenReplicas) engine(at fleet.ReplicaID) engine {
	if int(at) >= len(l.replicas) {
		return nil
	}
	return l.replicas[at].engine
}

// loseEngine forgets the engine of a token replica that was lost, after the steps that it ended.
func (r *run) loseEngine(at fleet.ReplicaID) (working bool) {
	l := r.tokenReplicas
	if int(at) >= len(l.replicas) {
		return false
	}
	r.reportOf(at)
	s := l.server(at)
	working = s.busy
	s.engine, s.busy, s.queued = nil, false, 0
	l.boundaries.set(at, kernel.Never)
	return working
}
