package plan

import (
	"context"
	"fmt"
	"time"

	"wavetank/metrics/rows"
	"wavetank/policies/registry"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// Question is the question of a plan: which of the variants of a scenario, on which machines, keeps
// all objectives at least cost.
type Question struct {
	Varied     []string // the varied paths
	Variants   []ScenarioVariant
	Limits     FleetLimits
	Confidence float64 // in (0, 1)
	Most       int     // largest number of replications of a candidate
	Parallel   int     // number of runs at a time; the answer does not depend on it

	// Told is called after each settled candidate, Counted after each run; both may be nil.
	Told    func(list []Candidate, best int)
	Counted func()

	Policies bool // the policies of the variants are candidates, too

	types int // most types of machines in a fleet
}

// ScenarioVariant is a scenario with one value of each varied path.
type ScenarioVariant struct {
	Values     []string // of the varied paths, in their order
	Experiment *scenarios.Experiment
	Split      *PrefillSplit // of the replicas of its LLM; nil: as the solver plans

	fleets  *scenarios.ConstantFleets
	carrier *carrier
	planner *arranger

	unreachable []string // a sentence for each objective that no fleet can meet
}

// Goals returns the objectives of a variant. All variants have the same number of them.
func (j *Question) Goals(variant int) []rows.Objective { return j.Variants[variant].Experiment.Goals() }

// Looks returns the numbers of replications after which a candidate is judged.
func (j *Question) Looks() []int {
	return LooksUpTo(j.Variants[0].Experiment.Scenario.Replications, j.Most)
}

// Prepare measures the loads of the variants and lists the candidates. It simulates none of them.
func (j *Question) Prepare(ctx context.Context) (list []Candidate, err error) {
	var specs []*fleet.Spec
	for i := range j.Variants {
		if j.Policies && j.Variants[i].Split != nil {
			return nil, errPolicies
		}
		if err := j.Variants[i].prepare(ctx, j.Parallel); err != nil {
			return nil, err
		}
		specs = append(specs, j.Variants[i].fleets.Spec)
	}
	if j.types, err = j.Limits.mixes(specs); err != nil {
		return nil, err
	}
	for i := range j.Variants {
		list = append(list, j.Variants[i].candidates(i, j.types, j.Limits)...)
		if j.Policies {
			list = append(list, j.Variants[i].policies(i)...)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Levers returns the admission and the batcher of fixed fleets: those of the scenario, or the
// defaults of a fixed fleet.
func (v *ScenarioVariant) Levers() file.Levers {
	all := v.Experiment.Scenario.LeversOf(&file.Policy{Allocator: registry.WithDefaults[registry.Allocator]("fixed")})
	return file.Levers{Admission: all.Admission, Batcher: all.Batcher}
}

// prepare measures the load of the variant.
func (v *ScenarioVariant) prepare(ctx context.Context, parallel int) (err error) {
	best := file.Policy{Name: "plan", Allocator: registry.WithDefaults[registry.Allocator]("static-best"), Levers: v.Levers()}
	if v.fleets, err = v.Experiment.Constants(ctx, &best, parallel); err != nil {
		return err
	}
	if v.carrier, err = newCarrier(ctx, v.Experiment, v.fleets); err != nil {
		return err
	}
	v.unreachable = v.Experiment.Unreachable()
	v.planner = newArranger(v.fleets, v.carrier)
	if v.Split != nil {
		v.planner.split, err = newSplitter(*v.Split, v.fleets)
	}
	return err
}

// start returns the level at which the search begins: that of a fleet which carries the highest
// load of a control window with the planned utilization.
func (j *Question) start() float64 {
	v := &j.Variants[0]
	high := 1.
	for m, l := range v.fleets.Loads {
		if d := v.carrier.demand[m]; d > 0 {
			high = max(high, l.Peak/d)
		}
	}
	return high / v.Experiment.Scenario.Planning.Utilization
}

// Search settles the candidates that Prepare returned: first the fleets, then the policies. It
// returns an answer even after an error.
func (j *Question) Search(ctx context.Context, list []Candidate) (*Recommendation, error) {
	var fleets, policies []Candidate
	for _, c := range list {
		if c.Machines != nil {
			fleets = append(fleets, c)
		} else {
			policies = append(policies, c)
		}
	}
	s := &Search{Told: j.Told, Judge: j.try}
	s.Bound = func(c *Candidate) (bool, string) { return j.Variants[c.Variant].misses(c) }
	best, err := s.Find(ctx, fleets, j.start())
	ceiling := 0.
	if best >= 0 {
		ceiling = fleets[best].Price
	}
	for i := range policies {
		c := &policies[i]
		if err == nil {
			judge := j.judge(c)
			judge.Ceiling = ceiling
			if err = judge.Judge(ctx, c); c.Runs > 0 {
				c.Price = c.Cost.Mean
			}
		}
		if c.Finding == Kept && (ceiling == 0 || c.Price < ceiling) {
			ceiling = c.Price
		}
	}
	a := j.answer(append(fleets, policies...))
	if err == nil && a.Best < 0 {
		err = a.explain(ctx)
	}
	return a, err
}

// misses reports whether a fleet is certain to miss an objective, and why.
func (v *ScenarioVariant) misses(c *Candidate) (missed bool, why string) {
	if len(v.unreachable) > 0 {
		return true, v.unreachable[0]
	}
	return v.carrier.misses(v.bound(c))
}

// bound returns a load that no fleet with the machines of a candidate exceeds, as a multiple of the
// load that has to be in time. For a policy it is that of all machines.
func (v *ScenarioVariant) bound(c *Candidate) float64 {
	if !v.carrier.engines {
		return c.Level
	}
	machines := c.Machines
	if machines == nil {
		machines = v.most()
	}
	return v.carrier.bound(machines)
}

// judge returns the judge of a candidate.
func (j *Question) judge(c *Candidate) *CandidateJudge {
	return &CandidateJudge{
		Goals: j.Goals(c.Variant), Confidence: j.Confidence, Looks: j.Looks(), Parallel: j.Parallel, Counted: j.Counted, Simulate: j.simulate,
	}
}

// try decides which replicas a fleet runs, and judges it.
func (j *Question) try(ctx context.Context, c *Candidate) error {
	if ready, err := j.Variants[c.Variant].arrange(ctx, c); !ready {
		return err
	}
	first, err := j.balance(ctx, c)
	if err != nil || c.Finding != Open {
		return err
	}
	judge := j.judge(c)
	if first != nil {
		judge.Simulate = func(ctx context.Context, c *Candidate, replication int) (Replication, error) {
			if replication == 0 {
				return *first, nil
			}
			return j.simulate(ctx, c, replication)
		}
	}
	return judge.Judge(ctx, c)
}

// noRoomTogether says why a candidate does not fit whose machines have room for each model alone.
const noRoomTogether = "the models have no room together"

// arrange decides which replicas a fleet runs. If it cannot run, arrange notes the finding and
// returns false.
func (v *ScenarioVariant) arrange(ctx context.Context, c *Candidate) (ready bool, err error) {
	if c.Machines == nil || c.Replicas != nil {
		return true, nil
	}
	replicas, fits, err := v.planner.arrange(c.Machines)
	switch {
	case err != nil && ctx.Err() == nil:
		c.Finding, c.Why = Failed, err.Error()
		return false, nil
	case err == nil && !fits:
		c.Finding, c.Why = DoesNotFit, noRoomTogether
	}
	c.Replicas = replicas
	return err == nil && fits, err
}

// policy returns the policy that runs a candidate.
func (v *ScenarioVariant) policy(c *Candidate) file.Policy {
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
func (j *Question) simulate(ctx context.Context, c *Candidate, replication int) (Replication, error) {
	v := &j.Variants[c.Variant]
	e := v.Experiment
	p := v.policy(c)
	if c.Machines == nil {
		p = e.Scenario.Policies[c.Policy]
	}
	return simulate(ctx, e, &p, replication)
}

// simulate runs a policy of an experiment in a replication.
func simulate(ctx context.Context, e *scenarios.Experiment, p *file.Policy, replication int) (Replication, error) {
	f, err := e.Brief(ctx, p, e.First+replication)
	if err != nil {
		return Replication{}, fmt.Errorf("replication %d: %w", replication, err)
	}
	r := Replication{Cost: f.Value(rows.All, "cost_rate"), Over: max(0, f.Value(rows.All, "over_budget_max"))}
	span := time.Duration(e.Scenario.Duration - e.Scenario.Warmup).Seconds()
	r.Rates = append(r.Rates, f.Value(rows.All, "arrived")/span)
	for m := range e.Spec.Models {
		r.Rates = append(r.Rates, f.Value(e.Spec.Models[m].Name, "arrived")/span)
	}
	for _, g := range e.Goals() {
		r.Share = append(r.Share, f.Value(g.Scope, "slo_attainment"))
		r.Arrived = append(r.Arrived, f.Value(g.Scope, "arrived"))
	}
	return r, nil
}
