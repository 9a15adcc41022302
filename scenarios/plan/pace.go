package plan

import (
	"context"
	"math"
	"time"

	"wavetank/scenarios/file"
)

// Pace estimates how many runs the search for listed candidates needs, and how long they take, one
// at a time. It simulates the beginning of one run for the given time, spend. The estimates are
// rough: how many candidates are near the objectives shows only later.
func (j *Question) Pace(ctx context.Context, list []Candidate, spend time.Duration) (runs int, took time.Duration, err error) {
	at, chains := -1, map[[2]int]bool{}
	for i := range list {
		c := &list[i]
		if c.Finding != Open {
			continue
		}
		for t, n := range c.Machines {
			if n > 0 {
				chains[[2]int{c.Variant, t}] = true
			}
		}
		if at < 0 || c.Level >= j.start() && (list[at].Level < j.start() || c.Price < list[at].Price) {
			at = i
		}
	}
	if at < 0 {
		return 0, 0, nil
	}
	looks := j.Looks()
	const each = 3 // runs of a candidate that misses
	runs = 2*looks[0] + each*int(math.Log2(float64(len(list)))+1) + each*len(chains)
	c := list[at]
	v := &j.Variants[c.Variant]
	if ready, err := j.arrange(ctx, &c); !ready {
		return runs, 0, err
	}
	s := &v.Experiment.Scenario
	policies, replications := s.Policies, s.Replications
	defer func() { s.Policies, s.Replications = policies, replications }()
	s.Policies, s.Replications = []file.Policy{v.policy(&c)}, runs
	took, err = v.Experiment.Pace(ctx, spend)
	return runs, took, err
}
