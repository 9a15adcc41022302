package compare

import (
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// perWork lists the metrics that can improve because a policy serves fewer requests.
var perWork = []string{"utilization", "busy", "cost_per_1k", "cost_per_mtok", "throughput", "goodput", "output_tokens", "total_tokens"}

// sameWork is the largest difference between the completed requests of two policies, relative to
// the larger number, that still counts as equal work.
const sameWork = 0.01

// withhold replaces the marks of the metrics in perWork by Unequal, if the completed requests of
// the policy and the baseline differ by more than sameWork. Completed requests are measured by the
// throughput of the scope. A scope without throughput, such as a device kind, uses that of all
// requests.
func withhold(list []Comparison, baseline string) {
	type place struct{ scenario, policy, scope string }
	work := map[place]float64{}
	for _, c := range list {
		if c.Metric == "throughput" {
			work[place{c.Scenario, c.Policy, c.Scope}] = c.Value.Mean
		}
	}
	for i := range list {
		c := &list[i]
		if c.Policy == baseline || !slices.Contains(perWork, c.Metric) || !c.Difference.Defined() {
			continue
		}
		scope := c.Scope
		if _, own := work[place{c.Scenario, c.Policy, scope}]; !own {
			scope = rows.All
		}
		ours, known := work[place{c.Scenario, c.Policy, scope}]
		theirs, given := work[place{c.Scenario, baseline, scope}]
		if known && given && math.Abs(ours-theirs) > sameWork*max(ours, theirs) {
			c.Mark = Unequal
		}
	}
}
