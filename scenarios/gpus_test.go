package scenarios

import (
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// parallel is a scenario with a large network that takes several GPUs of a machine, and a small one
// that takes a share of a GPU.
const parallel = `
name: parallel
duration: 80s
warmup: 20s
replications: 2
machines:
  - {name: quad, cores: 16, memory: 256GiB, gpu: x, gpus: 4, gpu-memory: 80GiB, price: 8$/h, boot: 5s, load-bandwidth: 10GB/s}
models:
  - name: large
    variants:
      - name: large-1
        accuracy: 80
        weights: 60GB
        devices:
          - {device: x, cores: 2, memory: 8GiB, gpus: 3, gpu-memory: 60GiB, latency: {fixed: 20ms, each: 10ms, max: 8}}
          - {device: x, cores: 2, memory: 8GiB, gpus: 2, gpu-memory: 70GiB, latency: {fixed: 30ms, each: 15ms, max: 8}}
  - name: small
    variants:
      - name: small-1
        accuracy: 70
        weights: 1GB
        devices:
          - {device: x, cores: 1, memory: 1GiB, gpu-share: 0.5, gpu-memory: 8GiB, latency: {fixed: 5ms, each: 2ms, max: 16}}
workload:
  - {model: large, slo: {latency: 300ms}, arrivals: {gamma: {rate: 120/s, cv: 2}}}
  - {model: small, slo: {latency: 200ms}, arrivals: {gamma: {rate: 300/s, cv: 2}}}
fleet: [{machine: quad, max: 6}]
control: {period: 10s}
policies: [follow, greedy, dp, lp, auto-adjust, hpa, static-peak, {name: first, allocator: {greedy: {placer: first-fit}}}]
`

// placeAll checks the names of a scenario's deployments. It also checks that every policy keeps the
// invariants and that at least half of the requests finish.
func placeAll(t *testing.T, e *Experiment, deployments string) {
	t.Helper()
	var names []string
	for _, d := range e.Spec.Deployments {
		names = append(names, d.Name)
	}
	if got := strings.Join(names, " "); got != deployments {
		t.Errorf("deployments %s", got)
	}
	for p := range e.Scenario.Policies {
		invariants, _ := observed(t, e, p)
		if 2*invariants.Finished < invariants.Arrived {
			t.Errorf("%s: of %d requests only %d finished", e.Scenario.Policies[p].Name, invariants.Arrived, invariants.Finished)
		}
	}
}

// TestSeveralGPUsKeepTheInvariants: all policies place replicas that take several GPUs next to
// replicas that take a share, also if machines fail. With failures, machines are down for about a
// third of the time, so a batcher that drops late requests would drop more than half of them.
func TestSeveralGPUsKeepTheInvariants(t *testing.T) {
	for _, changes := range [][]file.Change{nil, {{Path: "fleet[0].failures", Value: "{mtbf: 25s, mttr: 10s}"}, {Path: "batcher", Value: "greedy"}}} {
		placeAll(t, load(t, parallel, changes...), "large-1@quad/3 large-1@quad/2 small-1@quad")
	}
}

// TestUtilizationCountsAllGPUsOfAReplica: if a replica takes three of a machine's four GPUs and is
// always busy, utilization is 75 %.
func TestUtilizationCountsAllGPUsOfAReplica(t *testing.T) {
	e := load(t, parallel, file.Change{Path: "workload", Value: "[{model: large, slo: {latency: 300ms}, queue-limit: 100, arrivals: {constant: {rate: 500/s}}}]"},
		file.Change{Path: "policies", Value: "[{follow: {deployment: /3}}]"}, file.Change{Path: "fleet", Value: "[{machine: quad, max: 1}]"}, file.Change{Path: "replications", Value: "1"})
	if d := e.Spec.Deployments[0]; d.Need.GPUs != 3 || d.Need.GPUShare != fleet.WholeGPU || d.Transfer != 6*time.Second {
		t.Errorf("the deployment is %+v", d)
	}
	for _, row := range run(t, e, 1).Rows {
		if row.Scope == "x" && row.Metric == "utilization" && (row.Value < 74.5 || row.Value > 75+1e-9) {
			t.Errorf("utilization is %v", row.Value)
		}
	}
}

func TestImpossibleGPUsAreRefused(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"gpus: 3,", "gpus: -3,", "s.yaml:15:55: models[0].variants[0].devices[0].gpus: must not be negative: -3"},
		{"gpus: 3,", "gpus: 3, gpu-share: 0.5,", "s.yaml:15:69: models[0].variants[0].devices[0].gpu-share: several GPUs are taken whole; leave this out"},
		{"gpus: 3,", "gpus: 2,", `s.yaml:16:22: models[0].variants[0].devices[1].device: "x/2" is there already`},
		{"device: x, cores: 2, memory: 8GiB, gpus: 3, gpu-memory: 60GiB", "device: cpu, cores: 2, memory: 8GiB, gpus: 3", "s.yaml:15:57: models[0].variants[0].devices[0].gpus: a replica on a CPU takes no GPU"},
		{"gpus: 4,", "gpus: 1,", "s.yaml:25:5: workload[0]: large fits on no machine of the fleet"},
	} {
		if got := mistakes(t, strings.Replace(parallel, c.old, c.new, 1)); !strings.Contains("\n"+got, "\n"+c.want) {
			t.Errorf("%s: reported is\n%s\nwant\n%s", c.new, got, c.want)
		}
	}
}
