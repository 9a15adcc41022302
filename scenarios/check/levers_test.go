package check

import (
	"strings"
	"testing"
)

// TestLeversThatGoWithAllocatorsAreTold: the report lists the default levers of policies.
// Allocators that plan with little spare capacity get a batcher that drops late requests, or an
// admission that rejects them if all requests have an objective on the first token.
func TestLeversThatGoWithAllocatorsAreTold(t *testing.T) {
	const head = "Default levers of policies"
	image := "name: s\nabout: S.\nduration: 10m\nwarmup: 1m\nworkload:\n  - {model: resnet, slo: {latency: 200ms}, arrivals: {poisson: {rate: 9/s}}}\n" +
		"fleet:\n  - {machine: aws/g6.xlarge, max: 2}\npolicies:\n"
	llm := oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}", "{machine: aws/g5.xlarge, max: 1}")
	llm, _, _ = strings.Cut(llm, "policies:")
	mixed := strings.Replace(llm, "fleet:", "  - {model: resnet, slo: {latency: 200ms}, arrivals: {poisson: {rate: 9/s}}}\nfleet:", 1)
	for _, c := range []struct{ text, policies, want string }{
		{image, "[static-peak, hpa, dp, follow, static-best, oracle]",
			"admission always static-peak, hpa, dp, follow, static-best, oracle | batcher greedy static-peak, hpa | batcher nexus dp, follow, static-best, oracle"},
		{image, "[{name: a, allocator: {lp: {capacity: utilization}}}, {name: b, allocator: lp, batcher: timeout}, {name: c, allocator: lp, admission: early-drop}]",
			"admission always a, b | batcher greedy a | batcher nexus c"},
		{llm, "[dp, hpa]", "admission always hpa | admission early-drop dp | batcher greedy hpa | batcher sarathi dp"},
		{mixed, "[lp, {name: x, allocator: lp, per-model: {llama-3.1-8b: {batcher: greedy}}}]", "admission always lp, x | batcher nexus x | batcher nexus + llama-3.1-8b: sarathi lp"},
		{image + "  - {name: a, allocator: dp, admission: always, batcher: greedy}\n", "", ""},
	} {
		if c.policies != "" {
			c.text = strings.TrimSuffix(c.text, "policies:\n") + "policies: " + c.policies + "\n"
		}
		_, text, found := strings.Cut(load(t, c.text).Summary(), "# "+head)
		_, text, _ = strings.Cut(text, "\n")
		text, _, _ = strings.Cut(text, "\n#\n")
		var rows []string
		for line := range strings.Lines(text) {
			rows = append(rows, strings.Join(strings.Fields(strings.TrimPrefix(line, "#")), " "))
		}
		if got := strings.Join(rows, " | "); found != (c.want != "") || found && got != c.want {
			t.Errorf("%s: %q, want %q", c.policies, got, c.want)
		}
	}
}

// TestBudgetsThatEnginesCannotHaveAreTold: an engine decodes up to 256 sequences in a step, and a
// step has at most 2048 tokens. Budgets are multiples of 128.
func TestBudgetsThatEnginesCannotHaveAreTold(t *testing.T) {
	llm := oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}", "{machine: aws/g5.xlarge, max: 1}")
	llm, _, _ = strings.Cut(llm, "policies:")
	for budget, steps := range map[string]string{"1": "256", "256": "", "1000": "", "9000": "2048"} {
		text := llm + "policies: [{name: a, allocator: dp, batcher: {sarathi: {budget: " + budget + "}}}]\n"
		told := strings.Join(load(t, text).Warnings(), "\n")
		if want := "has steps of " + steps + " tokens at llama-3.1-8b@aws/g5.xlarge, not of " + budget; strings.Contains(told, "has steps of") != (steps != "") || steps != "" && !strings.Contains(told, want) {
			t.Errorf("budget %s: %q, want %q", budget, told, want)
		}
	}
}

// TestAnswersOfOneTokenHaveNoFurtherOne: so an objective on the time per output token has no effect
// on them.
func TestAnswersOfOneTokenHaveNoFurtherOne(t *testing.T) {
	text := oneLLM("{fixed: {value: 1000}}", "{ttft: 1s, tpot: 1ms}", "{machine: aws/g6e.xlarge, max: 1}")
	for output, refused := range map[string]bool{"1": false, "20": true} {
		one := strings.Replace(text, "output: {fixed: {value: 100}}", "output: {fixed: {value: "+output+"}}", 1)
		if wrong := mistakes(one); (wrong != "") != refused {
			t.Errorf("answers of %s: %q", output, wrong)
		}
	}
}
