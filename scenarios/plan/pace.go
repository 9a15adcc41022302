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
	took, err = j.Variants[list[at].Variant].pace(ctx, list[at], runs, spend)
	return runs, took, err
}

// Pace estimates how many runs the search for listed candidates needs, and how long they take, as
// Question.Pace does.
func (j *RateQuestion) Pace(ctx context.Context, list []Candidate, spend time.Duration) (runs int, took time.Duration, err error) {
	const kept, missed, each = 5, 8, 2 // tries that are kept, tries that miss, runs of these
	at := -1
	for i := range list {
		if list[i].Finding == Open {
			runs += kept*j.Looks()[0] + missed*each
			at = i
		}
	}
	if at < 0 {
		return 0, 0, nil
	}
	took, err = j.Variants[list[at].Variant].pace(ctx, list[at], runs, spend)
	return runs, took, err
}

// pace estimates how long runs of a candidate take, one at a time.
func (v *ScenarioVariant) pace(ctx context.Context, c Candidate, runs int, spend time.Duration) (time.Duration, error) {
	if ready, err := v.arrange(ctx, &c); !ready {
		return 0, err
	}
	s := &v.Experiment.Scenario
	policies, replications := s.Policies, s.Replications
	defer func() { s.Policies, s.Replications = policies, replications }()
	one := s.Policies[c.Policy]
	if c.Machines != nil {
		one = v.policy(&c)
	}
	s.Policies, s.Replications = []file.Policy{one}, runs
	return v.Experiment.Pace(ctx, spend)
}
