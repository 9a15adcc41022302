package linear

import "context"

// snapshot is the state of a Simplex that Probe restores.
type snapshot struct {
	head   []int32
	place  []Place
	weight []float64
	lu     lu
}

// Probe solves the program with other bounds of column j, within a budget. Then it restores bounds,
// basis and factors. It is for strong branching. The slices of the result are valid until the next
// use of the Simplex. Bound is valid for every status.
func (s *Simplex) Probe(ctx context.Context, j int, lower, upper float64, budget Budget) Result {
	s.join()
	s.prepare()
	low, high := s.lower[j], s.upper[j]
	k := &s.saved
	k.head, k.place = append(k.head[:0], s.head...), append(k.place[:0], s.place...)
	k.weight = append(k.weight[:0], s.weight...)
	k.lu.copyFrom(&s.lu)
	s.SetBounds(j, lower, upper)
	result := s.Solve(ctx, budget)
	s.lower[j], s.upper[j] = low, high
	copy(s.head, k.head)
	copy(s.place, k.place)
	copy(s.weight, k.weight)
	s.lu.copyFrom(&k.lu)
	s.forget()
	s.factored, s.unchanged = true, false
	return result
}
