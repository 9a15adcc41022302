package commands

import (
	"fmt"
	"strings"

	"wavetank/scenarios/plan"
	"wavetank/sim/fleet"
)

// planHints returns what the reader of an answer should know about it: candidates at the same price
// that were not simulated, models that could take turns on a GPU, and times that were not measured.
func planHints(j *plan.Question, a *plan.Recommendation) (list []string) {
	best := &a.Candidates[a.Best]
	v := &j.Variants[best.Variant]
	same := 0
	for i := range a.Candidates {
		if c := &a.Candidates[i]; c.Why == plan.SamePrice && c.Price <= best.Price {
			same++
		}
	}
	if same > 0 {
		text := fmt.Sprintf("%s at the same price and %s not simulated.", count(same, "candidate is", "candidates are"), map[bool]string{true: "was", false: "were"}[same == 1])
		if len(j.Varied) > 0 {
			text += fmt.Sprintf(" So the answer does not say which %s is better: compare them with wavetank sweep.", strings.Join(j.Varied, " or "))
		}
		list = append(list, text)
	}
	if a.Crowded() && couldTakeTurns(v) {
		list = append(list, "Cheaper fleets have no room for every model, because each replica takes its part of a GPU for itself. With sharing: time in an entry of fleet, models take turns on a GPU, and fewer GPUs may be enough.")
	}
	var used []fleet.DeploymentID
	for d, n := range best.Replicas {
		if n > 0 {
			used = append(used, fleet.DeploymentID(d))
		}
	}
	if names := v.Experiment.Unmeasured(used); len(names) > 0 {
		list = append(list, fmt.Sprintf("The times of %s were not measured. wavetank check says on what they rest, and what to measure.", strings.Join(names, ", ")))
	}
	return list
}

// couldTakeTurns reports whether models that work on batches have GPUs of machines on which they do
// not take turns yet.
func couldTakeTurns(v *plan.ScenarioVariant) bool {
	spec, models := v.Experiment.Spec, map[fleet.ModelID]bool{}
	for d := range spec.Deployments {
		k := &spec.Deployments[d]
		if spec.Types[k.Type].GPUs > 0 && k.Tokens == nil && v.Experiment.Scenario.Fleet[k.Type].Sharing == "" {
			models[k.Model] = true
		}
	}
	return len(models) > 1
}
