package sim

import (
	"wavetank/sim/fleet"
	"wavetank/sim/tokens"
)

// TokenLoad is what a token replica has to do.
type TokenLoad struct {
	Waiting int   // requests that are not scheduled, preempted ones included
	Running int   // requests in the running batch
	Held    int   // KV blocks in use
	Blocks  int   // KV blocks; 0: it is no token replica
	Prompts int64 // tokens of the prompts of its unfinished requests
	Queued  int64 // of them, those of requests that were never scheduled
}

// Tokens returns what a token replica has to do now.
func (v *View) Tokens(at fleet.ReplicaID) TokenLoad {
	rep := v.fleet.Replica(at)
	c := v.Spec().Deployments[rep.Deployment].Tokens
	if c == nil {
		return TokenLoad{}
	}
	load := TokenLoad{Waiting: rep.Queued(), Blocks: c.Blocks, Prompts: rep.Tokens()}
	if e := v.engine(at); e != nil {
		load.Queued = v.tokenReplicas.replicas[at].queued
		load.Waiting, load.Running, load.Held = e.Waiting(), e.Running(), e.Held(v.tokenReplicas.boundaryBias(at, v.now))
	}
	return load
}

// Matched returns how many tokens of a request's prompt a token replica would now find in its prefix cache.
func (v *View) Matched(at fleet.ReplicaID, r *fleet.Request) int {
	if e := v.engine(at); e != nil && r.Content != nil {
		return e.Matched(v.tokenReplicas.boundaryBias(at, v.now), &tokens.EngineRequest{Prompt: r.Input, Output: r.Output, Ordinal: r.Ordinal, Content: r.Content})
	}
	return 0
}

// Prefilled returns the replica that computed the prompt of the request that the router is asked about, where another is
// to decode it; else fleet.NoReplica.
func (v *View) Prefilled(r *fleet.Request) fleet.ReplicaID {
	if v.tokenReplicas == nil || v.tokenReplicas.origin[r.Model] < 0 {
		return fleet.NoReplica
	}
	return v.tokenReplicas.serviceRecord(v.asked).from
}

// engine returns the engine of a token replica, nil before its first request.
func (v *View) engine(at fleet.ReplicaID) engine {
	if v.tokenReplicas == nil {
		return nil
	}
	return v.tokenReplicas.engine(at)
}
