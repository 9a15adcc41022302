package sim

import "wavetank/sim/fleet"

// TokenLoad is what a token replica has to do.
type TokenLoad struct {
	Waiting int   // requests that are not scheduled, preempted ones included
	Running int   // requests in the running batch
	Held    int   // KV blocks in use
	Blocks  int   // KV blocks; 0: it is no token replica
	Prompts int64 // tokens of the prompts of its unfinished requests
	Queued  int64 // tokens of requests that were never scheduled
}

// TokenReader reads the token replicas of a run.
type TokenReader interface {
	// Load returns what a token replica has to do; ok is false before its first request.
	Load(at fleet.ReplicaID) (load TokenLoad, ok bool)
	// Matched returns how many tokens of a request's prompt a replica has in its prefix cache.
	Matched(at fleet.ReplicaID, r *fleet.Request) int
	// PrefilledBy returns the replica that computed the prompt of the request that the router is
	// asked about, or fleet.NoReplica if the prompt is not computed.
	PrefilledBy(r *fleet.Request) fleet.ReplicaID
}
