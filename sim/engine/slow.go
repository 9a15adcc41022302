package engine

import "wavetank/sim/fleet"

// slowdowns schedules the begins and ends of the spans in which machines with token replicas are
// slow. Batches need no event: they ask when they start.
func (t *tokenReplicas) slowdowns() {
	if t == nil {
		return
	}
	seen := make([]bool, len(t.Spec.Types))
	for i := range t.Spec.Deployments {
		d := &t.Spec.Deployments[i]
		if d.Tokens == nil || seen[d.Type] {
			continue
		}
		seen[d.Type] = true
		for _, s := range t.Spec.Types[d.Type].Slowdowns {
			t.queue.Schedule(s.From, event{kind: slownessTurns, index: int32(d.Type)})
			t.queue.Schedule(s.Until, event{kind: slownessTurns, index: int32(d.Type)})
		}
	}
}

// turnSlow tells the engines on machines of a type how slow they are from now on.
func (t *tokenReplicas) turnSlow(kind fleet.TypeID) {
	for _, at := range t.fleet.Active() {
		if e := t.engine(at); e != nil && t.deployment(at).Type == kind {
			e.Slow(t.readTime(at), t.fleet.SlowedBy(at, t.queue.Now()))
			t.wake(at)
		}
	}
}
