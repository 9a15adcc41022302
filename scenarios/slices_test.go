package scenarios

import (
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// sliced is a scenario whose GPUs are cut into slices. Its load rises and falls.
const sliced = `
name: sliced
duration: 80s
warmup: 20s
replications: 1
machines:
  - {name: pair, cores: 32, memory: 256GiB, gpu: x, gpus: 2, gpu-memory: 40GiB, mig: true, price: 6$/h, boot: 5s, load-bandwidth: 10GB/s}
models:
  - name: small
    variants:
      - name: small-1
        accuracy: 70
        weights: 1GB
        devices:
          - {device: x, mig: 1g, cores: 1, memory: 1GiB, gpu-memory: 5GiB, latency: {fixed: 5ms, each: 6ms, max: 16}}
          - {device: x, mig: 2g.10gb, cores: 1, memory: 1GiB, gpu-memory: 5GiB, latency: {fixed: 5ms, each: 3ms, max: 16}}
  - name: large
    variants:
      - name: large-1
        accuracy: 80
        weights: 6GB
        devices:
          - {device: x, mig: 1g.10gb, cores: 1, memory: 1GiB, gpu-memory: 6GiB, latency: {fixed: 20ms, each: 14ms, max: 16}}
          - {device: x, mig: 3g, cores: 2, memory: 2GiB, gpu-memory: 6GiB, latency: {fixed: 10ms, each: 5ms, max: 16}}
          - {device: x, cores: 2, memory: 2GiB, gpu-memory: 6GiB, latency: {fixed: 5ms, each: 2ms, max: 16}}
workload:
  - {model: small, slo: {latency: 200ms}, arrivals: {sinusoid: {mean: 400/s, amplitude: 350/s, period: 30s}}}
  - {model: large, slo: {latency: 400ms}, arrivals: {sinusoid: {mean: 200/s, amplitude: 180/s, period: 50s}}}
fleet: [{machine: pair, max: 6, mig: true, interference: 2}]
control: {period: 5s}
policies: [follow, greedy, dp, lp, auto-adjust, hpa, static-peak, {name: from-the-first, allocator: {greedy: {placer: first-start}}}]
`

// TestSlicesKeepTheInvariants: all policies place slices and whole GPUs, also if machines are lost.
// The fleet refuses slices that overlap, which would fail the test.
func TestSlicesKeepTheInvariants(t *testing.T) {
	for _, changes := range [][]file.Change{nil, {{Path: "fleet[0].spot", Value: "{mean-lifetime: 20s, notice: 5s}"}}} {
		placeAll(t, load(t, sliced, changes...), "small-1@pair/1g small-1@pair/2g.10gb large-1@pair/1g.10gb large-1@pair/3g large-1@pair")
	}
}

// TestSlicesAreCountedAsTheyAre: a 3g slice counts as three of the seven compute slices of its GPU
// and as four of its eight memory slots.
func TestSlicesAreCountedAsTheyAre(t *testing.T) {
	e := load(t, sliced, file.Change{Path: "policies", Value: "[{follow: {deployment: /3g}}]"}, file.Change{Path: "fleet", Value: "[{machine: pair, max: 1, mig: true}]"},
		file.Change{Path: "workload", Value: "[{model: large, slo: {latency: 400ms}, queue-limit: 100, arrivals: {constant: {rate: 900/s}}}]"})
	d := e.Spec.Deployments[1]
	if want := (fleet.Resources{Cores: 2, Memory: 2 << 30, GPUs: 1, GPUShare: 428, GPUMemory: 20 << 30, Slice: d.Need.Slice}); d.Need != want || d.Need.Slice.Compute != 3 || d.Need.Slice.Slots != 4 {
		t.Errorf("the deployment needs %+v", d.Need)
	}
	for _, row := range run(t, e, 1).Rows {
		want := 100 * 6. / 7 // in percent: each GPU has two replicas on 3/7 of it
		if row.Scope == "x" && row.Metric == "utilization" && (row.Value < 0.99*want || row.Value > want+1e-9) {
			t.Errorf("utilization is %v, want %v", row.Value, want)
		}
	}
}

// TestWithoutSlicesTheirEntriesChangeNothing: a variant's entries for slices are used only on
// machines whose GPUs are cut into slices.
func TestWithoutSlicesTheirEntriesChangeNothing(t *testing.T) {
	e := load(t, sliced, file.Change{Path: "fleet", Value: "[{machine: pair, max: 6}]"}, file.Change{Path: "workload", Value: "[{model: large, slo: {latency: 400ms}, arrivals: {poisson: {rate: 9/s}}}]"})
	if list := e.Spec.Deployments; len(list) != 1 || list[0].Name != "large-1@pair" || e.Spec.Types[0].Sliced {
		t.Errorf("deployments %+v on %+v", list, e.Spec.Types[0])
	}
}

func TestImpossibleSlicesAreRefused(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"mig: 3g", "mig: 5g", `s.yaml:24:30: models[1].variants[0].devices[1].mig: "5g" is no MIG profile: 1g, 2g, 3g, 4g or 7g, also with its memory as in 1g.10gb`},
		{"mig: 3g", "mig: 3g, gpu-share: 0.5", "s.yaml:24:30: models[1].variants[0].devices[1].mig: a replica takes a slice or GPUs; leave out gpus and gpu-share"},
		{"mig: 3g", "mig: 1g.10gb", `s.yaml:24:22: models[1].variants[0].devices[1].device: "x/1g.10gb" is there already`},
		{"device: x, mig: 3g, cores: 2, memory: 2GiB, gpu-memory: 6GiB", "device: cpu, mig: 3g, cores: 2, memory: 2GiB", "s.yaml:24:32: models[1].variants[0].devices[1].mig: a replica on a CPU takes no GPU"},
		{"gpu-memory: 40GiB, mig: true", "gpu-memory: 40GiB", "s.yaml:29:38: fleet[0].mig: the GPUs of pair cannot be cut into slices"},
		{"gpu: x, gpus: 2, gpu-memory: 40GiB, mig: true", "mig: true", "s.yaml:7:50: machines[0].mig: the kind of GPU is missing; write it under gpu"},
		{"mig: 2g.10gb, cores: 1, memory: 1GiB, gpu-memory: 5GiB", "mig: 2g.20gb, cores: 1, memory: 1GiB, gpu-memory: 5GiB", ""},
	} {
		if got := mistakes(t, strings.Replace(sliced, c.old, c.new, 1)); !strings.Contains("\n"+got, "\n"+c.want) {
			t.Errorf("%s: reported is\n%s\nwant\n%s", c.new, got, c.want)
		}
	}
	tight := strings.ReplaceAll(sliced, "gpu-memory: 5GiB", "gpu-memory: 11GiB")
	if got, want := mistakes(t, tight), "s.yaml:27:5: workload[0]: small fits on no machine of the fleet"; !strings.Contains(got, want) {
		t.Errorf("reported is\n%s\nwant\n%s", got, want)
	}
}
