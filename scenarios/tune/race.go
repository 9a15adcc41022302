package tune

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"wavetank/scenarios/reference"
)

// race holds settings against the best so far, by successive halving (Jamieson and Talwalkar 2016,
// arXiv 1502.07943; Li et al. 2018, arXiv 1603.06560). All settings are simulated in one
// replication, then the better half of them in two, four and so on. What is no better than the best
// so far drops out at once. It returns the setting that is better in all replications; nil: none
// is.
func (s *search) race(ctx context.Context, best *setting, list []*setting) (*setting, error) {
	for n := 1; ; n = min(2*n, len(s.replications)) {
		list = s.affordable(list, n)
		if err := s.simulate(ctx, list, n); err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(c *setting) bool {
			likely := s.likely(c, best, n)
			return !likely.Better(s.appraise(best, len(s.replications)))
		})
		slices.SortStableFunc(list, func(a, b *setting) int { return s.order(a, b, best, n) })
		switch {
		case len(list) == 0:
			return nil, nil
		case n == len(s.replications):
			return list[0], nil
		}
		list = list[:(len(list)+1)/2]
	}
}

// order puts the better one of two settings first.
func (s *search) order(a, b, best *setting, n int) int {
	one, other := s.likely(a, best, n), s.likely(b, best, n)
	switch {
	case one.Better(other):
		return -1
	case other.Better(one):
		return 1
	}
	return 0
}

// appraise says how a setting did in the first n replications.
func (s *search) appraise(c *setting, n int) *reference.Appraisal {
	v := reference.Appraise(s.asked, c.runs[:n])
	return &v
}

// likely says how a setting will do in all replications, by the first n: as the best so far does in
// all, plus the mean difference from it in those that both have. All settings meet the same
// requests, so differences vary less than what is measured (common random numbers).
func (s *search) likely(c, best *setting, n int) *reference.Appraisal {
	v, there, all := s.appraise(c, n), s.appraise(best, n), s.appraise(best, len(s.replications))
	v.Cost += all.Cost - there.Cost
	for o := range v.Missed {
		v.Missed[o] += all.Missed[o] - there.Missed[o]
	}
	return v
}

// affordable returns as many settings as the budget has room for in the first n replications, the
// first ones.
func (s *search) affordable(list []*setting, n int) []*setting {
	left := s.budget - s.spent
	for i, c := range list {
		if left -= max(0, n-len(c.runs)); left < 0 {
			s.out = true
			return list[:i]
		}
	}
	return list
}

// simulate simulates settings in those of the first n replications in which they were not yet.
func (s *search) simulate(ctx context.Context, list []*setting, n int) error {
	var wait sync.WaitGroup
	errs := make([]error, 0, len(list)*n)
	for _, c := range list {
		have := len(c.runs)
		if have >= n {
			continue
		}
		s.spent += n - have
		c.runs = append(c.runs, make([]reference.Measured, n-have)...)
		for i := have; i < n; i++ {
			errs = append(errs, nil)
			at := len(errs) - 1
			wait.Go(func() { c.runs[i], errs[at] = s.run(ctx, c, s.replications[i]) })
		}
	}
	wait.Wait()
	return cmp.Or(ctx.Err(), firstOf(errs))
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
