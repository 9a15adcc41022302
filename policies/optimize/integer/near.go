package integer

import "math"

const (
	leastShared = 0.3 // share of the whole columns that must be fixed for a search in the rest
	nearNodes   = 200 // of such a search
)

// near searches where the relaxation and the best solution agree: whole columns with the same value
// in both are fixed (relaxation induced neighbourhood search: Danna, Rothberg, Le Pape 2005). Where
// no solution is known, those that the relaxation has whole are fixed.
func (s *search) near(x []float64) {
	s.nearAt = s.nodes + 100 + s.nodes/2
	mark := s.d.mark()
	defer s.d.undo(mark)
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
		at := math.Round(v)
		if math.Abs(v-at) > wholeTolerance || guide != nil && guide[j] != at ||
			at < s.d.lower[j] || at > s.d.upper[j] {
			continue
		}
		s.d.set(j, false, at)
		s.d.set(j, true, at)
		fixed++
	}
	if float64(fixed) >= leastShared*float64(whole) && fixed < whole {
		s.within(nearNodes)
	}
}
