package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Search finds the cheapest candidate that keeps every objective, and settles all others.
type Search struct {
	// Bound says of a candidate whether it is certain to miss, without a run, and why. It may be
	// nil.
	Bound func(c *Candidate) (missed bool, why string)
	// Judge simulates a candidate. It notes the finding.
	Judge func(ctx context.Context, c *Candidate) error
	// Told is called after each settled candidate; it may be nil.
	Told func(list []Candidate, best int)

	start float64 // level at which the search begins
	list  []Candidate
	best  int // the cheapest that keeps all; −1: none so far
}

// Find settles all open candidates. It sorts the list by price, then by the number of machines. It
// returns the index of the cheapest candidate that keeps all, or −1. After an error some candidates
// are still open.
//
// It tries one candidate after another:
//
//   - First it searches for the level from which fleets keep all, by bisection along the fleets
//     that are cheapest for their level. It begins at the given level.
//   - Then it tries the cheaper fleets that are left, the ones with the highest level first, until
//     each is settled.
func (s *Search) Find(ctx context.Context, list []Candidate, start float64) (best int, err error) {
	slices.SortStableFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.Price, b.Price), cmp.Compare(a.machines(), b.machines()))
	})
	s.list, s.best, s.start = list, -1, start
	for {
		i := s.next()
		if i < 0 {
			return s.best, nil
		}
		if err := s.try(ctx, i); err != nil {
			return s.best, err
		}
		if s.Told != nil {
			s.Told(list, s.best)
		}
	}
}

// try settles a candidate, and those about which its finding says enough.
func (s *Search) try(ctx context.Context, i int) error {
	c := &s.list[i]
	if s.Bound != nil {
		if missed, why := s.Bound(c); missed {
			c.Finding, c.Why = Missed, why
		}
	}
	if c.Finding == Open {
		if err := s.Judge(ctx, c); err != nil {
			return err
		}
	}
	switch c.Finding {
	case Kept:
		if s.best < 0 || i < s.best {
			s.best = i
		}
		for j := s.best + 1; j < len(s.list); j++ {
			why := "costs more than a fleet that keeps all"
			if s.list[j].Price <= c.Price {
				why = SamePrice
			}
			s.settle(j, Dominated, why)
		}
	case Missed, DoesNotFit:
		for j := range s.list {
			if s.list[j].within(c) {
				s.settle(j, c.Finding, "even with further machines: "+c.Why)
			}
		}
	case Open:
		return fmt.Errorf("candidate %d was not settled", i)
	}
	return nil
}

// settle settles a candidate that is still open.
func (s *Search) settle(j int, f CandidateFinding, why string) {
	if c := &s.list[j]; c.Finding == Open {
		c.Finding, c.Why, c.inferred = f, why, true
	}
}

// next returns the candidate to try next, or −1 if none is open.
func (s *Search) next() int {
	var open []int
	for i := range s.list {
		if s.list[i].Finding == Open {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return -1
	}
	low, high := s.known()
	var chain []int // the open candidates that are cheapest for their level, by ascending level
	for _, i := range open {
		level := s.list[i].Level
		if level > low && level < high && (len(chain) == 0 || level > s.list[chain[len(chain)-1]].Level) {
			chain = append(chain, i)
		}
	}
	if len(chain) == 0 {
		return slices.MaxFunc(open, func(i, j int) int {
			return cmp.Or(cmp.Compare(s.list[i].Level, s.list[j].Level), cmp.Compare(s.list[i].Price, s.list[j].Price))
		})
	}
	return chain[s.place(chain, low, high)]
}

// known returns the highest level of a candidate that misses, and the lowest level of one that
// keeps all, as far as they were tried; 0 and a very high level if none was.
func (s *Search) known() (low, high float64) {
	low, high = -1, endless
	for i := range s.list {
		c := &s.list[i]
		switch {
		case c.inferred:
		case c.Finding == Missed, c.Finding == NotSettled:
			low = max(low, c.Level)
		case c.Finding == Kept:
			high = min(high, c.Level)
		}
	}
	return low, high
}

// endless is above every level.
const endless = 1e300

// place returns the place in the chain to try. With both sides known it is the middle. Otherwise it
// is at the starting level or, after that, at twice or half of the level that is known.
func (s *Search) place(chain []int, low, high float64) int {
	at := func(level float64) int {
		n, _ := slices.BinarySearchFunc(chain, level, func(i int, l float64) int { return cmp.Compare(s.list[i].Level, l) })
		return min(n, len(chain)-1)
	}
	switch {
	case low <= 0 && high == endless:
		return at(s.start)
	case high == endless:
		return at(max(2*low, s.start))
	case low <= 0:
		return max(0, min(at(high/2), len(chain)-1))
	}
	return len(chain) / 2
}
