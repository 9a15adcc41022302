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
	Batcher string // "": the batcher of the policy
}

// ScheduleSearch is the search for the cheapest clairvoyant schedule that keeps every objective and
// the budget.
type ScheduleSearch struct {
	*Judge[Setting]
	Groups   []int    // group of each model, as in ConstantSearch
	Holds    []int    // holds to try in turn, in control windows, until two in a row are no better
	Batchers []string // batchers to try; the first one is tried with every hold

	groups int
}

// BestSchedule is the result of a ScheduleSearch.
type BestSchedule struct {
	Setting
	Appraisal
	Reached bool // every objective and the budget are kept; otherwise no setting found misses less
}

// Headrooms are planned capacity over load. Level i has the headroom leastHeadroom ·
// exp(headroomStep · i), up to about largestHeadroom.
const (
	leastHeadroom   = 0.5
	largestHeadroom = 4.
	headroomStep    = 0.04
	firstStep       = 4 // first step of a search from the levels of the best setting, in levels
)

var headrooms = 1 + int(math.Log(largestHeadroom/leastHeadroom)/headroomStep)

// ceilings are the ceilings to try, as shares of the peak. The first one that is no better ends the
// search.
var ceilings = []float64{0.85, 0.7, 0.55}

// Find searches for the schedule. For each setting, it finds the smallest headroom of each group of
// models in the first replication. It tries the holds, then the batchers with the best hold, then
// parts of control windows, then lower ceilings. For the best setting it finds the headrooms again,
// in all replications.
func (s *ScheduleSearch) Find(ctx context.Context) (*BestSchedule, error) {
	s.groups = slices.Max(s.Groups) + 1
	level := make([]int, s.groups)
	for g := range level {
		level[g] = int(math.Log(1/leastHeadroom) / headroomStep)
	}
	best := &settled{level: level}
	try := func(with Setting, better *bool) error {
		found, err := s.settle(ctx, with, best.level, firstStep, 1)
		if *better = err == nil && found.better(best); *better {
			best = found
		}
		return err
	}
	for worse, i := 0, 0; i < len(s.Holds) && worse < 2; i++ {
		var better bool
		if err := try(Setting{allocation.Allowance{Hold: s.Holds[i]}, s.Batchers[0]}, &better); err != nil {
			return nil, err
		}
		if worse++; better {
			worse = 0
		}
	}
	better := true
	for _, batcher := range s.Batchers[1:] {
		if err := try(Setting{best.Allowance, batcher}, &better); err != nil {
			return nil, err
		}
	}
	if err := s.refine(ctx, &best); err != nil {
		return nil, err
	}
	better = true
	for i := 0; i < len(ceilings) && better; i++ {
		with := best.Setting
		with.Ceiling = ceilings[i]
		if err := try(with, &better); err != nil {
			return nil, err
		}
	}
	if s.Replications > 1 {
		found, err := s.settle(ctx, best.Setting, best.level, 1, s.Replications)
		if err != nil {
			return nil, err
		}
		best = found
	}
	return &BestSchedule{best.Setting, best.Appraisal, best.Worst() == 0}, nil
}

// Control windows are cut into parts only if that saves at least the share worthwhile of the cost,
// because more parts take longer to simulate.
const (
	parts      = 3
	worthwhile = 0.03
)

// refine tries plans for parts of control windows. It takes them as the best setting if they save
// enough.
func (s *ScheduleSearch) refine(ctx context.Context, best **settled) error {
	with := (*best).Setting
	with.Parts = parts
	for _, hold := range slices.Compact([]int{with.Hold, (with.Hold + 1) / 2, 0}) {
		with.Hold = hold
		found, err := s.settle(ctx, with, (*best).level, firstStep, 1)
		if err != nil {
			return err
		}
		if (*best).Parts == parts && found.better(*best) || found.Worst() <= (*best).Worst() && found.Cost < (1-worthwhile)*(*best).Cost {
			*best = found
		}
	}
	return nil
}

// settled is a setting with the smallest headrooms that keep every objective.
type settled struct {
	Setting
	Appraisal
	level []int // level of the headroom of each group
}

// better reports whether a setting is better than another (Appraisal.Better), or the other has not
// been simulated.
func (a *settled) better(than *settled) bool {
	return than.Missed == nil || a.Appraisal.Better(&than.Appraisal)
}

// settle finds the smallest headrooms with which a setting keeps every objective in the first
// replications, up to the given number. The search begins at the levels start, with steps of step
// levels.
func (s *ScheduleSearch) settle(ctx context.Context, with Setting, start []int, step, replications int) (*settled, error) {
	seen := map[string]Appraisal{}
	judge := func(level []int, p patience) (Appraisal, error) {
		name := fmt.Sprint(level)
		v, known := seen[name]
		if known && (v.Whole || p != whole) {
			return v, nil
		}
		v, err := s.verdict(ctx, s.at(with, level), replications, p)
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
			return &settled{s.at(with, level), v, level}, fault
		}
	}
	return nil, err
}

// at returns the setting with the headroom at the level of each group.
func (s *ScheduleSearch) at(with Setting, level []int) Setting {
	with.Headroom = make([]float64, len(s.Groups))
	for m, g := range s.Groups {
		with.Headroom[m] = leastHeadroom * math.Exp(headroomStep*float64(level[g]))
	}
	return with
}
