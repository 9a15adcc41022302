package plan

import (
	"context"
	"math"
	"slices"

	"wavetank/sim/fleet"
)

const (
	mostBalanced = 5 // largest number of arrangements of a fleet that are simulated
	raiseBy      = 3 // levels by which the demand of a model that misses is raised
	mostRises    = 4 // so often, until the arrangement changes
)

// balance tries other arrangements of the replicas of a fleet. A plan counts replicas by their
// capacity, and does not know how much more than the peak load of a window a model needs. So if
// some objectives are missed in the first replication and others are kept, balance raises the
// demand of the models that miss, and arranges the replicas again. The best arrangement is the one
// that misses least. Later fleets begin with its demands.
//
// It returns the first replication of the best arrangement, or nil if the fleet has only one
// arrangement.
func (j *Question) balance(ctx context.Context, c *Candidate) (best *Replication, err error) {
	v := &j.Variants[c.Variant]
	a := v.planner
	if c.Machines == nil || a.split != nil || a.sole != nil {
		return nil, nil
	}
	goals := j.Goals(c.Variant)
	serve := v.Experiment.Serve(goals)
	replicas, extra, least := c.Replicas, a.extra, 0.
	defer func() { c.Replicas, a.extra = replicas, extra }()
	seen := [][]int{c.Replicas}
	for try := 1; ; try++ {
		r, err := j.simulate(ctx, c, 0)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			c.Finding, c.Why = Failed, err.Error()
			return nil, nil
		}
		missed, kept := raised{}, raised{}
		worst := math.Inf(1)
		for o := range goals {
			if m := r.Share[o] - goals[o].Percent; m < 0 {
				worst = min(worst, m)
				missed.add(serve[o])
			} else {
				kept.add(serve[o])
			}
		}
		if try > 1 {
			c.Others++
			if j.Counted != nil {
				j.Counted()
			}
		}
		if best == nil || worst > least {
			best, least, replicas, extra = &r, worst, c.Replicas, a.extra
		}
		if try == mostBalanced || !missed.without(kept) || !kept.without(missed) {
			return best, nil
		}
		if c.Replicas, err = a.other(c.Machines, missed, seen); c.Replicas == nil || err != nil {
			return best, err
		}
		seen = append(seen, c.Replicas)
	}
}

// other raises the demand of models until the replicas on the machines are arranged in a way that
// was not seen before. It returns nil if they are not.
func (a *arranger) other(machines []int, models raised, seen [][]int) ([]int, error) {
	a.extra = slices.Clone(a.extra)
	for range mostRises {
		for m := range models {
			a.extra[m] += raiseBy
		}
		replicas, ok, err := a.arrange(machines)
		if !ok || err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(seen, func(s []int) bool { return slices.Equal(s, replicas) }) {
			return replicas, nil
		}
	}
	return nil, nil
}

// raised is a set of models.
type raised map[fleet.ModelID]bool

func (r raised) add(models []fleet.ModelID) {
	for _, m := range models {
		r[m] = true
	}
}

// without reports whether some model of the set is not in another one.
func (r raised) without(other raised) bool {
	for m := range r {
		if !other[m] {
			return true
		}
	}
	return false
}
