package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/tokens"
)

// Load implements sim.TokenReader.
func (t *tokenReplicas) Load(at fleet.ReplicaID) (load sim.TokenLoad, ok bool) {
	e := t.engine(at)
	if e == nil {
		return load, false
	}
	held := e.Held(t.readTime(at))
	return sim.TokenLoad{Waiting: e.Waiting(), Running: e.Running(), Held: held, Queued: t.replicas[at].queued}, true
}

// Matched implements sim.TokenReader.
func (t *tokenReplicas) Matched(at fleet.ReplicaID, r *fleet.Request) int {
	e := t.engine(at)
	if e == nil {
		return 0
	}
	q := tokens.EngineRequest{Prompt: r.Input, Output: r.Output, Ordinal: r.Ordinal, Content: r.Content, Adapter: t.adapter(r)}
	return e.Matched(t.readTime(at), &q)
}

// PrefilledBy implements sim.TokenReader.
func (t *tokenReplicas) PrefilledBy(r *fleet.Request) fleet.ReplicaID {
	if t.origin[r.Model] < 0 {
		return fleet.NoReplica
	}
	return t.record(t.asked).from
}
