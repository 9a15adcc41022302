package sim

import "wavetank/sim/fleet"

// Tokens returns the load of a token replica now.
func (v *View) Tokens(at fleet.ReplicaID) TokenLoad {
	rep := v.fleet.Replica(at)
	c := v.Spec().Deployments[rep.Deployment].Tokens
	if c == nil {
		return TokenLoad{}
	}
	load := TokenLoad{Waiting: rep.Queued()}
	if v.tokens != nil {
		if read, ok := v.tokens.Load(at); ok {
			load = read
		}
	}
	load.Blocks, load.Prompts = c.Blocks, v.PromptTokens(at)
	return load
}

// Matched returns how many tokens of a request's prompt a token replica would now find in its
// prefix cache.
func (v *View) Matched(at fleet.ReplicaID, r *fleet.Request) int {
	if v.tokens == nil || r.Content == nil {
		return 0
	}
	return v.tokens.Matched(at, r)
}

// Prefilled returns the prefill replica that computed the prompt of a request, if the router is now
// asked for a decode replica for it. Otherwise it returns fleet.NoReplica.
func (v *View) Prefilled(r *fleet.Request) fleet.ReplicaID {
	if v.tokens == nil {
		return fleet.NoReplica
	}
	return v.tokens.PrefilledBy(r)
}
