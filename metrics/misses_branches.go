package metrics

import "wavetank/sim"

// whole is a pipeline request with a missed branch. It has the cause of the first such branch.
type whole struct {
	end, met cause // of that branch
	settled  bool
	awaits   []*missCount // counts to add to once the cause is known
}

// join gives a request the cause of a branch that missed, unless an earlier branch did.
func (m *Misses) join(f *sim.Fact, one *miss) {
	if f.Request.Pipeline != 0 && m.wholes[f.Parent] == nil {
		one.whole = &whole{}
		m.wholes[f.Parent] = one.whole
	}
}

// pipelineMissed counts a pipeline request that arrived in the measured span and missed. If no
// branch missed, the run ended between two stages.
func (m *Misses) pipelineMissed(f *sim.Fact) {
	into := &m.pipelines[f.Request.Pipeline-1]
	if w := m.wholes[f.Parent]; w != nil {
		w.count(into)
	} else {
		into.add(unknown, ownService)
	}
}

// count adds one miss with the cause of the request, as soon as that is known.
func (w *whole) count(into *missCount) {
	if !w.settled {
		w.awaits = append(w.awaits, into)
		return
	}
	into.add(w.end, w.met)
}

// settle passes the cause of a branch on to its request.
func (w *whole) settle(one *miss) {
	if w == nil {
		return
	}
	w.end, w.met, w.settled = one.end, one.met, true
	for _, into := range w.awaits {
		into.add(w.end, w.met)
	}
	w.awaits = nil
}
