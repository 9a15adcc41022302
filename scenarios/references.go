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
	"wavetank/sim/kernel"
)

// ReferenceSetting is what was searched for a policy before it runs.
type ReferenceSetting struct {
	constant *allocation.Targets
	schedule *allocation.Allowance
	batcher  string // in place of the policy's; "": none
	Runs     int    // simulated for it
	Reached  bool   // every objective and the budget are kept; else this misses least
	About    string // what was found, without a full stop
}

// Searching is told how far the search for a policy is.
type Searching func(policy string, runs int)

// found returns what a policy is to run with that is searched for; an empty one for all others.
// Only one caller searches, and the others wait.
func (e *Experiment) found(ctx context.Context, policy, parallel int, told Searching) (*ReferenceSetting, error) {
	p := &e.Scenario.Policies[policy]
	kind := p.Allocator.Reference()
	if kind == registry.NoReference {
		return &ReferenceSetting{}, nil
	}
	return e.references.Get(ctx, p.Name, func() (*ReferenceSetting, error) {
		found, err := e.search(ctx, policy, parallel, told)
		if err != nil {
			return nil, fmt.Errorf("search for %s: %w", p.Name, err)
		}
		return found, nil
	})
}

// Found returns what was found for the policies that are searched for, by name. It is complete once
// a run has begun.
func (e *Experiment) Found() map[string]ReferenceSetting {
	all := map[string]ReferenceSetting{}
	for name, found := range e.references.All() {
		all[name] = *found
	}
	return all
}

// search searches for what a policy is to run with.
func (e *Experiment) search(ctx context.Context, policy, parallel int, told Searching) (*ReferenceSetting, error) {
	p := &e.Scenario.Policies[policy]
	goals := e.Goals()
	of, groups := e.groups(goals)
	progress := func(runs int) {
		if told != nil {
			told(p.Name, runs)
		}
	}
	if p.Allocator.Reference() == registry.BestConstant {
		s, err := e.constantSearch(ctx, p, groups)
		if err != nil {
			return nil, err
		}
		s.Judge = judge(e, p, goals, of, parallel, progress, func(f allocation.Targets) *ReferenceSetting { return &ReferenceSetting{constant: &f} })
		best, err := s.Find(ctx)
		if err != nil {
			return nil, err
		}
		return &ReferenceSetting{constant: &best.Fleet, Runs: s.Runs(), Reached: best.Reached, About: e.describe(best.Fleet)}, nil
	}
	s := &reference.ScheduleSearch{Groups: groups, Holds: holds, Batchers: e.batchers(p)}
	s.Judge = judge(e, p, goals, of, parallel, progress, func(x reference.Setting) *ReferenceSetting {
		return &ReferenceSetting{schedule: &x.Allowance, batcher: x.Batcher}
	})
	best, err := s.Find(ctx)
	if err != nil {
		return nil, err
	}
	return &ReferenceSetting{schedule: &best.Setting.Allowance, batcher: best.Batcher, Runs: s.Runs(), Reached: best.Reached, About: e.describeSchedule(best.Setting)}, nil
}

// judge returns the judge of settings of a policy.
func judge[S any](e *Experiment, p *file.Policy, goals []rows.Objective, of []int, parallel int, told func(int), as func(S) *ReferenceSetting) *reference.Judge[S] {
	j := &reference.Judge[S]{Of: of, Replications: e.Scenario.Replications, Parallel: parallel, Progress: told}
	for o := range goals {
		j.Asked = append(j.Asked, goals[o].Percent)
	}
	j.Simulate = func(ctx context.Context, setting S, replication int) (reference.Measured, error) {
		return e.simulateOne(ctx, p, e.First+replication, as(setting), goals)
	}
	return j
}

// simulateOne simulates a policy with a setting, and looks at its objectives, its cost and the
// budget alone.
func (e *Experiment) simulateOne(ctx context.Context, p *file.Policy, replication int, with *ReferenceSetting, goals []rows.Objective) (reference.Measured, error) {
	t, err := e.trialWith(ctx, p, replication, with)
	if err != nil {
		return reference.Measured{}, err
	}
	service, provision := metrics.NewServiceLevel(e.Spec, t.measured), metrics.NewProvision(e.Spec, t.measured)
	overrun := metrics.NewOverrun(e.Spec, t.measured)
	t.Observers = []sim.Observer{service, provision, overrun}
	if err := t.run(ctx); err != nil {
		return reference.Measured{}, err
	}
	out := reference.Measured{Cost: provision.Cost(), Over: overrun.Percent()}
	measures := service.Measures()
	for _, o := range goals {
		at := slices.IndexFunc(measures, func(m rows.Measurement) bool { return m.Scope == o.Scope && m.Metric == "slo_attainment" })
		if at < 0 {
			return out, fmt.Errorf("nothing is measured of the objective of %s", o.Name)
		}
		out.Share = append(out.Share, measures[at].Value)
	}
	return out, nil
}

// Outcome simulates a policy that need not be one of the scenario, and that is not searched for, in
// one replication. It looks at the Goals and the cost alone. It is safe for concurrent use.
func (e *Experiment) Outcome(ctx context.Context, p *file.Policy, replication int) (reference.Measured, error) {
	return e.simulateOne(ctx, p, replication, &ReferenceSetting{}, e.Goals())
}

// Goals returns the objectives that have a verdict, with the percentage that is asked for.
func (e *Experiment) Goals() []rows.Objective {
	goals := slices.DeleteFunc(e.Objectives(), func(o rows.Objective) bool { return o.Percent == 0 })
	for i := range goals {
		goals[i].Percent = cmp.Or(e.AtLeast, goals[i].Percent)
	}
	return goals
}

// groups parts the models into groups whose objectives do not depend on the replicas of others. It
// returns the group of each objective and of each model.
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
	crowded := c.Interferes()
	whose := make([]int, len(goals)) // a model of each objective
	for o, goal := range goals {
		whose[o] = slices.IndexFunc(c.Models, func(m fleet.Model) bool { return m.Name == goal.Scope })
		if i := slices.IndexFunc(c.Pipelines, func(p fleet.Pipeline) bool { return p.Name == goal.Scope }); i >= 0 {
			whose[o] = int(c.Pipelines[i].Stages[0][0])
		}
		crowded = crowded || whose[o] < 0
	}
	if crowded {
		for m := range root {
			join(m, 0)
		}
	}
	number, groups := map[int]int{}, make([]int, len(root))
	for m, r := range root {
		if _, known := number[r]; !known {
			number[r] = len(number)
		}
		groups[m] = number[r]
	}
	for _, m := range whose {
		of = append(of, groups[max(0, m)])
	}
	return of, groups
}

// constantSearch returns the search for a constant fleet.
func (e *Experiment) constantSearch(ctx context.Context, p *file.Policy, groups []int) (*reference.ConstantSearch, error) {
	table, err := e.Capacity(p)
	if err != nil {
		return nil, err
	}
	given := registry.Context{Spec: e.Spec, Period: time.Duration(e.Scenario.Control.Period), Capacity: table.Within(ctx)}
	s := &reference.ConstantSearch{Spec: e.atMeanPrices(), Groups: groups, Loads: make([]reference.Load, len(e.Spec.Models))}
	s.Plan = func(c *fleet.Spec, demand []float64) (allocation.Targets, error) {
		return p.Allocator.Fits(given, c, demand)
	}
	for r := range e.Scenario.Replications {
		windows, err := e.offered(ctx, e.First+r, 1, given.Capacity)
		if err != nil {
			return nil, err
		}
		for _, rates := range windows {
			for m, rate := range rates {
				s.Loads[m].Peak = max(s.Loads[m].Peak, rate)
				s.Loads[m].Mean += rate / float64(len(windows)*e.Scenario.Replications)
			}
		}
	}
	return s, nil
}

// atMeanPrices returns a specification whose machines cost at any time what they do in the mean
// over the measured span.
func (e *Experiment) atMeanPrices() *fleet.Spec {
	c := *e.Spec
	c.Types = slices.Clone(c.Types)
	for k := range c.Types {
		t := &c.Types[k]
		t.Price, t.Prices = t.PriceBetween(kernel.Time(e.Scenario.Warmup), kernel.Time(e.Scenario.Duration)), nil
	}
	return &c
}

// holds are those of schedules that are tried, in control windows.
var holds = []int{0, 1, 2, 4, 8, 16}

// batchers returns the batchers that are tried with a schedule: if none is chosen, those that
// drop late requests, beside the one that goes with the allocator.
func (e *Experiment) batchers(p *file.Policy) []string {
	own := p.Batcher != nil || e.Scenario.Batcher != nil
	if own || !slices.ContainsFunc(e.Spec.Deployments, func(d fleet.Deployment) bool { return d.Tokens == nil }) {
		return []string{""}
	}
	return []string{"", "clockwork"}
}
