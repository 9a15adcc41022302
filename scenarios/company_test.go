package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"wavetank/metrics/rows"

	"pgregory.net/rapid"
)

// company is a scenario with policies that draw random numbers, learn or remember.
const company = `name: company
seed: %d
duration: %ds
warmup: %ds
control: {period: %ds}
replications: %d
workload:
  - model: vit
    slo: {latency: 1s}
    sessions: {mean-requests: 3}
    items: {geometric: {mean: %d, max: 8}}
    service: {lognormal: {scv: 0.5}}
    combine: %s
    arrivals: {gamma: {rate: %d/s, cv: 2}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 4}
policies:
  - {name: a, allocator: {static-peak: {capacity: utilization}}, router: random}
  - {name: b, allocator: {follow: {capacity: utilization}}, router: power-of-two}
  - {name: c, allocator: {greedy: {capacity: utilization}}, router: join-idle-queue}
  - {name: d, allocator: {lp: {capacity: utilization}}, router: session-affinity}
  - {name: e, allocator: {static-peak: {capacity: utilization}}, router: peak-ewma, batcher: {timeout: {max-batch: 4, max-delay: 20ms}}}
`

// TestAnyCompanyGivesAPolicyTheSameRows removes random policies from random lists of policies. The
// rows of the others must not change.
func TestAnyCompanyGivesAPolicyTheSameRows(t *testing.T) {
	names := strings.Split("abcde", "")
	rapid.Check(t, func(r *rapid.T) {
		number := func(what string, from, to int) int { return rapid.IntRange(from, to).Draw(r, what) }
		text := fmt.Sprintf(company, number("seed", 1, 1000), number("duration", 4, 12), number("warm-up", 0, 3), number("period", 1, 5),
			number("replications", 1, 2), number("items", 1, 3), rapid.SampledFrom([]string{"mean", "max", "sum"}).Draw(r, "combine"), number("rate", 1, 40))
		left := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, len(names), rapid.ID).Draw(r, "left")
		all, fewer := load(t, text), load(t, text)
		if err := fewer.Scenario.Select(left); err != nil {
			r.Fatal(err)
		}
		whole, part := run(t, all, 2), run(t, fewer, 2)
		for _, policy := range left {
			only := func(row rows.Row) bool { return row.Policy == policy }
			if a, b := kept(whole, only), kept(part, only); len(a.Rows) == 0 || !equal(a, b) {
				r.Fatalf("%s has other rows beside %v than beside %v", policy, left, names)
			}
		}
	})
}
