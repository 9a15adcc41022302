package check

import (
	"slices"
	"strings"
	"testing"

	"wavetank/metrics/rows"
)

// TestModelsWithAChoiceOfAccuracyAreTold: if a model has only one variant, or only one that fits on
// a machine, there is no choice to report.
func TestModelsWithAChoiceOfAccuracyAreTold(t *testing.T) {
	const base = "name: s\nabout: S.\nduration: 10m\nwarmup: 1m\nworkload:\n" +
		"  - {model: resnet, variants: [VARIANTS], slo: {latency: 1s}, arrivals: {poisson: {rate: 9/s}}}\n" +
		"  - {model: wav2vec2, variants: [wav2vec2-base-960h], slo: {latency: 2s}, arrivals: {poisson: {rate: 1/s}}}\n" +
		"fleet:\n  - {machine: aws/g4dn.xlarge, max: 2}\npolicies: [lp]\n"
	for variants, want := range map[string][]string{"resnet50": nil, "resnet50, resnet101": {rows.All, "resnet"}} {
		if got := load(t, strings.Replace(base, "VARIANTS", variants, 1)).Accuracies(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", variants, got, want)
		}
	}
}

// TestAccuraciesThatAreNotKeptAreTold: resnet50 has 80.382 %, and resnet101 81.494 %.
func TestAccuraciesThatAreNotKeptAreTold(t *testing.T) {
	const text = "name: s\nabout: S.\nduration: 10m\nwarmup: 1m\nworkload:\n" +
		"  - {model: resnet, variants: [resnet50, resnet101], slo: {latency: 1s, mean-accuracy: FLOOR}, arrivals: {poisson: {rate: 9/s}}}\n" +
		"fleet:\n  - {machine: aws/g4dn.xlarge, max: 2}\npolicies: [POLICY]\n"
	const heedless = "the allocator takes no account of the mean accuracy of 81 % asked of resnet: only plans by a solver do"
	for _, c := range []struct{ floor, policy, want string }{
		{"80.3", "hpa", ""},
		{"81", "lp", ""},
		{"81", "lp: {deployment: resnet101}", ""},
		{"81", "hpa: {deployment: resnet101}", ""},
		{"81", "fixed: {replicas: {resnet101@aws/g4dn.xlarge: 1}}", ""},
		{"81", "hpa", heedless},
		{"81", "static-peak: {plan: cheapest}", heedless},
		{"81", "lp: {deployment: resnet50}", "81 % asked of resnet is out of reach: the most accurate deployment, resnet50@aws/g4dn.xlarge, has 80.382 %; solvers plan no more"},
		{"90", "lp", "90 % asked of resnet is out of reach: the most accurate deployment, resnet101@aws/g4dn.xlarge, has 81.494 %; solvers plan no more"},
		{"90", "hpa", "90 % asked of resnet is out of reach: the most accurate deployment, resnet101@aws/g4dn.xlarge, has 81.494 %"},
	} {
		policy := c.policy
		if strings.Contains(policy, ":") {
			policy = "{name: p, allocator: {" + policy + "}}"
		}
		e := load(t, strings.NewReplacer("FLOOR", c.floor, "POLICY", policy).Replace(text))
		if c.want == "" && says(e, "accuracy") || !says(e, c.want) {
			t.Errorf("%s, %s: warnings are %q", c.floor, c.policy, e.Warnings())
		}
	}
}
