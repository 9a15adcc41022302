package metrics

import "wavetank/sim"

// whole is a pipeline request with a missed branch. It has the cause of the first such branch.
type whole struct {
	end, met cause // causes of the first branch that missed, as in miss
	settled  bool
	awaits   []awaiting // requests that wait for the cause
}

// awaiting is a withdrawn branch or a pipeline request that has the cause of another branch.
type awaiting struct {
	request int64      // its ordinal
	into    *missCount // its counter; nil: it is not counted
}

// join ties a missed branch to its pipeline request, which gets the cause of its first missed
// branch.
func (m *Misses) join(f *sim.Fact, one *miss) {
	if f.Request.Pipeline != 0 && m.wholes[f.Parent] == nil {
		one.whole = &whole{}
		m.wholes[f.Parent] = one.whole
	}
}

// pipelineMissed handles a pipeline request that missed. It is counted only if it arrived in the
// measured span. If no branch missed, the run ended between two stages.
func (m *Misses) pipelineMissed(f *sim.Fact, came bool) {
	one := awaiting{request: f.Request.Ordinal}
	if came {
		one.into = &m.pipelines[f.Request.Pipeline-1]
	}
	if w := m.wholes[f.Parent]; w != nil {
		m.await(w, one)
	} else {
		m.add(one, unknown, ownService)
	}
}

// await adds a miss with the cause of a pipeline request, as soon as the cause is known.
func (m *Misses) await(w *whole, one awaiting) {
	if !w.settled {
		w.awaits = append(w.awaits, one)
		return
	}
	m.add(one, w.end, w.met)
}

// passOn passes the cause of a branch on to its pipeline request.
func (m *Misses) passOn(one *miss) {
	w := one.whole
	if w == nil {
		return
	}
	w.end, w.met, w.settled = one.end, one.met, true
	for _, a := range w.awaits {
		m.add(a, w.end, w.met)
	}
	w.awaits = nil
}

// add counts a miss with its causes, and tells them.
func (m *Misses) add(one awaiting, end, met cause) {
	one.into.add(end, met)
	if m.told != nil {
		m.told(one.request, end, met)
	}
}
