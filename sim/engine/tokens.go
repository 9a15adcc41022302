package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// tokenReplicas is the server that runs an engine of LLM requests in each of its replicas. At an
// instant, first the steps end that end then, in the order of the identities of their replicas.
// These replicas go on once all else that happens at the instant has happened. A run without token
// replicas has none: nil.
type tokenReplicas struct {
	*core
	ends       *ends
	newEngine  func(*tokens.Config) tokenEngine
	handOver   func(fleet.RequestID) // routes a request whose prompt is computed
	caches     handover
	replicas   []tokenReplica  // per replica
	requests   []serviceRecord // per request
	boundaries boundaries
	begun      kernel.Time      // the last instant at which replicas have gone on
	scratch    sim.TokenTimings // of the request that ends
}

// tokenEngine is what a run asks of a *tokens.Engine. It is an interface so that tests can run with
// one that takes every step.
type tokenEngine interface {
	Enqueue(id int32, q tokens.EngineRequest)
	Withdraw(id int32)
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
	busy    bool        // BatchStarted was told, and BatchFinished not yet
	between bool        // its run of steps has ended, and the next has not begun
}

// serviceRecord is how a request fares at its replica.
type serviceRecord struct {
	scheduled kernel.Time
	first     kernel.Time     // when its first token was emitted
	cached    int32           // tokens of its prompt that were found in the prefix cache
	preempted int32           // times
	delivery  kernel.Time     // when its last token is seen; 0: that is not emitted yet
	from      fleet.ReplicaID // that computed the prompt, where another decodes
	enqueued  bool            // at the engine
}

// newTokenReplicas returns the token replicas of a run, nil if its spec has none.
func newTokenReplicas(c *core, e *ends) *tokenReplicas {
	if !servesTokens(c.Spec) {
		return nil
	}
	pool := &tokens.Pool{}
	return &tokenReplicas{
		core: c, ends: e, begun: -1, caches: handover{core: c, next: kernel.Never},
		newEngine: func(c *tokens.Config) tokenEngine { return tokens.New(c, pool) },
	}
}

// replica returns the token replica of an identity.
func (t *tokenReplicas) replica(at fleet.ReplicaID) *tokenReplica {
	t.replicas = fleet.AtLeast(t.replicas, at)
	return &t.replicas[at]
}

// engine returns the engine of a replica, nil if it has none.
func (t *tokenReplicas) engine(at fleet.ReplicaID) tokenEngine {
	if int(at) >= len(t.replicas) {
		return nil
	}
	return t.replicas[at].engine
}

// record returns how a request fares.
func (t *tokenReplicas) record(id fleet.RequestID) *serviceRecord {
	t.requests = fleet.AtLeast(t.requests, id)
	return &t.requests[id]
}

// readTime returns the instant as of which an engine is asked now. Once replicas have gone on at
// this instant, one that works is beyond the boundary that it may have had there, whether a run of
// steps ended at it or not.
func (t *tokenReplicas) readTime(at fleet.ReplicaID) kernel.Time {
	now := t.queue.Now()
	if now == t.begun && t.replicas[at].engine.Working() {
		return now + 1
	}
	return now
}

// outputs returns the tokens that a request emits at a replica of its model: one, where others
// decode.
func (t *tokenReplicas) outputs(request *fleet.Request) int32 {
	if t.Spec.Models[request.Model].Decoder > 0 {
		return 1
	}
	return request.Output
}
