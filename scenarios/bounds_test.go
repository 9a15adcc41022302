package scenarios

import (
	"strings"
	"testing"

	"wavetank/scenarios/file"
)

// families are the allocators that plan the whole fleet, each with another method.
var families = []string{"greedy", "dp", "lp", "auto-adjust"}

// then prepares a scenario as it was shipped at commit 7df8e8f, with the given changes. It has one
// replication and the policies given as YAML.
func then(t *testing.T, name, policies string, changes ...file.Change) *Experiment {
	t.Helper()
	return prepare(t, "testdata/7df8e8f/"+name+".yaml", append([]file.Change{
		{Path: "replications", Value: "1"}, {Path: "baseline", Value: "dp"}, {Path: "policies", Value: policies},
	}, changes...)...)
}

// TestDefaultsHoldTheirBoundsOnTheQuickstartOf7df8e8f: the values are means over five times at
// which the crowd comes. A policy with a reserve costs more, and more of its requests are in time.
func TestDefaultsHoldTheirBoundsOnTheQuickstartOf7df8e8f(t *testing.T) {
	met, cost := map[string]float64{}, map[string]float64{}
	crowds := []string{"8m", "15m", "28m", "34m", "41m"}
	for _, at := range crowds {
		e := then(t, "quickstart", `[greedy, dp, {name: auto-adjust, allocator: auto-adjust},
			{name: reserve 3.5, allocator: {greedy: {reserve: {factor: 3.5, within: 30s, models: [vit]}}}},
			{name: reserve 5, allocator: {greedy: {reserve: {factor: 5, within: 30s, models: [vit]}}}}]`,
			file.Change{Path: "replications", Value: "2"}, file.Change{Path: "workload[0].arrivals.day-curve.spikes[0].at", Value: at})
		r := run(t, e, 2)
		for policy, v := range means(r, "slo_attainment") {
			met[policy] += v / float64(len(crowds))
		}
		for policy, v := range means(r, "cost") {
			cost[policy] += v / float64(len(crowds))
		}
	}
	for _, f := range []string{"greedy", "dp", "auto-adjust"} { // lp plans like dp here
		within(t, f, met[f], 96.5, cost[f], 1.72)
	}
	within(t, "reserve 3.5", met["reserve 3.5"], 98.5, cost["reserve 3.5"], 2.35)
	within(t, "reserve 5", met["reserve 5"], 99.3, cost["reserve 5"], 2.75)
	if cost["greedy"] > 1.1*cost["dp"] {
		t.Errorf("greedy costs %v $ and dp %v $", cost["greedy"], cost["dp"])
	}
}

// within reports an error if a policy has too small a percentage of its requests in time, or costs
// too much.
func within(t *testing.T, policy string, met, least, cost, most float64) {
	t.Helper()
	if met < least || cost > most || cost == 0 {
		t.Errorf("%s: %.2f %% in time for %.3f $, want at least %.1f %% for at most %.3f $", policy, met, cost, least, most)
	}
}

func TestDefaultsHoldTheirBoundsOnTheOtherScenariosOf7df8e8f(t *testing.T) {
	for _, c := range []struct {
		name     string
		policies []string
		least    map[string]float64 // in percent, per model or over all
		most     float64
	}{
		{"mixed-fleet", []string{"greedy", "dp", "lp", "auto-adjust"}, map[string]float64{"vit": 99, "wav2vec2": 95, "minilm": 99, "resnet": 99}, 0.632},
		{"day-curve", []string{"greedy", "dp"}, map[string]float64{"vit": 99, "wav2vec2": 95}, 38.1},
		{"flash-crowd", []string{"greedy", "dp"}, map[string]float64{"all": 89.5}, 1.10},
	} {
		got := meansOfAll(run(t, then(t, c.name, "["+strings.Join(c.policies, ", ")+"]"), 2))
		for _, policy := range c.policies {
			for model, least := range c.least {
				within(t, c.name+": "+policy+", "+model, got[policy+" "+model+" slo_attainment"], least, got[policy+" all cost"], c.most)
			}
		}
	}
}
