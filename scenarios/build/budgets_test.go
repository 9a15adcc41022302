package build

import (
	"testing"
	"wavetank/scenarios/file"
)

// TestStagesShareTheObjectiveByTheirFastestBatch computes the expected ratio of two time budgets:
// the budget of the second stage (vit and bert in parallel) divided by that of the third (minilm).
func TestStagesShareTheObjectiveByTheirFastestBatch(t *testing.T) {
	f, err := file.Read("s.yaml", []byte(`name: stages
duration: 1m
workload:
  - slo: {latency: 400ms, percentile: 95}
    pipeline: [{model: resnet, budget: 100ms}, {parallel: [vit, bert]}, minilm]
    arrivals: {poisson: {rate: 50/s}}
fleet:
  - {machine: aws/g4dn.xlarge, max: 4}
policies: [static-peak]
`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Build(f)
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]float64{}
	for _, m := range b.Spec.Models {
		targets[m.Name] = float64(m.Target)
	}
	known, err := catalogueOf(&f.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	rented := rent(&f.Scenario, known.machines, newFindings(f))
	one := func(model string) float64 {
		return float64(fastest(file.ModelUse{Model: model}, 1, known.models, rented.machines))
	}
	want := max(one("vit"), one("bert")) / one("minilm")
	if got := targets["vit"] / targets["minilm"]; got < want*0.999 || got > want*1.001 {
		t.Errorf("the second stage has %v times as much as the third, want %v", got, want)
	}
}
