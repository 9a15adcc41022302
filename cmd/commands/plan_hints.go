package commands

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"wavetank/policies/registry"
	"wavetank/scenarios/file"
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
	if text := leversHint(v); text != "" {
		list = append(list, text)
	}
	if a.Crowded() && couldTakeTurns(v, best.Price) {
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

// leversHint says with which batcher and admission the fleets were tried, if the scenario names
// neither and policies that follow the load have others. It is empty otherwise.
func leversHint(v *plan.ScenarioVariant) string {
	s := &v.Experiment.Scenario
	if s.Batcher != nil || s.Admission != nil || len(s.PerModel) > 0 {
		return ""
	}
	follow := file.Policy{Allocator: registry.WithDefaults[registry.Allocator]("follow")}
	levers := s.LeversOf(&follow)
	batchers := []string{nameOf(levers.Batcher)}
	for _, model := range slices.Sorted(maps.Keys(levers.PerModel)) {
		batchers = append(batchers, nameOf(levers.PerModel[model].Batcher)+" for "+model)
	}
	tried := v.Levers()
	return fmt.Sprintf("The fleets were tried with the batcher %s and the admission %s, because the scenario names none. In wavetank run, policies that follow the load have the batcher %s and the admission %s, and may do with less. --over batcher=greedy,nexus,sarathi tries other batchers.",
		nameOf(tried.Batcher), nameOf(tried.Admission), strings.Join(batchers, ", "), nameOf(levers.Admission))
}

// couldTakeTurns reports whether models that work on batches have GPUs of machines on which they do
// not take turns yet, and which cost less than a price in $/h.
func couldTakeTurns(v *plan.ScenarioVariant, below float64) bool {
	spec, models := v.Experiment.Spec, map[fleet.ModelID]bool{}
	for d := range spec.Deployments {
		k := &spec.Deployments[d]
		if spec.Types[k.Type].GPUs > 0 && k.Tokens == nil && v.Experiment.Scenario.Fleet[k.Type].Sharing == "" && spec.Types[k.Type].Price < below {
			models[k.Model] = true
		}
	}
	return len(models) > 1
}

// nameOf returns the name of what a lever chooses.
func nameOf(lever registry.Lever) string {
	name, _ := lever.Chosen()
	return name
}
