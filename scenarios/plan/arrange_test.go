package plan

import (
	"slices"
	"testing"
)

// scarce has a model that runs on a small machine alone. It has one such machine at most, which
// serves less than the peak load. The other models run on large machines.
const scarce = `name: scarce
duration: 4m
control: {period: 20s}
workload:
  - {model: few, slo: {latency: 1s, percentile: 95}, arrivals: {poisson: {rate: 15/s}}}
  - {model: many, slo: {latency: 1s, percentile: 95}, arrivals: {poisson: {rate: 60/s}}}
  - {model: some, slo: {latency: 1s, percentile: 95}, arrivals: {poisson: {rate: 30/s}}}
machines:
  - {name: small, cores: 1, memory: 4GiB, gpu: slow, gpus: 1, gpu-memory: 4GiB, price: 1$/h, boot: 0s}
  - {name: large, cores: 2, memory: 8GiB, gpu: fast, gpus: 1, gpu-memory: 4GiB, price: 3$/h, boot: 0s}
models:
  - {name: few, variants: [{name: f, accuracy: 70, weights: 1MB, devices: [{device: slow, cores: 1, memory: 1GiB, gpu-memory: 1GiB, latency: {fixed: 1ms, each: 99ms, max: 1}}]}]}
  - {name: many, variants: [{name: m, accuracy: 70, weights: 1MB, devices: [{device: fast, cores: 2, memory: 1GiB, gpu-memory: 1GiB, latency: {fixed: 1ms, each: 24ms, max: 1}}]}]}
  - {name: some, variants: [{name: s, accuracy: 70, weights: 1MB, devices: [{device: fast, cores: 2, memory: 1GiB, gpu-memory: 1GiB, latency: {fixed: 1ms, each: 24ms, max: 1}}]}]}
fleet: [{machine: small, max: 1}, {machine: large, max: 9}]
policies: [follow]
`

// TestAModelWithLittleRoomKeepsNoMachineEmpty checks the replicas on the large machines. Their two
// models get machines in proportion to their loads, however little the small machine carries. Twice
// the peak load is enough.
func TestAModelWithLittleRoomKeepsNoMachineEmpty(t *testing.T) {
	j := &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, scarce)}}, Confidence: 0.95, Most: 5}
	if _, err := j.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	for large, want := range map[int][]int{2: {1, 1, 1}, 3: {1, 2, 1}, 6: {1, 4, 2}, 9: {1, 4, 2}} {
		replicas, ok, err := j.Variants[0].planner.arrange([]int{1, large})
		if err != nil || !ok || !slices.Equal(replicas, want) {
			t.Errorf("%d large machines: %v (%v, %v), want %v", large, replicas, ok, err, want)
		}
	}
	if _, ok, err := j.Variants[0].planner.arrange([]int{0, 9}); ok || err != nil {
		t.Errorf("without the small machine: %v, %v", ok, err)
	}
}
