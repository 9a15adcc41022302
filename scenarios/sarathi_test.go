package scenarios

import (
	"fmt"
	"testing"
	"time"

	"wavetank/policies/capacity"
)

// TestBudgetsOfSarathiServe: for a model of seven billion parameters on an A100, Agrawal et al.
// (OSDI 2024, section 5.1) chose a budget of 512 tokens if each token had to come within 100 ms,
// and 2048 tokens if it had to come within 500 ms. The test must choose the same. Prompts and
// answers have the median lengths of their two workloads (table 2).
func TestBudgetsOfSarathiServe(t *testing.T) {
	for _, lengths := range [][2]int{{1730, 415}, {7059, 208}} {
		for _, c := range []struct{ tpot, want int }{{100, 512}, {500, 2048}} {
			e := load(t, fmt.Sprintf(`
name: s
duration: 10m
workload:
  - model: llama-3.1-8b
    slo: {ttft: 10s, tpot: %dms}
    input: {fixed: {value: %d}}
    output: {fixed: {value: %d}}
    arrivals: {poisson: {rate: 1/s}}
fleet: [{machine: aws/p4d.24xlarge, max: 1}]
policies: [static-peak]
`, c.tpot, lengths[0], lengths[1]))
			d := &e.Spec.Deployments[0]
			duty := capacity.DutyOf(e.Spec, d, d.Lengths)
			largest := 0
			for _, budget := range []int{512, 2048} {
				if duty.FullStep(budget) <= time.Duration(c.tpot)*time.Millisecond {
					largest = budget
				}
			}
			if largest != c.want {
				t.Errorf("%d ms for prompts of %d: %d tokens of 512 and 2048, want %d (%v, %v)", c.tpot, lengths[0], largest, c.want, duty.FullStep(512), duty.FullStep(2048))
			}
		}
	}
}

// TestEnginesOfMixedScenariosKeepTheirObjectivePerToken: allocators that plan with little spare
// capacity use short steps for LLMs, also if the scenario has other models whose late requests are
// dropped.
func TestEnginesOfMixedScenariosKeepTheirObjectivePerToken(t *testing.T) {
	const mixed = `
name: s
duration: 10m
workload:
  - model: resnet
    slo: {latency: 200ms}
    arrivals: {poisson: {rate: 10/s}}
  - model: llama-3.1-8b
    slo: {ttft: 1s, tpot: 50ms}
    input: {fixed: {value: 800}}
    output: {fixed: {value: 200}}
    arrivals: {poisson: {rate: 1/s}}
fleet: [{machine: aws/g6e.xlarge, max: 9}]
policies:
  - greedy
  - follow: {capacity: utilization}
  - {name: own, allocator: greedy, batcher: greedy}
  - {name: per-model, allocator: greedy, per-model: {llama-3.1-8b: {batcher: {sarathi: {budget: 512}}}}}
`
	e := load(t, mixed)
	for i, want := range []string{"nexus, llama-3.1-8b: sarathi", "greedy", "greedy", "nexus, llama-3.1-8b: sarathi(budget 512)"} {
		l := e.Scenario.LeversOf(&e.Scenario.Policies[i])
		got := l.Batcher.Label()
		if of := l.PerModel["llama-3.1-8b"].Batcher; of != nil {
			got += ", llama-3.1-8b: " + of.Label()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", e.Scenario.Policies[i].Name, got, want)
		}
	}
	if got := e.Scenario.Policies[0].Name; got != "greedy" {
		t.Errorf("the name is %q: it tells what nobody wrote", got)
	}
}
