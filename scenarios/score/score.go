// Package score gives a policy one number for each scenario, by which a search can compare
// policies. It says what the number is made of.
//
//	score.go    the number and its interval
//	reasons.go  what was missed and paid, and why
//	policy.go   policies as a command line names them
package score

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/scenarios"
	"wavetank/scenarios/inorder"
	"wavetank/scenarios/reference"
)

// Equal is the score of a policy that costs as much as the reference and keeps every objective. A
// percent of the cost of the reference is a point.
const Equal = 100

// DefaultPenalty is how much the score falls with each point by which an objective is missed.
const DefaultPenalty = 10

// Rivals are a policy and the reference against which it is scored, in one scenario. Their
// experiments differ in the policies alone.
type Rivals struct {
	Scenario  string                // as the user named it
	Policy    *scenarios.Experiment // its first policy is scored
	Reference *scenarios.Experiment
}

// Scored is the result of Rivals. Costs are means over the replications, in dollars per hour.
type Scored struct {
	compare.Interval
	Cost, ReferenceCost float64
	Objectives          []ScoredObjective
	Missed              float64 // points by which the worst objective, or the budget, is missed
	Over                float64 // percent by which the rent was above the budget at most
	Reasons             []Reason
}

// ScoredObjective is an objective and how a policy kept it.
type ScoredObjective struct {
	rows.Objective
	Share  float64 // percent of its requests in time, mean over the replications
	Missed float64 // points by which Share is below Percent; 0: kept
}

// Scorer scores policies.
type Scorer struct {
	Penalty   float64 // on each point missed
	Parallel  int     // runs at a time; the scores do not depend on it
	Searching scenarios.Searching

	// Progress is called after each run of the policies that are scored, one call at a time. It may
	// be nil.
	Progress func(done, of int)
}

// Run returns the score of each job. Runs that a Keeper has are not simulated.
func (s *Scorer) Run(ctx context.Context, jobs []Rivals) ([]Scored, error) {
	references := make([][]reference.Measured, len(jobs))
	var places [][2]int // of the runs: the job and the replication
	for i, j := range jobs {
		var err error
		if references[i], err = j.Reference.Outcomes(ctx, 0, s.Parallel, s.Searching); err != nil {
			return nil, fmt.Errorf("%s: %w", j.Scenario, err)
		}
		for r := range j.Policy.Scenario.Replications {
			places = append(places, [2]int{i, j.Policy.First + r})
		}
	}
	runs, done := make([][]*scenarios.Finished, len(jobs)), 0
	err := inorder.Do(ctx, len(places), s.Parallel, func(ctx context.Context, i int) (*scenarios.Finished, error) {
		at := places[i]
		f, _, err := jobs[at[0]].Policy.Finish(ctx, 0, at[1], scenarios.Summary)
		if err != nil {
			err = fmt.Errorf("%s: %w", jobs[at[0]].Scenario, err)
		}
		return f, err
	}, func(f *scenarios.Finished) bool {
		job := places[done][0]
		runs[job] = append(runs[job], f)
		if done++; s.Progress != nil {
			s.Progress(done, len(places))
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	list := make([]Scored, len(jobs))
	for i := range jobs {
		if list[i], err = s.score(&jobs[i], runs[i], references[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", jobs[i].Scenario, err)
		}
	}
	return list, nil
}

// score returns the score of finished runs.
func (s *Scorer) score(j *Rivals, runs []*scenarios.Finished, references []reference.Measured) (Scored, error) {
	e := j.Policy
	goals := e.Goals()
	var asked []float64
	for _, o := range goals {
		asked = append(asked, o.Percent)
	}
	measured := make([]reference.Measured, len(runs))
	for i, f := range runs {
		measured[i] = e.Measured(f, goals)
	}
	mine, other := reference.Appraise(asked, measured), reference.Appraise(asked, references)
	if !(other.Cost > 0) {
		return Scored{}, fmt.Errorf("the reference %s costs nothing, so there is no score", j.Reference.Scenario.Policies[0].Name)
	}
	hours := time.Duration(e.Scenario.Duration - e.Scenario.Warmup).Hours()
	v := Scored{
		Interval: s.interval(asked, measured, references), Cost: mine.Cost / hours, ReferenceCost: other.Cost / hours, Missed: mine.Worst(), Over: mine.Over,
		Reasons: reasonsOf(runs),
	}
	for i, o := range goals {
		v.Objectives = append(v.Objectives, ScoredObjective{o, o.Percent - mine.Missed[i], max(0, mine.Missed[i])})
	}
	return v, nil
}

// value returns the score of runs: 100 for the cost of the reference, a point more for each percent
// that the policy costs less, and the penalty less for each point by which it misses the worst
// objective, or percent by which its rent is above the budget.
func (s *Scorer) value(asked []float64, runs, references []reference.Measured) float64 {
	mine, other := reference.Appraise(asked, runs), reference.Appraise(asked, references)
	return float64(Equal*(2-mine.Cost/other.Cost)) - float64(s.Penalty*mine.Worst())
}

// interval returns the score with its interval over pairs of replications, by the jackknife
// (Tukey 1958) and Student's t.
func (s *Scorer) interval(asked []float64, runs, references []reference.Measured) compare.Interval {
	whole, n := s.value(asked, runs, references), len(runs)
	if n == 1 {
		return compare.Mean([]float64{whole})
	}
	parts := make([]float64, n)
	for i := range parts {
		parts[i] = float64(n)*whole - float64(n-1)*s.value(asked, slices.Concat(runs[:i], runs[i+1:]), slices.Concat(references[:i], references[i+1:]))
	}
	v := compare.Mean(parts)
	half := v.Half()
	v.Mean, v.Low, v.High = whole, whole-half, whole+half
	return v
}

// Mean returns the mean of the scores of several scenarios.
func Mean(list []Scored) float64 {
	sum := 0.
	for i := range list {
		sum += list[i].Interval.Mean
	}
	if len(list) == 0 {
		return math.NaN()
	}
	return sum / float64(len(list))
}
