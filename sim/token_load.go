package sim

import "wavetank/sim/fleet"

// TokenLoad is the load of a token replica.
type TokenLoad struct {
	Waiting int   // requests that are not scheduled; includes preempted requests
	Running int   // requests in the running batch
	Held    int   // KV blocks in use
	Blocks  int   // KV blocks in all; 0: it is not a token replica
	Prompts int64 // tokens of the prompts of its unfinished requests
	Queued  int64 // tokens of requests that were never scheduled
}

// TokenReader reads the token replicas of a run.
type TokenReader interface {
	// Load returns the load of a token replica; ok is false before its first request.
	Load(at fleet.ReplicaID) (load TokenLoad, ok bool)
	// Matched returns how many tokens of a request's prompt a replica has in its prefix cache.
	Matched(at fleet.ReplicaID, r *fleet.Request) int
	// PrefilledBy returns the replica that computed the prompt of the request that the router is
	// asked about, or fleet.NoReplica if the prompt is not computed.
	PrefilledBy(r *fleet.Request) fleet.ReplicaID
}
