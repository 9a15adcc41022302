package integer

import "math"

const (
	leastShared  = 0.3 // least share of the whole columns to fix in searchAgreeing
	nearNodes    = 100 // most nodes of a search
	mostRepeated = 5   // most searches at one node, as long as each finds a better solution
	nearShare    = 0.3 // largest share of all iterations for searches without success
	firstFree    = 0.3 // share of free columns in the first searchConnected
)

// neighborhoods is the record of searches near the best solution.
type neighborhoods struct {
	due    int     // number of the node at which the next search is due
	tried  int     // number of searches
	failed int     // number of failed searches in a row
	wasted int     // iterations of all failed searches
	free   float64 // share of free columns in the next searchConnected
}

// improve searches near the best solution, by searchAgreeing and searchConnected in turn. The more
// searches have failed, the later is the next one due. It reports whether it found a better
// solution.
func (s *search) improve(x []float64) bool {
	h := &s.hoods
	before, spent := s.objective, s.inner
	if h.tried++; h.tried%2 == 1 || s.best == nil {
		s.searchAgreeing(x)
	} else {
		s.searchConnected()
	}
	better := s.objective < before
	if better {
		h.failed = 0
	} else {
		h.failed++
		h.wasted += s.inner - spent
	}
	h.due = s.nodes + 10 + 3*min(h.failed, 200)
	return better
}

// searchAgreeing fixes the whole columns that have the same value in the relaxation and in the best
// solution, and searches the rest (relaxation induced neighbourhood search: Danna, Rothberg, Le
// Pape 2005). If no solution is known, it fixes those with a whole value in the relaxation.
func (s *search) searchAgreeing(x []float64) {
	d := newDomain(s.m)
	var guide []float64
	if s.best != nil {
		guide = s.m.restrict(s.best)
	}
	fixed, whole := 0, 0
	for j, v := range x {
		if !s.m.whole[j] {
			continue
		}
		whole++
		if at := math.Round(v); math.Abs(v-at) <= wholeTolerance && (guide == nil || guide[j] == at) && d.fix(j, at) {
			fixed++
		}
	}
	if float64(fixed) >= leastShared*float64(whole) && fixed < whole {
		s.within(d)
	}
}

// searchConnected fixes all whole columns to their values in the best solution, except for some
// that are connected by rows, and searches the rest. Each search begins with another free column.
func (s *search) searchConnected() {
	d := newDomain(s.m)
	h := &s.hoods
	guide, free := s.m.restrict(s.best), s.connected(h.free)
	for j := range guide {
		if s.m.whole[j] && !free[j] {
			d.fix(j, guide[j])
		}
	}
	switch s.within(d) {
	case NodeLimit, StepLimit:
		h.free = max(0.05, 0.7*h.free)
	default:
		h.free = min(0.8, 1.3*h.free)
	}
}

// rest returns how many steps of the simplex method an inner search may take; 0: any number.
func (s *search) rest() int {
	if s.terms.Steps == 0 {
		return 0
	}
	return max(1, s.terms.Steps-s.steps())
}

// within searches the model within the bounds of a domain, for a solution below the cutoff.
func (s *search) within(d *domain) Ending {
	p := s.m.program()
	p.Lower, p.Upper, p.Integer = d.lower, d.upper, s.m.whole
	inner := newSearch(s.ctx, p, Terms{Nodes: nearNodes, Steps: s.rest(), Rounds: s.terms.Rounds})
	inner.depth, inner.objective, inner.cutoff = s.depth+1, s.objective, s.cutoff
	ending := inner.run()
	if inner.lp != nil {
		s.inner += inner.steps()
	}
	if inner.best != nil {
		s.accept(inner.best)
	}
	return ending
}

// connected marks a share of the columns: a first column, and then row by row the columns that
// share a row with a marked column.
func (s *search) connected(share float64) []bool {
	n := len(s.m.cost)
	marked, rows := make([]bool, n), make([]bool, len(s.m.rows))
	left := int(share*float64(n)) + 1
	start := int(uint32(s.hoods.tried) * 2654435761 % uint32(n)) // spreads the starts evenly
	queue := []int{start}
	marked[start] = true
	for len(queue) > 0 {
		j := queue[0]
		queue = queue[1:]
		for _, e := range s.m.columns[j] {
			if rows[e.row] {
				continue
			}
			rows[e.row] = true
			for _, k := range s.m.rows[e.row].columns {
				if !marked[k] {
					if left--; left < 0 {
						return marked
					}
					marked[k] = true
					queue = append(queue, k)
				}
			}
		}
	}
	return marked
}
