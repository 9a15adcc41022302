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
