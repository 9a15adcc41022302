package reference

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/sim/fleet"
)

// Load is the known load of a model: its mean and peak over the control windows, in requests per
// second.
type Load struct{ Mean, Peak float64 }

// ConstantSearch is the search for the cheapest constant fleet that keeps every objective and the
// budget.
type ConstantSearch struct {
	*Judge[allocation.Targets]
	Spec   *fleet.Spec
	Groups []int  // group of each model; models with a common objective share a group
	Loads  []Load // load of each model

	// Plan returns the cheapest fleet that the solver finds for the demand of each model, in
	// requests per second, on the machines that the specification allows.
	Plan func(c *fleet.Spec, demand []float64) (allocation.Targets, error)

	groups int
	seen   map[string]Appraisal // results in all replications; the keys name fleets (key)
	tooFew [][]int              // replicas of fleets with which a group missed an objective
	of     []int                // the group, for each entry of tooFew
}

// BestFleet is the result of a ConstantSearch.
type BestFleet struct {
	Fleet allocation.Targets
	Appraisal
	Reached bool // every objective and the budget are kept; otherwise no fleet found misses less
}

// Levels of planned demand go from lowest times the mean load to highest times the peak load, by
// equal factors of at most about 1 + step.
const (
	lowest  = 0.6
	highest = 2.
	step    = 0.04
)

// mostNearby is the largest number of nearby fleets that are tried.
const mostNearby = 40

// Find searches for the fleet.
//
//   - It plans for levels of demand, and finds the lowest level of each group whose plan keeps
//     every objective in the first replication.
//   - It raises the levels until their plan keeps every objective in all replications.
//   - It tries cheaper fleets that differ little (nearby), the cheapest first. It goes on from each
//     fleet that keeps every objective.
//
// If no level keeps every objective, Find first lowers the objectives to what the plan of the
// highest level reaches.
func (s *ConstantSearch) Find(ctx context.Context) (*BestFleet, error) {
	s.groups = slices.Max(s.Groups) + 1
	asked := s.Asked
	defer func() { s.Asked = asked }()
	found, err := s.raise(ctx)
	if err == nil && found == nil {
		if err = s.lower(ctx); err == nil {
			found, err = s.raise(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, fmt.Errorf("no constant fleet was found that does as well as the largest one")
	}
	if err := s.improve(ctx, found); err != nil {
		return nil, err
	}
	best := &BestFleet{Fleet: found.fleet, Appraisal: found.Appraisal, Reached: found.Over == 0}
	for o, ask := range asked {
		best.Missed[o] += ask - s.Asked[o]
		best.Reached = best.Reached && best.Missed[o] <= 0
	}
	return best, nil
}

// candidate is a fleet that was judged in all replications.
type candidate struct {
	fleet allocation.Targets
	level []int // level of each group, whose plan this fleet is or was changed from
	Appraisal
}

// levels returns the number of levels.
func (s *ConstantSearch) levels() int {
	widest := 1.
	for _, l := range s.Loads {
		if l.Mean > 0 {
			widest = max(widest, l.Peak/l.Mean)
		}
	}
	return 2 + int(math.Log(widest*highest/lowest)/step)
}

// at returns the plan of the solver for the demand at the level of each group.
func (s *ConstantSearch) at(level []int, c *fleet.Spec) (allocation.Targets, error) {
	demand, most := make([]float64, len(s.Loads)), float64(s.levels()-1)
	for m, l := range s.Loads {
		if l.Mean > 0 {
			low, high := lowest*l.Mean, highest*l.Peak
			demand[m] = low * math.Pow(high/low, float64(level[s.Groups[m]])/most)
		}
	}
	return s.Plan(c, demand)
}

// raise returns the plan of the lowest levels that keeps every objective, or nil if there is none.
// It may be above the budget if any fleet is, for example because of machines that are always paid.
func (s *ConstantSearch) raise(ctx context.Context) (*candidate, error) {
	start := make([]int, s.groups)
	for g := range start {
		start[g] = s.levels() / 2
	}
	first := map[string]Appraisal{}
	level, kept, err := settle(ctx, s.levels(), start, max(1, s.levels()/8), func(level []int) ([]bool, error) {
		f, err := s.at(level, s.Spec)
		if err != nil {
			return nil, err
		}
		name := key(f)
		v, known := first[name]
		if !known {
			if v, err = s.verdict(ctx, f, 1, whole); err != nil {
				return nil, err
			}
			first[name] = v
		}
		kept := make([]bool, s.groups)
		for g := range kept {
			kept[g] = v.kept(s.Of, g)
		}
		return kept, nil
	})
	if err != nil || slices.Contains(kept, false) {
		return nil, err
	}
	for {
		f, err := s.at(level, s.Spec)
		if err != nil {
			return nil, err
		}
		v, err := s.judge(ctx, f)
		if err != nil || v.Whole && !v.lost(s.Of, -1) {
			return &candidate{f, level, v}, err
		}
		raised := false
		for g := range level {
			if v.lost(s.Of, g) {
				if raised, err = s.change(level, g, +1, f.Replicas); err != nil || !raised {
					return nil, err
				}
			}
		}
	}
}

// change moves the level of a group, by +1 or −1 at a time, until the plan has other replicas for
// the group. It reports whether there is such a level.
func (s *ConstantSearch) change(level []int, group, by int, now []int) (bool, error) {
	for level[group] += by; level[group] >= 0 && level[group] < s.levels(); level[group] += by {
		f, err := s.at(level, s.Spec)
		if err != nil {
			return false, err
		}
		if !slices.Equal(s.part(f.Replicas, group), s.part(now, group)) {
			return true, nil
		}
	}
	level[group] = min(max(level[group], 0), s.levels()-1)
	return false, nil
}

// part returns the replicas of the deployments of a group.
func (s *ConstantSearch) part(replicas []int, group int) (part []int) {
	for d, n := range replicas {
		if s.groupOf(d) == group {
			part = append(part, n)
		}
	}
	return part
}

// lower lowers the objectives to what the plan of the highest level reaches, less a twentieth of a
// point.
func (s *ConstantSearch) lower(ctx context.Context) error {
	top := make([]int, s.groups)
	for g := range top {
		top[g] = s.levels() - 1
	}
	f, err := s.at(top, s.Spec)
	if err != nil {
		return err
	}
	all, err := s.verdict(ctx, f, s.Replications, whole)
	if err != nil {
		return err
	}
	first, err := s.verdict(ctx, f, 1, whole)
	if err != nil {
		return err
	}
	s.Asked = slices.Clone(s.Asked)
	for o := range s.Asked {
		if missed := max(all.Missed[o], first.Missed[o]); missed > 0 {
			s.Asked[o] -= missed + 0.05
		}
	}
	s.seen, s.tooFew, s.of = nil, nil, nil
	return nil
}

// judge returns how a fleet does in all replications. It simulates each fleet only once, and
// remembers fleets that are too small.
func (s *ConstantSearch) judge(ctx context.Context, f allocation.Targets) (Appraisal, error) {
	name := key(f)
	if v, known := s.seen[name]; known {
		return v, nil
	}
	v, err := s.verdict(ctx, f, s.Replications, impatient)
	if err != nil {
		return v, err
	}
	if s.seen == nil {
		s.seen = map[string]Appraisal{}
	}
	s.seen[name] = v
	for g := range s.groups {
		if v.lost(s.Of, g) {
			s.tooFew, s.of = append(s.tooFew, f.Replicas), append(s.of, g)
		}
	}
	return v, nil
}

// hopeless reports whether a fleet is known to be too small: some group missed an objective with a
// fleet that had at least as many replicas of each of its deployments.
func (s *ConstantSearch) hopeless(replicas []int) bool {
	for i, few := range s.tooFew {
		more := false
		for d, n := range replicas {
			more = more || n > few[d] && s.groupOf(d) == s.of[i]
		}
		if !more {
			return true
		}
	}
	return false
}

// improve tries cheaper fleets that differ little from the best one. It repeats this as long as it
// finds a better one.
func (s *ConstantSearch) improve(ctx context.Context, best *candidate) error {
	for tries := 0; tries < mostNearby; {
		list, err := s.nearby(best)
		if err != nil {
			return err
		}
		better := false
		for _, n := range list {
			if tries++; tries > mostNearby {
				break
			}
			v, err := s.judge(ctx, n.fleet)
			if err != nil {
				return err
			}
			if v.Whole && !v.lost(s.Of, -1) && v.Better(&best.Appraisal) {
				best.fleet, best.level, best.Appraisal, better = n.fleet, n.level, v, true
				break
			}
		}
		if !better {
			return nil
		}
	}
	return nil
}

// key returns a name of a fleet: its numbers of replicas.
func key(f allocation.Targets) string { return fmt.Sprint(f.Replicas) }

// byPrice sorts fleets by price, and fleets of equal price by their replicas, deployment by
// deployment.
func byPrice(a, b neighbour) int {
	return cmp.Or(cmp.Compare(a.price, b.price), slices.Compare(a.fleet.Replicas, b.fleet.Replicas))
}
