package plan

import (
	"context"
	"fmt"

	"wavetank/metrics/rows"
	"wavetank/policies/registry"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// Job is the question of a plan: which of the variants of a scenario, on which machines, keeps all
// objectives at least cost.
type Job struct {
	Variants   []Variant
	Limits     Limits
	Confidence float64 // in (0, 1)
	Most       int     // largest number of replications of a candidate
	Parallel   int     // number of runs at a time; the answer does not depend on it

	// Told is called after each settled candidate, Counted after each run; both may be nil.
	Told    func(list []Candidate, best int)
	Counted func()

	types int // most types of machines in a fleet
}

// Variant is a scenario with one value of each varied path.
type Variant struct {
	Values     []string // of the varied paths, in their order
	Experiment *scenarios.Experiment

	fleets  *scenarios.ConstantFleets
	carrier *carrier
	planner *arranger
}

// Goals returns the objectives. They are those of the first variant.
func (j *Job) Goals() []rows.Objective { return j.Variants[0].Experiment.Goals() }

// Looks returns the numbers of replications after which a candidate is judged.
func (j *Job) Looks() []int {
	return LooksUpTo(j.Variants[0].Experiment.Scenario.Replications, j.Most)
}

// Prepare measures the loads of the variants and lists the candidates. It simulates none of them.
func (j *Job) Prepare(ctx context.Context) (list []Candidate, err error) {
	var specs []*fleet.Spec
	for i := range j.Variants {
		if err := j.Variants[i].prepare(ctx); err != nil {
			return nil, err
		}
		specs = append(specs, j.Variants[i].fleets.Spec)
	}
	if j.types, err = j.Limits.mixes(specs); err != nil {
		return nil, err
	}
	for i := range j.Variants {
		list = append(list, j.Variants[i].candidates(i, j.types, j.Limits)...)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// prepare measures the load of the variant.
func (v *Variant) prepare(ctx context.Context) (err error) {
	fixed := file.Policy{Name: "plan", Allocator: registry.WithDefaults[registry.Allocator]("fixed")}
	all := v.Experiment.Scenario.LeversOf(&fixed)
	best := file.Policy{Name: "plan", Allocator: registry.WithDefaults[registry.Allocator]("static-best")}
	best.Levers = file.Levers{Admission: all.Admission, Batcher: all.Batcher} // those of a fixed fleet
	if v.fleets, err = v.Experiment.Constants(ctx, &best); err != nil {
		return err
	}
	v.carrier = newCarrier(v.Experiment, v.fleets)
	v.planner = newArranger(v.fleets, v.carrier)
	return nil
}

// start returns the level at which the search begins: that of a fleet which carries the highest
// load of a control window with the planned utilization.
func (j *Job) start() float64 {
	v := &j.Variants[0]
	high := 1.
	for m, l := range v.fleets.Loads {
		if d := v.carrier.demand[m]; d > 0 {
			high = max(high, l.Peak/d)
		}
	}
	return high / v.Experiment.Scenario.Planning.Utilization
}

// Search settles the candidates that Prepare returned. It returns an answer even after an error, if
// some candidate was simulated.
func (j *Job) Search(ctx context.Context, list []Candidate) (*Answer, error) {
	judge := &Judge{Goals: j.Goals(), Confidence: j.Confidence, Looks: j.Looks(), Parallel: j.Parallel, Counted: j.Counted}
	judge.Simulate = j.simulate
	s := &Search{Told: j.Told}
	s.Bound = func(c *Candidate) (bool, string) { return j.Variants[c.Variant].carrier.misses(c.Level) }
	s.Judge = func(ctx context.Context, c *Candidate) error {
		v := &j.Variants[c.Variant]
		replicas, fits, err := v.planner.arrange(c.Machines)
		switch {
		case err != nil && ctx.Err() == nil:
			c.Finding, c.Why = Failed, err.Error()
			return nil
		case err != nil:
			return err
		case !fits:
			c.Finding, c.Why = DoesNotFit, "the models have no room together"
			return nil
		}
		c.Replicas = replicas
		return judge.Judge(ctx, c)
	}
	best, err := s.Find(ctx, list, j.start())
	a := j.answer(list, best)
	if err == nil && best < 0 {
		err = a.explain(ctx, judge)
	}
	return a, err
}

// policy returns the policy that runs a candidate.
func (v *Variant) policy(c *Candidate) file.Policy {
	fixed := registry.Fixed{Replicas: registry.Named{}, Placer: registry.WithDefaults[registry.Placer]("best-fit")}
	for d, n := range c.Replicas {
		if n > 0 {
			fixed.Replicas[v.Experiment.Spec.Deployments[d].Name] = n
		}
	}
	p := file.Policy{Name: "plan"}
	p.Allocator.Choose("fixed", &fixed)
	return p
}

// simulate runs a candidate in a replication.
func (j *Job) simulate(ctx context.Context, c *Candidate, replication int) (Run, error) {
	v := &j.Variants[c.Variant]
	e := v.Experiment
	p := v.policy(c)
	f, err := e.Brief(ctx, &p, e.First+replication)
	if err != nil {
		return Run{}, fmt.Errorf("replication %d: %w", replication, err)
	}
	r := Run{Cost: f.Value(rows.All, "cost_rate"), Over: max(0, f.Value(rows.All, "over_budget_max"))}
	for _, g := range e.Goals() {
		r.Share = append(r.Share, f.Value(g.Scope, "slo_attainment"))
		r.Arrived = append(r.Arrived, f.Value(g.Scope, "arrived"))
	}
	return r, nil
}
