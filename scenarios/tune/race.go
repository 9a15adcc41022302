package tune

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"wavetank/scenarios/reference"
)

// race compares settings with the present setting, by successive halving (Jamieson and Talwalkar
// 2016, arXiv 1502.07943; Li et al. 2018, arXiv 1603.06560). It simulates all settings in one
// replication, then the better half of them in two, the better quarter in four, and so on. A
// setting drops out at once if it is not expected to be better than the present one. race returns
// the best setting that is better than the present one in all replications together, or nil.
func (s *search) race(ctx context.Context, present *setting, list []*setting) (*setting, error) {
	all := s.appraise(present, len(s.replications))
	for n := 1; ; n = min(2*n, len(s.replications)) {
		list = s.affordable(list, n)
		if err := s.simulate(ctx, list, n); err != nil {
			return nil, err
		}
		ahead := map[*setting]*reference.Appraisal{}
		list = slices.DeleteFunc(list, func(c *setting) bool {
			c.raced = s.stage
			ahead[c] = s.likely(c, present, n)
			return !s.ahead(ahead[c], all, all)
		})
		slices.SortStableFunc(list, func(a, b *setting) int {
			switch one, other := ahead[a], ahead[b]; {
			case s.ahead(one, other, all):
				return -1
			case s.ahead(other, one, all):
				return 1
			}
			return 0
		})
		switch {
		case len(list) == 0:
			return nil, nil
		case n == len(s.replications):
			return list[0], nil
		}
		list = list[:(len(list)+1)/2]
	}
}

// ahead reports whether one appraisal is better than another. While the present setting misses an
// objective, each missed point raises the cost by the factor weight. Otherwise the setting that
// misses least would win the race at any price, and this setting is seldom near the cheapest one
// that misses nothing.
func (s *search) ahead(one, other, present *reference.Appraisal) bool {
	if s.weight == lexical || present.Worst() == 0 {
		return one.Better(other)
	}
	price := func(v *reference.Appraisal) float64 {
		missed := v.Over
		for _, points := range v.Missed {
			missed += max(0, points)
		}
		return v.Cost * (1 + s.weight*missed)
	}
	return price(one) < price(other)*(1-1e-9)
}

// appraise returns the result of a setting in the first n replications.
func (s *search) appraise(c *setting, n int) *reference.Appraisal {
	v := reference.Appraise(s.asked, c.runs[:n])
	return &v
}

// likely predicts the result of a setting in all replications. It takes the result of the present
// setting in all replications, and adds the mean difference between both settings in the first n.
// All settings meet the same requests, so differences vary less than results (common random
// numbers).
func (s *search) likely(c, present *setting, n int) *reference.Appraisal {
	v, there, all := s.appraise(c, n), s.appraise(present, n), s.appraise(present, len(s.replications))
	v.Cost += all.Cost - there.Cost
	for o := range v.Missed {
		v.Missed[o] += all.Missed[o] - there.Missed[o]
	}
	return v
}

// affordable returns the first settings of a list: as many as can be simulated in the first n
// replications within the budget.
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

// simulate simulates settings in the first n replications. It skips replications that a setting
// already has.
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
	if err := cmp.Or(ctx.Err(), firstOf(errs)); err != nil {
		return err
	}
	for _, c := range list {
		whole := len(c.runs) == len(s.replications)
		if whole && (s.best == nil || s.appraise(c, len(c.runs)).Better(s.appraise(s.best, len(s.best.runs)))) {
			s.best = c
		}
	}
	return nil
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
