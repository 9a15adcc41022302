package metrics

import "wavetank/sim"

// whole is a request of a pipeline of which a branch has missed. The first one that did says why.
type whole struct {
	end, met cause // of that branch
	settled  bool
	awaits   []*missCount // where the request, and branches withdrawn for it, are to count
}

// join makes a branch that missed the reason of its request, unless another branch is.
func (m *Misses) join(f *sim.Fact, one *miss) {
	if f.Request.Pipeline != 0 && m.wholes[f.Parent] == nil {
		one.whole = &whole{}
		m.wholes[f.Parent] = one.whole
	}
}

// pipelineMissed counts a request of a pipeline that came in the measured span and missed. Where no
// branch has missed, the run ended between two stages.
func (m *Misses) pipelineMissed(f *sim.Fact) {
	into := &m.pipelines[f.Request.Pipeline-1]
	if w := m.wholes[f.Parent]; w != nil {
		w.count(into)
	} else {
		into.add(unknown, ownService)
	}
}

// count counts one more miss of the cause of the request, at once or as soon as it is known.
func (w *whole) count(into *missCount) {
	if !w.settled {
		w.awaits = append(w.awaits, into)
		return
	}
	into.add(w.end, w.met)
}

// settle tells the request what its branch met.
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
