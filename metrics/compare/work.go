package compare

import (
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// perWork lists the metrics that a policy changes by serving less, not only by serving better.
var perWork = []string{"utilization", "busy", "cost_per_1k", "cost_per_mtok", "throughput", "goodput", "output_tokens", "total_tokens"}

// sameWork is how far apart the completed requests of two policies may be, relative to the larger
// number.
const sameWork = 0.01

// withhold takes away the marks that would compare unequal work. Such marks are those of perWork
// where the policy and the baseline completed numbers of requests that differ by more than
// sameWork. The work of a scope is its own throughput; of a scope without one, such as a kind of
// device, that over all.
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
