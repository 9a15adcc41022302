package engine

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/tokens"
)

// tokenReader reads the token replicas of a run for its view.
type tokenReader struct{ r *run }

// tokenReader returns what the view reads token replicas with; nil where the run has none.
func (r *run) tokenReader() sim.TokenReader {
	if r.tokenReplicas == nil {
		return nil
	}
	return tokenReader{r}
}

// Load implements sim.TokenReader.
func (t tokenReader) Load(at fleet.ReplicaID) (load sim.TokenLoad, ok bool) {
	l := t.r.tokenReplicas
	e := l.engine(at)
	if e == nil {
		return load, false
	}
	held := e.Held(l.boundaryBias(at, t.r.moment.Now))
	return sim.TokenLoad{Waiting: e.Waiting(), Running: e.Running(), Held: held, Queued: l.replicas[at].queued}, true
}

// Matched implements sim.TokenReader.
func (t tokenReader) Matched(at fleet.ReplicaID, r *fleet.Request) int {
	l := t.r.tokenReplicas
	e := l.engine(at)
	if e == nil {
		return 0
	}
	return e.Matched(l.boundaryBias(at, t.r.moment.Now), &tokens.EngineRequest{Prompt: r.Input, Output: r.Output, Ordinal: r.Ordinal, Content: r.Content})
}

// PrefilledBy implements sim.TokenReader.
func (t tokenReader) PrefilledBy(r *fleet.Request) fleet.ReplicaID {
	l := t.r.tokenReplicas
	if l.origin[r.Model] < 0 {
		return fleet.NoReplica
	}
	return l.serviceRecord(t.r.asked).from
}
