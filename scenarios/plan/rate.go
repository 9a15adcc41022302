package plan

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/metrics/rows"
	"wavetank/policies/registry"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
)

// RateQuestion is the question of how much load fleets carry: for all machines of each variant, and
// for each of its policies, the largest factor on all arrivals with which every objective is kept.
type RateQuestion struct {
	Varied     []string // the varied paths
	Variants   []ScenarioVariant
	Confidence float64  // in (0, 1)
	Most       int      // largest number of replications with one factor
	Parallel   int      // number of runs at a time; the answer does not depend on it
	Grid       LoadGrid // the factors

	// At returns a variant with another factor on all arrivals, as the key load says it.
	At func(ctx context.Context, variant int, load float64) (*scenarios.Experiment, error)

	// Told is called after each try, Counted after each run; both may be nil.
	Told    func(c *Candidate, t LoadTry)
	Counted func()
}

// LoadCurve is what one fleet or policy carries. Its Finding is Kept if it carries some load, and
// Missed if it carries none; its Price is the rent with the load that it carries.
type LoadCurve struct {
	Candidate
	FoundLoad
	Limit string // why no larger factor was tried, although none misses; "" if one does
}

// CarriedLoads is the answer to a RateQuestion.
type CarriedLoads struct {
	Curves []LoadCurve // the ones that carry most come first
	Runs   int         // runs that were counted

	job *RateQuestion
}

// Goals returns the objectives of a variant. All variants have the same number of them.
func (j *RateQuestion) Goals(variant int) []rows.Objective {
	return j.Variants[variant].Experiment.Goals()
}

// Looks returns the numbers of replications after which a try is judged.
func (j *RateQuestion) Looks() []int {
	return LooksUpTo(j.Variants[0].Experiment.Scenario.Replications, j.Most)
}

// Prepare measures the loads of the variants and lists what is asked about. It simulates nothing.
func (j *RateQuestion) Prepare(ctx context.Context) (list []Candidate, err error) {
	for i := range j.Variants {
		v := &j.Variants[i]
		if err := v.prepare(ctx, j.Parallel); err != nil {
			return nil, err
		}
		list = append(list, v.whole(i))
		if v.Split != nil {
			continue // the policies decide about their own replicas
		}
		for p := range v.Experiment.Scenario.Policies {
			if v.Experiment.Scenario.Policies[p].Allocator.Reference() == registry.NoReference {
				list = append(list, Candidate{Variant: i, Policy: p, Price: math.NaN(), Level: v.carrier.level(v.most())})
			}
		}
	}
	return list, nil
}

// most returns the largest number of machines of each type.
func (v *ScenarioVariant) most() (machines []int) {
	for t := range v.fleets.Spec.Types {
		machines = append(machines, v.fleets.Spec.Types[t].Max)
	}
	return machines
}

// whole returns the fleet of all machines.
func (v *ScenarioVariant) whole(index int) Candidate {
	c, machines := v.fleets.Spec, v.most()
	one := Candidate{Variant: index, Machines: machines, Price: rent(c, machines), Level: v.carrier.level(machines)}
	if home := v.carrier.homeless(machines); home != "" {
		one.Finding, one.Why = DoesNotFit, fmt.Sprintf("%s has no room on these machines", home)
	} else if c.Budget > 0 && one.Price > c.Budget*(1+1e-9) {
		one.Finding, one.Why = DoesNotFit, fmt.Sprintf("costs %.4g $/h, more than the budget %.4g $/h", one.Price, c.Budget)
	}
	return one
}

// Search searches for what each of the candidates carries that Prepare returned. After an error it
// returns an answer without those that were not finished.
func (j *RateQuestion) Search(ctx context.Context, list []Candidate) (*CarriedLoads, error) {
	a := &CarriedLoads{job: j}
	var failed error
	for i := range list {
		curve := LoadCurve{Candidate: list[i], FoundLoad: FoundLoad{Carried: -1, Exceeded: -1}}
		if curve.Finding == Open {
			if failed = j.follow(ctx, &curve); failed != nil {
				break
			}
		}
		for _, t := range curve.Tries {
			a.Runs += t.Runs
		}
		a.Curves = append(a.Curves, curve)
	}
	slices.SortStableFunc(a.Curves, func(x, y LoadCurve) int { return cmp.Compare(y.carries(), x.carries()) })
	return a, failed
}

// Best returns the curve that carries most, or −1 if none carries any load.
func (a *CarriedLoads) Best() int {
	if len(a.Curves) > 0 && a.Curves[0].Carried >= 0 {
		return 0
	}
	return -1
}

// Nearest returns, if no curve carries any load, the one that misses least, and the try in which it
// does. The try is nil if none was simulated.
func (a *CarriedLoads) Nearest() (curve int, t *LoadTry) {
	curve = -1
	least := 0.
	for i := range a.Curves {
		c := &a.Curves[i]
		for k := range c.Tries {
			m, _, ok := c.Tries[k].Margin(Asked(a.job.Goals(c.Variant)))
			if ok && (t == nil || m.Mean > least) {
				curve, t, least = i, &c.Tries[k], m.Mean
			}
		}
	}
	if curve < 0 && len(a.Curves) > 0 {
		curve = 0
	}
	return curve, t
}

// Searching returns the number of policies of the variant that search for a fleet or a schedule
// with the load known beforehand. They are no candidates.
func (v *ScenarioVariant) Searching() (n int) {
	for i := range v.Experiment.Scenario.Policies {
		if v.Experiment.Scenario.Policies[i].Allocator.Reference() != registry.NoReference {
			n++
		}
	}
	return n
}

// carries returns the largest factor that is carried, or −1.
func (c *LoadCurve) carries() float64 {
	if c.Carried < 0 {
		return -1
	}
	return c.Tries[c.Carried].Load
}

// leastRequests is the least number of requests with an objective in a run: with fewer, a share in
// time says nothing.
const leastRequests = 20

// mostRequests is the largest number of requests in a run of a search for the most load.
const mostRequests = 20e6

// follow searches for the largest factor of one candidate.
func (j *RateQuestion) follow(ctx context.Context, curve *LoadCurve) error {
	v := &j.Variants[curve.Variant]
	if len(v.unreachable) > 0 {
		curve.Finding, curve.Why = Missed, v.unreachable[0]
		return nil
	}
	if ready, err := v.arrange(ctx, &curve.Candidate); !ready {
		return err
	}
	now := v.Experiment.Scenario.LoadFactor()
	most := min(file.MostLoad, now*max(1, mostRequests/max(1, v.Experiment.Expected())))
	s := LoadSearch{Grid: j.Grid, Least: v.leastLoad(), Most: most}
	bound := v.bound(&curve.Candidate)
	s.Try = func(ctx context.Context, load float64) (Candidate, error) {
		return j.try(ctx, curve.Candidate, load, bound)
	}
	if j.Told != nil {
		s.Told = func(t LoadTry) { j.Told(&curve.Candidate, t) }
	}
	start := now
	if curve.Level > 0 && curve.Level < endless/4 {
		start = now * curve.Level * v.Experiment.Scenario.Planning.Utilization
	}
	found, err := s.Find(ctx, start)
	if err != nil {
		return err
	}
	curve.FoundLoad = *found
	switch {
	case found.Carried >= 0:
		best := found.Tries[found.Carried].Candidate
		best.Level, best.Runs = curve.Level, 0
		curve.Candidate = best
		if found.Exceeded < 0 {
			curve.Limit = fmt.Sprintf("a run with more load would have more than %.0f million requests", mostRequests/1e6)
		}
	case len(found.Tries) > 0:
		least := found.Tries[0]
		curve.Finding, curve.Why = least.Finding, least.Why
	default:
		curve.Finding, curve.Why = Missed, fmt.Sprintf("a run has fewer than %d requests with an objective", leastRequests)
	}
	return nil
}

// leastLoad returns the smallest factor with which each model with a load has leastRequests in a
// run, on average.
func (v *ScenarioVariant) leastLoad() float64 {
	s := &v.Experiment.Scenario
	span, least := time.Duration(s.Duration-s.Warmup).Seconds(), file.LeastLoad
	for m, rate := range v.fleets.Measured {
		if rate > 0 && v.fleets.Spec.Models[m].Percentile > 0 {
			least = max(least, s.LoadFactor()*leastRequests/(rate*span))
		}
	}
	return least
}

// try judges a candidate with a factor on all arrivals. The bound is that of the candidate with the
// factor of the scenario.
func (j *RateQuestion) try(ctx context.Context, c Candidate, load, bound float64) (Candidate, error) {
	v := &j.Variants[c.Variant]
	c.Runs, c.Finding = 0, Open
	if missed, why := v.carrier.misses(bound * v.Experiment.Scenario.LoadFactor() / load); missed {
		c.Finding, c.Why = Missed, why
		return c, nil
	}
	e, err := j.At(ctx, c.Variant, load)
	if err != nil {
		return c, err
	}
	p := e.Scenario.Policies[c.Policy]
	if c.Machines != nil {
		p = v.policy(&c)
	}
	judge := &CandidateJudge{Goals: e.Goals(), Confidence: j.Confidence, Looks: j.Looks(), Parallel: j.Parallel, Counted: j.Counted}
	judge.Simulate = func(ctx context.Context, _ *Candidate, replication int) (Replication, error) {
		return simulate(ctx, e, &p, replication)
	}
	return c, judge.Judge(ctx, &c)
}
