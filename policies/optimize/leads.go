package optimize

import (
	"math"
	"slices"
)

// leads is a heap of possible fillings of a new machine, one for each lead. The worth of a filling
// rarely grows as more demand is served. So each filling has a bound: its density (worth per price)
// when it was last tried. Only fillings with the highest bounds are tried again (lazy greedy;
// Minoux, 1978).
type leads struct {
	heap  []lead // highest bound first
	again []lead // scratch
}

// lead is a type of machine with the configuration that fills it first, and an expected bound on
// the density of this filling.
type lead struct {
	kind, configuration int
	bound               float64 // +Inf: always tried
}

// reset gives all fillings the bound +Inf. Fillings with equal bounds form a heap in any order.
func (l *leads) reset(byType [][]int) {
	l.heap = l.heap[:0]
	for k, list := range byType {
		for _, c := range list {
			l.heap = append(l.heap, lead{k, c, math.Inf(1)})
		}
	}
}

// best returns the best filling of a new machine, or the given step if this is better. Ties go to
// the lowest type, then to the lowest lead.
func (l *leads) best(g *growth, best step) step {
	l.again = l.again[:0]
	for len(l.heap) > 0 && !(l.heap[0].bound < best.density()*(1-1e-9)) {
		top := l.pop()
		if !g.canRent(top.kind) {
			continue // and the filling leaves the heap: the type stays full
		}
		model := g.Configurations[top.configuration].Model
		if g.only >= 0 && model != g.only {
			l.again = append(l.again, top)
			continue
		}
		if g.gain(top.configuration) == 0 {
			if !g.plain[model] {
				l.again = append(l.again, top)
			}
			continue
		}
		s := g.filling(top.kind, top.configuration)
		if g.picks[top.kind].falling {
			top.bound = s.rank / (s.asked - (s.price - g.nextPrice(top.kind)))
		}
		l.again = append(l.again, top)
		if s.gain > s.price+tiny(s.price) && (s.better(best) || !best.better(s) && best.rents >= 0 && s.before(&best)) {
			s.adds = slices.Clone(s.adds)
			best = s
		}
	}
	for _, tried := range l.again {
		l.push(tried)
	}
	return best
}

// density returns the rank of a step per price asked. It is −Inf if s is not a step.
func (s *step) density() float64 {
	switch {
	case s.adds == nil:
		return math.Inf(-1)
	case s.asked == 0:
		return math.Inf(1)
	}
	return s.rank / s.asked
}

// before reports whether filling s comes before filling t in a tie.
func (s *step) before(t *step) bool {
	return s.rents < t.rents || s.rents == t.rents && s.lead < t.lead
}

func (l lead) above(o lead) bool {
	if l.bound != o.bound {
		return l.bound > o.bound
	}
	return l.kind < o.kind || l.kind == o.kind && l.configuration < o.configuration
}

func (l *leads) push(next lead) {
	l.heap = append(l.heap, next)
	for i := len(l.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if !l.heap[i].above(l.heap[up]) {
			return
		}
		l.heap[i], l.heap[up] = l.heap[up], l.heap[i]
		i = up
	}
}

func (l *leads) pop() lead {
	top, last := l.heap[0], len(l.heap)-1
	l.heap[0] = l.heap[last]
	l.heap = l.heap[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			return top
		}
		if down+1 < last && l.heap[down+1].above(l.heap[down]) {
			down++
		}
		if !l.heap[down].above(l.heap[i]) {
			return top
		}
		l.heap[i], l.heap[down] = l.heap[down], l.heap[i]
		i = down
	}
}
