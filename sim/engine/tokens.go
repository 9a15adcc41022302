package engine

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// tokenReplicas is the server that runs an LLM engine in each of its replicas. At each instant,
// steps end first, in the order of the identities of their replicas. These replicas begin their
// next steps at the end of the instant. It is nil in a run without token replicas.
type tokenReplicas struct {
	*core
	ends       *ends
	newEngine  func(*tokens.Config) tokenEngine
	handOver   func(fleet.RequestID) // routes a request whose prompt is computed
	leaveLine  func(sim.FactKind, fleet.RequestID)
	caches     handover
	replicas   []tokenReplica  // per replica
	requests   []serviceRecord // per request
	luck       uint64          // random bits of the run: which drafts are accepted
	boundaries boundaries
	begun      kernel.Time      // the last instant at which replicas began steps
	scratch    sim.TokenTimings // timings of the request that ends
}

// tokenEngine is the part of *tokens.Engine that a run uses. It is an interface so that tests can
// use the engine that makes every step an event.
type tokenEngine interface {
	Enqueue(id int32, q tokens.EngineRequest)
	Withdraw(id int32)
	Abort(id int32)
	Slow(now kernel.Time, factor float64)
	Wake(now kernel.Time) kernel.Time
	End(now kernel.Time) []tokens.Outcome
	Begin(now kernel.Time) (begun []tokens.Outcome, next kernel.Time)
	Steps() *tokens.Steps
	Report(before kernel.Time) *tokens.Steps
	Working() bool
	Waiting() int
	Running() int
	Held(now kernel.Time) int
	Matched(now kernel.Time, q *tokens.EngineRequest) int
}

// tokenReplica is one token replica.
type tokenReplica struct {
	engine  tokenEngine // nil before its first request and after it was lost
	queued  int64       // prompt tokens of the requests that were never scheduled
	busy    bool        // BatchStarted was emitted, and BatchFinished not yet
	between bool        // a run of steps has ended, and the next has not begun
}

// serviceRecord holds how a request has been served at its replica so far.
type serviceRecord struct {
	scheduled kernel.Time
	first     kernel.Time     // when its first token was emitted
	network   time.Duration   // round trip of its first token
	cached    int32           // prompt tokens found in the prefix cache
	preempted int32           // how often it was preempted
	delivery  kernel.Time     // when its output is delivered to the client; 0: not known yet
	from      fleet.ReplicaID // the prefill replica, if another replica decodes
	fetched   kernel.Time     // when its cache was asked for, if another replica decodes
	enqueued  bool            // it was given to the engine
}

// newTokenReplicas returns the token replicas of a run, or nil if its spec has none.
func newTokenReplicas(c *core, e *ends) *tokenReplicas {
	if !servesTokens(c.Spec) {
		return nil
	}
	pool := &tokens.Pool{}
	return &tokenReplicas{
		core: c, ends: e, begun: -1, luck: kernel.NewStream(c.Seed, c.Replication, "drafts", 0).Uint64(), caches: handover{core: c, next: kernel.Never},
		newEngine: func(c *tokens.Config) tokenEngine {
			if c.Engines() > 1 {
				return tokens.NewGroup(c, pool)
			}
			return tokens.New(c, pool)
		},
	}
}

// replica returns the token replica with an identity.
func (t *tokenReplicas) replica(at fleet.ReplicaID) *tokenReplica {
	t.replicas = fleet.AtLeast(t.replicas, at)
	return &t.replicas[at]
}

// engine returns the engine of a replica, or nil if it has none.
func (t *tokenReplicas) engine(at fleet.ReplicaID) tokenEngine {
	if int(at) >= len(t.replicas) {
		return nil
	}
	return t.replicas[at].engine
}

// record returns the service record of a request.
func (t *tokenReplicas) record(id fleet.RequestID) *serviceRecord {
	t.requests = fleet.AtLeast(t.requests, id)
	return &t.requests[id]
}

// readTime returns the instant to pass to an engine that is read now. It is usually now. If
// replicas have already begun steps at this instant, it is one nanosecond later for an engine that
// works, because the engine is then past any boundary at this instant.
func (t *tokenReplicas) readTime(at fleet.ReplicaID) kernel.Time {
	now := t.queue.Now()
	if now == t.begun && t.replicas[at].engine.Working() {
		return now + 1
	}
	return now
}

// adapter returns the LoRA adapter of a request, which is that of its tenant; 0: none.
func (t *tokenReplicas) adapter(request *fleet.Request) int32 {
	if len(t.Spec.Tenants) == 0 {
		return 0
	}
	return int32(request.Tenant) + 1
}

// outputs returns how many tokens a request emits at a replica of its model: one if another model
// decodes the rest, else all.
func (t *tokenReplicas) outputs(request *fleet.Request) int32 {
	if t.Spec.Models[request.Model].Decoder > 0 {
		return 1
	}
	return request.Output
}
