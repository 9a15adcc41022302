package commands

import (
	"fmt"
	"math"
	"strings"
	"time"

	"wavetank/metrics/compare"
	"wavetank/reports/wording"
	"wavetank/scenarios/tune"
)

// trainedOf returns the results of a setting on the training part: the verdict on the objective
// that it misses most or keeps most narrowly, and the cost in $/h.
func trainedOf(j *tune.Job, t tune.Trained) (*compare.Verdict, float64) {
	var all compare.Standing
	for i, o := range j.Goals() {
		share := compare.Interval{Mean: t.Share[i], Low: math.NaN(), High: math.NaN()}
		all.Verdicts = append(all.Verdicts, compare.Verdict{Objective: o, Share: share})
	}
	s := &j.Train.Scenario
	return all.Worst(), t.Cost / time.Duration(s.Duration-s.Warmup).Hours()
}

// settingText returns a sentence with the best setting of a policy, as changes to the written one.
func settingText(t *tune.Tuned) string {
	of := fmt.Sprintf("%s, %s", count(t.Space, "parameter", "parameters"), count(t.Runs, "run", "runs"))
	if !t.Changed() {
		return fmt.Sprintf("%s: nothing better was found (%s).", t.Written.Name, of)
	}
	return fmt.Sprintf("%s: %s (%s).", t.Written.Name, tune.Describe(&t.Written, t.Changes), of)
}

// verdictOf returns sentences on the best setting of the training part and on its results in the
// test.
func verdictOf(j *tune.Job, best *tune.Tuned, judged *tested) (sentences []string) {
	name := best.Written.Name
	if best.Changed() {
		name += " tuned"
	}
	worst, cost := trainedOf(j, best.BestTrained)
	all, budget := "every objective", j.Train.Spec.Budget
	if budget > 0 {
		all += fmt.Sprintf(" and the budget of %s $/h", wording.Number(budget))
	}
	if best.BestTrained.Worst() == 0 {
		sentences = append(sentences, fmt.Sprintf("On %v %s is the cheapest that keeps %s: %s $/h.", j.TrainOn, name, all, dollars(cost)))
	} else {
		least := missed(worst)
		if over := best.BestTrained.Over; over > 0 {
			least += fmt.Sprintf(", and a rent of up to %s $/h", dollars(budget*(1+over/100)))
		}
		sentences = append(sentences, fmt.Sprintf("On %v no setting that was tried keeps %s. The one that misses least is %s: %s.", j.TrainOn, all, name, least))
	}
	as := best.Written.Name
	if best.Changed() {
		as = best.TunedName()
	}
	standing := judged.standings[as]
	if standing == nil {
		return sentences
	}
	costs := dollars(judged.costs[as].Mean)
	switch v := standing.Worst(); {
	case standing.Finding == compare.Met:
		sentences = append(sentences, fmt.Sprintf("On %v it keeps every objective, for %s $/h.", j.TestOn, costs))
	case standing.Finding == compare.NotMet && v != nil:
		sentences = append(sentences, fmt.Sprintf("On %v it does not: %s, for %s $/h.", j.TestOn, missed(v), costs))
	case v != nil && v.Shortfall() > 0:
		sentences = append(sentences, fmt.Sprintf("On %v it misses one on average, for %s $/h: %s.", j.TestOn, costs, missed(v)))
	default:
		sentences = append(sentences, fmt.Sprintf("On %v it keeps every objective on average, for %s $/h, but this is not shown to hold.", j.TestOn, costs))
	}
	if judged.overspent[as] {
		sentences = append(sentences, "Its rent is above the budget there at times.")
	}
	var others []string
	for _, name := range judged.foresee {
		others = append(others, fmt.Sprintf("%s † costs %s $/h (%v)", name, dollars(judged.costs[name].Mean), judged.standings[name].Finding))
	}
	return append(sentences, "There "+strings.Join(others, " and ")+".")
}

// missed returns the share of requests in time, beside the objective.
func missed(v *compare.Verdict) string {
	return fmt.Sprintf("%s %s %% against %v %%", v.Name, wording.Share(*v), v.Percent)
}

func dollars(v float64) string { return wording.Rough("1", compare.Symmetric(v, 0)) }
