package commands

import (
	"fmt"
	"math"

	"wavetank/metrics/compare"
	"wavetank/reports/tables"
	"wavetank/reports/wording"
	"wavetank/scenarios/score"
)

// scoreTables are the keys of the tables of score.
var scoreTables = []string{"scores", "objectives", "reasons"}

// leastShown is the least percentage of a reason that people get to see.
const leastShown = 0.1

// scoreOutput returns the scores of a policy, and what they are made of.
func scoreOutput(policy string, o scoreOptions, jobs []score.Rivals, list []score.Scored) tables.Output {
	scores := tables.Data{Key: "scores", Title: "Scores", Columns: tables.ColumnsOf("scenario", "Scenario", "score", "Score", "low", "", "high", "", "cost_rate", "$/h",
		"reference_cost_rate", "Reference $/h", "missed", "Missed", "over_budget", "", "replications", "Replications", "policy", "", "reference", "", "penalty", "", "warning", "")}
	objectives := tables.Data{Key: "objectives", Title: "Objectives",
		Columns: tables.ColumnsOf("scenario", "Scenario", "objective", "Objective", "about", "Within", "asked", "Asked", "in_time", "In time", "missed", "Missed")}
	reasons := tables.Data{Key: "reasons", Title: "Reasons", Columns: tables.ColumnsOf("scenario", "Scenario", "scope", "Of", "reason", "Reason", "metric", "", "percent", "%")}
	for i := range list {
		v, name := &list[i], jobs[i].Scenario
		scores.Add(name, tables.Shown{Value: v.Mean, Text: scoreText(v.Interval)}, v.Low, v.High, v.Cost, v.ReferenceCost, v.Missed, v.Over, v.N, policy, o.reference, o.penalty, v.Warning)
		for _, g := range v.Objectives {
			objectives.Add(name, g.Name, g.About, g.Percent, g.Share, g.Missed)
		}
		for _, r := range v.Reasons {
			if o.format.isText() && r.Value < leastShown {
				continue
			}
			reasons.Add(name, r.Scope, r.Title(), r.Metric, r.Value)
		}
	}
	reasons.Notes = []string{fmt.Sprintf("Missed and given up (rejected or dropped before): percent of the requests. Others: percent of the cost. Only %v %% or more; --format json has all.", leastShown)}
	out := tables.Output{
		Title: fmt.Sprintf("%s against %s", policy, o.reference),
		Before: []string{fmt.Sprintf("%d is the cost of %s with every objective kept; a point is a percent of its cost, and %s is lost for each point of an objective that is missed.",
			score.Equal, o.reference, wording.Number(o.penalty))},
		Data: []tables.Data{scores, objectives, reasons},
	}
	if len(list) > 1 {
		out.After = []string{fmt.Sprintf("Mean of %s: %s.", count(len(list), "scenario", "scenarios"), wording.Digits(score.Mean(list), 4))}
	}
	return out
}

// scoreText writes a score with its interval.
func scoreText(v compare.Interval) string {
	text := wording.Digits(v.Mean, 4)
	if math.IsNaN(v.Low) {
		return text
	}
	return fmt.Sprintf("%s [%s, %s]", text, wording.Digits(v.Low, 4), wording.Digits(v.High, 4))
}
