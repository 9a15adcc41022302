package scenarios

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/policies/allocation"
	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/scenarios/reference"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// ReferenceSetting is the fleet or schedule that a search found for a policy before its first run.
type ReferenceSetting struct {
	constant *allocation.Targets
	schedule *allocation.Allowance
	batcher  string // replaces the batcher of the policy; "": does not
	unsought string // what the search depends on, in place of its result; "": the result is there
	Runs     int    // simulated runs of the search
	Reached  bool   // every objective and the budget are kept; otherwise nothing found misses less
	About    string // the fleet or schedule in words, without a full stop
}

// Searching is called during a search with the name of the policy and the number of runs so far.
type Searching func(policy string, runs int)

// searchOptions says how a search goes on. Its result does not depend on them.
type searchOptions struct {
	parallel int       // runs at a time; at least 1
	places   slots     // each run takes one; nil: none are needed
	told     Searching // may be nil
}

// found returns the setting with which a policy runs. It searches for the setting if the policy is
// a reference, and returns an empty one otherwise. Only one caller searches. Others wait for it.
func (e *Experiment) found(ctx context.Context, policy int, o searchOptions) (*ReferenceSetting, error) {
	p := &e.Scenario.Policies[policy]
	kind := p.Allocator.Reference()
	if kind == registry.NoReference {
		return &ReferenceSetting{}, nil
	}
	return e.references.Get(ctx, p.Name, func() (*ReferenceSetting, error) {
		found, err := e.search(ctx, policy, o)
		if err != nil {
			return nil, fmt.Errorf("search for %s: %w", p.Name, err)
		}
		return found, nil
	})
}

// Found returns the settings found by searches. The keys are the names of the policies. The setting
// of a policy is there when its first run begins.
func (e *Experiment) Found() map[string]ReferenceSetting {
	all := map[string]ReferenceSetting{}
	for name, found := range e.references.All() {
		all[name] = *found
	}
	return all
}

// search searches for the setting of a policy.
func (e *Experiment) search(ctx context.Context, policy int, o searchOptions) (*ReferenceSetting, error) {
	p := &e.Scenario.Policies[policy]
	goals := e.Goals()
	of, groups := e.groups(goals)
	if p.Allocator.Reference() == registry.BestConstant {
		s, err := e.constantSearch(ctx, p, groups, o.parallel)
		if err != nil {
			return nil, err
		}
		s.Judge = judge(e, p, goals, of, o, func(f allocation.Targets) *ReferenceSetting { return &ReferenceSetting{constant: &f} })
		best, err := s.Find(ctx)
		if err != nil {
			return nil, err
		}
		return &ReferenceSetting{constant: &best.Fleet, Runs: s.Runs(), Reached: best.Reached, About: e.describe(best.Fleet)}, nil
	}
	s := &reference.ScheduleSearch{Groups: groups, Holds: holds, Batchers: e.batchers(p)}
	s.Judge = judge(e, p, goals, of, o, func(x reference.Setting) *ReferenceSetting {
		return &ReferenceSetting{schedule: &x.Allowance, batcher: x.Batcher}
	})
	best, err := s.Find(ctx)
	if err != nil {
		return nil, err
	}
	return &ReferenceSetting{schedule: &best.Setting.Allowance, batcher: best.Batcher, Runs: s.Runs(), Reached: best.Reached, About: e.describeSchedule(best.Setting)}, nil
}

// judge returns a judge that simulates settings of a policy.
func judge[S any](e *Experiment, p *file.Policy, goals []rows.Objective, of []int, o searchOptions, as func(S) *ReferenceSetting) *reference.Judge[S] {
	j := &reference.Judge[S]{Of: of, Replications: e.Scenario.Replications, Parallel: o.parallel}
	if o.told != nil {
		j.Progress = func(runs int) { o.told(p.Name, runs) }
	}
	for o := range goals {
		j.Asked = append(j.Asked, goals[o].Percent)
	}
	j.Simulate = func(ctx context.Context, setting S, replication int) (m reference.Measured, err error) {
		err = o.places.do(ctx, func() (err error) {
			m, err = e.simulateOne(ctx, p, e.First+replication, as(setting), goals)
			return err
		})
		return m, err
	}
	return j
}

// simulateOne returns the cost, the share in time for each goal, and the rent above the budget of a
// policy with a setting in one replication: those that the Keeper has, or else those of a
// simulation that measures nothing else.
func (e *Experiment) simulateOne(ctx context.Context, p *file.Policy, replication int, with *ReferenceSetting, goals []rows.Objective) (reference.Measured, error) {
	f, _, err := e.kept(ctx, p, replication, with, Brief, false, func() (*Finished, error) { return e.brief(ctx, p, replication, with, goals) })
	if err != nil {
		return reference.Measured{}, err
	}
	return e.Measured(f, goals), nil
}

// Brief returns the results of a run of a policy in one replication, with the detail Brief. The
// policy need not be in the scenario, but it must not need a search. It is safe for concurrent use.
func (e *Experiment) Brief(ctx context.Context, p *file.Policy, replication int) (*Finished, error) {
	none := &ReferenceSetting{}
	f, _, err := e.kept(ctx, p, replication, none, Brief, false, func() (*Finished, error) { return e.brief(ctx, p, replication, none, e.Goals()) })
	return f, err
}

// brief simulates a policy with a setting in one replication. It measures only what the detail
// Brief holds. It is an error if that has no value for a goal.
func (e *Experiment) brief(ctx context.Context, p *file.Policy, replication int, with *ReferenceSetting, goals []rows.Objective) (*Finished, error) {
	began := time.Now()
	t, err := e.trialWith(ctx, p, replication, with)
	if err != nil {
		return nil, err
	}
	service, provision := metrics.NewServiceLevel(e.Spec, t.measured), metrics.NewProvision(e.Spec, t.measured)
	overrun := metrics.NewOverrun(e.Spec, t.measured)
	t.Observers = []sim.Observer{service, provision, overrun}
	if err := t.run(ctx); err != nil {
		return nil, err
	}
	f := &Finished{Detail: Brief, Measures: slices.Concat(provision.Measures(), service.Measures(), overrun.Measures())}
	f.Measures = slices.DeleteFunc(f.Measures, func(m rows.Measurement) bool {
		return !slices.Contains(briefly, m.Metric)
	})
	for _, o := range goals {
		if !slices.ContainsFunc(f.Measures, func(m rows.Measurement) bool { return m.Scope == o.Scope && m.Metric == "slo_attainment" }) {
			return nil, fmt.Errorf("the runs have no values for the objective of %s", o.Name)
		}
	}
	f.settle()
	f.Took = time.Since(began)
	return f, nil
}

// briefly lists the metrics that the detail Brief holds.
var briefly = []string{"arrived", "cost", "cost_rate", "slo_attainment", "over_budget_max"}

// Outcome simulates a policy in one replication. The policy need not be in the scenario, but it
// must not need a search. Outcome measures only the Goals and the cost. It is safe for concurrent
// use.
func (e *Experiment) Outcome(ctx context.Context, p *file.Policy, replication int) (reference.Measured, error) {
	return e.simulateOne(ctx, p, replication, &ReferenceSetting{}, e.Goals())
}

// Goals returns the objectives that have a verdict, each with the percentage that it asks for (or
// AtLeast).
func (e *Experiment) Goals() []rows.Objective {
	goals := slices.DeleteFunc(e.Objectives(), func(o rows.Objective) bool { return o.Percent == 0 })
	for i := range goals {
		goals[i].Percent = cmp.Or(e.AtLeast, goals[i].Percent)
	}
	return goals
}

// Serve returns for each objective the models that serve its requests.
func (e *Experiment) Serve(goals []rows.Objective) (models [][]fleet.ModelID) {
	c := e.Spec
	for _, goal := range goals {
		var list []fleet.ModelID
		for m := range c.Models {
			if asked := c.Asked(fleet.ModelID(m)); c.Models[asked].Name == goal.Scope {
				list = append(list, fleet.ModelID(m))
			}
		}
		if i := slices.IndexFunc(c.Pipelines, func(p fleet.Pipeline) bool { return p.Name == goal.Scope }); i >= 0 {
			list = slices.Concat(c.Pipelines[i].Stages...)
		}
		if list == nil { // a class may ask for every model
			for m := range c.Models {
				list = append(list, fleet.ModelID(m))
			}
		}
		models = append(models, list)
	}
	return models
}

// groups divides the models into groups. The objectives of a group depend only on the replicas of
// its own models. It returns the group of each objective and of each model.
func (e *Experiment) groups(goals []rows.Objective) (of, groups []int) {
	c := e.Spec
	root := make([]int, len(c.Models))
	for m := range root {
		root[m] = m
	}
	join := func(a, b int) {
		from, to := root[max(a, b)], root[min(a, b)]
		from, to = max(from, to), min(from, to)
		for m := range root {
			if root[m] == from {
				root[m] = to
			}
		}
	}
	for m := range c.Models {
		if d := c.Models[m].Decoder; d > 0 {
			join(m, int(d))
		}
	}
	for i := range c.Pipelines {
		for _, stage := range c.Pipelines[i].Stages {
			for _, m := range stage {
				join(int(m), int(c.Pipelines[i].Stages[0][0]))
			}
		}
	}
	if c.Interferes() {
		for m := range root {
			join(m, 0)
		}
	}
	serve := e.Serve(goals)
	for _, models := range serve {
		for _, m := range models {
			join(int(m), int(models[0]))
		}
	}
	number, groups := map[int]int{}, make([]int, len(root))
	for m, r := range root {
		if _, known := number[r]; !known {
			number[r] = len(number)
		}
		groups[m] = number[r]
	}
	for _, models := range serve {
		of = append(of, groups[models[0]])
	}
	return of, groups
}

// constantSearch prepares the search for the best constant fleet. Its Judge is still missing.
func (e *Experiment) constantSearch(ctx context.Context, p *file.Policy, groups []int, parallel int) (*reference.ConstantSearch, error) {
	f, err := e.Constants(ctx, p, parallel)
	if err != nil {
		return nil, err
	}
	return &reference.ConstantSearch{Spec: f.Spec, Groups: groups, Loads: f.Loads, Plan: f.Plan}, nil
}

// holds lists the holds of schedules that the search tries, in control windows.
var holds = []int{0, 1, 2, 4, 8, 16}

// batchers returns the batchers that the search tries with a schedule. "" is the batcher of the
// policy. If neither the policy nor the scenario chooses one, the search also tries a batcher that
// drops late requests.
func (e *Experiment) batchers(p *file.Policy) []string {
	own := p.Batcher != nil || e.Scenario.Batcher != nil
	if own || !slices.ContainsFunc(e.Spec.Deployments, func(d fleet.Deployment) bool { return d.Tokens == nil }) {
		return []string{""}
	}
	return []string{"", "clockwork"}
}
