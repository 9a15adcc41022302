package scenarios

import (
	"testing"

	"pgregory.net/rapid"

	"wavetank/scenarios/file"
)

// apart lists levers that a scenario cannot have both.
var apart = [][]string{
	{"termination-grace-period: 50ms", "termination-grace-period: 1s"},
	{"speculative: {num-speculative-tokens: 3, acceptance-rate: 0.6}", "speculative: {num-speculative-tokens: 3, acceptance-rate: 0.6, random-acceptance: true}"},
	{"pipeline-parallel-size: 2, pipeline-hop: 1ms", "data-parallel-size: 2"},
	{"handover: {fixed: 2ms}", "handover: {fixed: 1ms, layers: 32}"},
	{"true", "true, kv-offload: {size: 300MB}"},
	{"branch-retries: {attempts: 2}, timeout: 200ms", "branch-retries: {attempts: 3, of: request, backoff: {base: 10ms}, budget: 50 %}, queue-limit: 3"},
	{"adapters", "pipeline-parallel-size: 2, pipeline-hop: 1ms"}, {"adapters", "data-parallel-size: 2"},
	{"turns", "srpt"}, {"turns", "ps"}, {"turns", "las"}, {"turns", "least-slack"}, {"turns", "preemptive-priority"},
}

// pair is two levers, in the order of their names.
type pair [2]string

// pairsOf returns the pairs of levers of a scenario. Its levers are sorted.
func (w *world) pairsOf() (list []pair) {
	for i, b := range w.levers {
		for _, a := range w.levers[:i] {
			list = append(list, pair{a, b})
		}
	}
	return list
}

// covering returns those of n random scenarios that it needs for every pair of levers that occurs
// in one of them, and all levers. It takes scenarios with many further pairs first.
func covering(n int) (chosen []world, pairs map[pair]bool, levers map[string]bool) {
	made := rapid.Custom(randomScenario)
	all := make([]world, n)
	levers = map[string]bool{}
	for seed := range all {
		all[seed] = made.Example(seed)
		for _, l := range all[seed].levers {
			levers[l] = true
		}
	}
	pairs = map[pair]bool{}
	for _, least := range []int{300, 100, 40, 15, 5, 1} {
		for i := range all {
			var further []pair
			for _, p := range all[i].pairsOf() {
				if !pairs[p] {
					further = append(further, p)
				}
			}
			if len(further) < least {
				continue
			}
			for _, p := range further {
				pairs[p] = true
			}
			chosen = append(chosen, all[i])
		}
	}
	return chosen, pairs, levers
}

// TestEveryPairOfLeversKeepsTheLaws runs random scenarios in which every two levers occur together,
// except those that a scenario cannot have both. The scenarios are the same every time.
func TestEveryPairOfLeversKeepsTheLaws(t *testing.T) {
	chosen, pairs, levers := covering(1800)
	for _, p := range apart {
		a, b := min(p[0], p[1]), max(p[0], p[1])
		if pairs[pair{a, b}] || !levers[a] || !levers[b] {
			t.Errorf("%s and %s occur together, or never at all", a, b)
		}
		pairs[pair{a, b}] = true
	}
	for a := range levers {
		for b := range levers {
			if a < b && !pairs[pair{a, b}] {
				t.Errorf("%s and %s never occur together", a, b)
			}
		}
	}
	if len(levers) < 70 {
		t.Errorf("there are %d levers", len(levers))
	}
	t.Logf("%d scenarios have %d pairs of %d levers", len(chosen), len(pairs), len(levers))
	for i, w := range chosen {
		f, err := file.Read("s.yaml", []byte(w.text))
		if err != nil {
			t.Fatalf("%v\n%s", err, w.text)
		}
		e, err := Prepare(f)
		if err == nil {
			e.Capacities.Cache = &tables
			_, err = keepsLaws(t.Context(), e, i%len(e.Scenario.Policies))
		}
		if err != nil {
			t.Errorf("%v\n%s", err, w.text)
		}
	}
}
