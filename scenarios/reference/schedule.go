package reference

import (
	"context"
	"fmt"
	"math"
	"slices"

	"wavetank/policies/allocation"
)

// Setting is a clairvoyant schedule and the batcher that goes with it.
type Setting struct {
	allocation.Allowance
	Batcher string // ""; that of the policy
}

// ScheduleSearch is the search for the cheapest clairvoyant schedule that keeps every objective.
type ScheduleSearch struct {
	*Judge[Setting]
	Groups   []int    // per model, as in ConstantSearch
	Holds    []int    // control windows to try
	Batchers []string // to try; the first is tried with every hold

	groups int
}

// BestSchedule is what a ScheduleSearch found.
type BestSchedule struct {
	Setting
	Appraisal
	Reached bool // every objective is kept; else none was found that does, and this misses least
}

// Headrooms from least to largest. Each is a step above the last.
const (
	leastHeadroom   = 0.5
	largestHeadroom = 4.
	headroomStep    = 0.03
	firstStep       = 6 // steps from one hold to the next that are taken at once
)

var headrooms = 1 + int(math.Log(largestHeadroom/leastHeadroom)/headroomStep)

// Find searches for the schedule. In the first replication it settles the headroom of each group of
// models for every hold, and then for every batcher with the best hold. With the best of these it
// settles the headrooms anew in all replications.
func (s *ScheduleSearch) Find(ctx context.Context) (*BestSchedule, error) {
	s.groups = slices.Max(s.Groups) + 1
	level := make([]int, s.groups)
	for g := range level {
		level[g] = int(math.Log(1/leastHeadroom) / headroomStep)
	}
	best := &settled{level: level}
	try := func(hold int, batcher string) error {
		found, err := s.settle(ctx, hold, batcher, best.level, firstStep, 1)
		if err == nil && found.better(best) {
			best = found
		}
		return err
	}
	for _, hold := range s.Holds {
		if err := try(hold, s.Batchers[0]); err != nil {
			return nil, err
		}
	}
	for _, batcher := range s.Batchers[1:] {
		if err := try(best.Hold, batcher); err != nil {
			return nil, err
		}
	}
	if s.Replications > 1 {
		found, err := s.settle(ctx, best.Hold, best.Batcher, best.level, 1, s.Replications)
		if err != nil {
			return nil, err
		}
		best = found
	}
	return &BestSchedule{best.Setting, best.Appraisal, best.worst() == 0}, nil
}

// settled is a hold and a batcher with the least headrooms that keep every objective.
type settled struct {
	Setting
	Appraisal
	level []int // per group, of headroom
}

// better reports whether a setting misses less than another, or costs less.
func (a *settled) better(than *settled) bool {
	if than.Missed == nil {
		return true
	}
	if mine, other := a.worst(), than.worst(); mine != other {
		return mine < other
	}
	return a.Cost < than.Cost*(1-1e-9)
}

// settle finds the least headrooms for a hold and a batcher in the first replications.
func (s *ScheduleSearch) settle(ctx context.Context, hold int, batcher string, start []int, step, replications int) (*settled, error) {
	seen := map[string]Appraisal{}
	judge := func(level []int, p patience) (Appraisal, error) {
		name := fmt.Sprint(level)
		v, known := seen[name]
		if known && (v.Whole || p != whole) {
			return v, nil
		}
		v, err := s.verdict(ctx, s.setting(hold, batcher, level), replications, p)
		seen[name] = v
		return v, err
	}
	level, _, err := settle(ctx, headrooms, start, step, func(level []int) ([]bool, error) {
		v, err := judge(level, fair)
		if err != nil {
			return nil, err
		}
		kept := make([]bool, s.groups)
		for g := range kept {
			kept[g] = !v.lost(s.Of, g)
		}
		return kept, nil
	})
	for err == nil {
		v, fault := judge(level, whole)
		raised := false
		for g := range level {
			if v.lost(s.Of, g) && level[g] < headrooms-1 {
				level[g]++
				raised = true
			}
		}
		if fault != nil || !raised {
			return &settled{s.setting(hold, batcher, level), v, level}, fault
		}
	}
	return nil, err
}

// setting returns the setting of a hold, a batcher and a level of headroom of each group.
func (s *ScheduleSearch) setting(hold int, batcher string, level []int) Setting {
	headroom := make([]float64, len(s.Groups))
	for m, g := range s.Groups {
		headroom[m] = leastHeadroom * math.Exp(headroomStep*float64(level[g]))
	}
	return Setting{allocation.Allowance{Hold: hold, Headroom: headroom}, batcher}
}
