package tune

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"wavetank/metrics/rows"
	"wavetank/policies/registry"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/reference"
)

// Job tunes the policies of a scenario on one part, and judges them on another. Each experiment is
// prepared with the Changes of its part. Both may be the same experiment. If Test has its own
// percentage for the objectives (AtLeast), this percentage also holds in Train.
type Job struct {
	Train, Test     *scenarios.Experiment
	TrainOn, TestOn Part
	Budget          int // simulations of the whole training part for each policy
	Parallel        int // number of runs at a time
	// Progress is called after each run with the number of runs so far and an upper bound on all
	// runs. There is one call at a time. It may be nil.
	Progress func(done, of int)

	mutex sync.Mutex
	done  int
}

// Tuned is a policy and the best setting found for it.
type Tuned struct {
	Written file.Policy // the policy as the scenario has it
	Best    file.Policy // the policy with the best setting; may be equal to Written
	Changes []file.Change
	Space   int // number of parameters that could be changed
	Runs    int // number of simulated runs

	// The results on the training part.
	WrittenTrained, BestTrained Trained
}

// Trained is the result of a setting on the training part, the mean over its replications.
type Trained struct {
	reference.Appraisal
	Share []float64 // for each objective, percent of its requests in time
}

// Policies returns the policies of the scenario that can be tuned. Foresee names the other ones:
// they know the load beforehand, so they are not tuned.
func (j *Job) Policies() (list []file.Policy, foresee []string) {
	for _, p := range j.Train.Scenario.Policies {
		if p.Allocator.Clairvoyant() {
			foresee = append(foresee, p.Name)
		} else {
			list = append(list, p)
		}
	}
	return list, foresee
}

// Search searches for the settings of all policies. After an error, or after the context has ended,
// it returns the policies with a known result, each with its best setting so far.
func (j *Job) Search(ctx context.Context) ([]Tuned, error) {
	policies, _ := j.Policies()
	if len(policies) == 0 {
		return nil, errors.New("every policy knows the load beforehand: there is nothing to tune; name another policy with --policy")
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	slots := make(chan struct{}, max(1, j.Parallel))
	found, errs := make([]*Tuned, len(policies)), make([]error, len(policies))
	var wait sync.WaitGroup
	for i := range policies {
		wait.Go(func() {
			if found[i], errs[i] = j.tune(inner, &policies[i], len(policies), slots); errs[i] != nil {
				cancel() // one failed run ends the job
			}
		})
	}
	wait.Wait()
	var list []Tuned
	for _, t := range found {
		if t != nil {
			list = append(list, *t)
		}
	}
	failed := slices.DeleteFunc(errs, func(err error) bool { return err == nil || errors.Is(err, context.Canceled) })
	return list, cmp.Or(ctx.Err(), firstOf(failed))
}

// tune searches for the setting of a policy. It returns nil if it has no result.
func (j *Job) tune(ctx context.Context, p *file.Policy, policies int, slots chan struct{}) (*Tuned, error) {
	e := j.Train
	n := j.TrainOn.Replications()
	s := &search{scenario: &e.Scenario, policy: p, space: Space(&e.Scenario, p), budget: j.Budget * n}
	for r := range n {
		s.replications = append(s.replications, j.TrainOn.First+r)
	}
	for _, o := range e.Goals() {
		s.asked = append(s.asked, o.Percent)
	}
	s.run = func(ctx context.Context, c *setting, replication int) (reference.Measured, error) {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return reference.Measured{}, ctx.Err()
		}
		defer func() { <-slots }()
		out, err := e.Outcome(ctx, &c.policy, replication)
		if err != nil {
			return out, fmt.Errorf("policy %s with %s, replication %d: %w", p.Name, cmp.Or(Describe(p, c.changes), "its defaults"), replication, err)
		}
		j.tell(1, policies*s.budget)
		return out, nil
	}
	written, err := s.find(ctx)
	if err == nil {
		j.tell(s.budget-s.spent, policies*s.budget) // runs of the budget that are not needed
	}
	if written == nil {
		return nil, err
	}
	return &Tuned{
		Written: written.policy, Best: s.best.policy, Changes: s.needed(s.best), Space: len(s.space), Runs: s.spent,
		WrittenTrained: s.trained(written), BestTrained: s.trained(s.best),
	}, err
}

func (s *search) trained(c *setting) Trained {
	t := Trained{Appraisal: *s.appraise(c, len(c.runs)), Share: make([]float64, len(s.asked))}
	for o, asked := range s.asked {
		t.Share[o] = asked - t.Missed[o]
	}
	return t
}

// tell reports progress: the given number of further runs are done, or are not needed.
func (j *Job) tell(runs, of int) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.done += runs
	if j.Progress != nil && runs > 0 {
		j.Progress(j.done, of)
	}
}

// TunedName is the name of the tuned setting in the results of the test.
func (t *Tuned) TunedName() string { return t.Written.Name + ", tuned" }

// Changed reports whether the best setting differs from the policy as written.
func (t *Tuned) Changed() bool { return len(t.Changes) > 0 }

// Judge simulates the policies on the test part, as written and as tuned. It adds two references
// that know the load beforehand: the best constant fleet and the best schedule.
func (j *Job) Judge(ctx context.Context, tuned []Tuned, o scenarios.RunOptions) (scenarios.Results, error) {
	e := j.Test
	var list []file.Policy
	for i := range tuned {
		t := &tuned[i]
		list = append(list, t.Written)
		if t.Changed() {
			best := t.Best
			best.Name = t.TunedName()
			list = append(list, best)
		}
	}
	e.Scenario.Policies = append(list, j.references()...)
	e.First, e.Scenario.Replications = j.TestOn.First, j.TestOn.Replications()
	return e.Run(ctx, o)
}

// references returns the references: as the scenario has them, or with their defaults.
func (j *Job) references() (list []file.Policy) {
	for _, kind := range []registry.Reference{registry.BestConstant, registry.BestSchedule} {
		at := slices.IndexFunc(j.Test.Scenario.Policies, func(p file.Policy) bool { return p.Allocator.Reference() == kind })
		if at >= 0 {
			list = append(list, j.Test.Scenario.Policies[at])
			continue
		}
		var p file.Policy
		for _, name := range p.Allocator.Names() {
			params, _ := p.Allocator.Params(name)
			if p.Allocator.Choose(name, params); p.Allocator.Reference() == kind {
				break
			}
		}
		p.Name = p.Allocator.Label()
		list = append(list, p)
	}
	return list
}

// Goals returns the objectives of the policies.
func (j *Job) Goals() []rows.Objective { return j.Train.Goals() }
