package metrics

import "wavetank/sim"

// whole is a pipeline request with a missed branch. It has the cause of the first such branch.
type whole struct {
	end, met cause // causes of the first branch that missed, as in miss
	settled  bool
	awaits   []*missCount // counters that wait for the cause
}

// join ties a missed branch to its pipeline request, which gets the cause of its first missed
// branch.
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

// count adds one miss with the cause of the request to a counter, as soon as the cause is known.
func (w *whole) count(into *missCount) {
	if !w.settled {
		w.awaits = append(w.awaits, into)
		return
	}
	into.add(w.end, w.met)
}

// settle passes the cause of a branch on to its pipeline request.
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
