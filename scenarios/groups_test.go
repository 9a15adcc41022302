package scenarios

import (
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// grouped is a scenario with an LLM as a pipeline over two machines, and a batch model that takes
// one GPU of each. Everything happens to the machines that can happen to a group.
const grouped = `
name: grouped
duration: 1m
warmup: 10s
replications: 1
seed: 3
control: {period: 10s, storage-bandwidth: 30GB/s}
machines:
  - {name: half, cores: 8, memory: 128GiB, gpu: x, gpus: 2, gpu-memory: 80GiB, price: 4$/h, spot-price: 1$/h, boot: 5s, load-bandwidth: 5GB/s, network: 10Gb/s, idle-power: 100W, peak-power: 700W}
  - {name: whole, cores: 16, memory: 256GiB, gpu: x, gpus: 4, gpu-memory: 80GiB, price: 8$/h, spot-price: 2$/h, boot: 5s, load-bandwidth: 10GB/s, network: 20Gb/s, idle-power: 200W, peak-power: 1400W}
models:
  - name: talk
    variants:
      - name: talk-1
        accuracy: 80
        weights: 60GB
        devices:
          - {device: x, machines: 2, gpus: 4, cores: 4, memory: 8GiB, gpu-memory: 60GiB, tokens: {step-time: {compute: {constant: 10ms, prefill: 20µs, decode: 100µs}}, max-model-len: 2048, kv-blocks: 4000, kv-bytes-per-token: 100kB, pipeline-parallel-size: 2, pipeline-hop: 1ms}}
  - name: batch
    variants:
      - name: batch-1
        accuracy: 80
        weights: 10GB
        devices:
          - {device: x, machines: 2, gpus: 2, cores: 2, memory: 8GiB, gpu-memory: 70GiB, latency: {fixed: 30ms, each: 15ms, max: 8}}
workload:
  - {model: talk, disaggregated: true, slo: {ttft: 1s, tpot: 100ms}, input: {fixed: {value: 300}}, output: {geometric: {mean: 50, max: 500}}, arrivals: {gamma: {rate: 8/s, cv: 2}}}
  - {model: batch, slo: {latency: 300ms}, arrivals: {gamma: {rate: 60/s, cv: 2}}}
fleet:
  - {machine: half, name: on-demand, group: 2, max: 5, failures: {mtbf: 60s, mttr: 10s}, sleep: {memory: 20GB, bandwidth: 10GB/s, wake: 1s}, price: {rows: [{time: 0s, price: 3$/h}, {time: 50s, price: 5$/h}]}}
  - {machine: half, name: spot, group: 2, max: 3, price: spot, spot: {mean-lifetime: 80s, notice: 5s}, slowdowns: [{from: 20s, until: 40s, factor: 2x, share: 50 %}]}
policies: [follow, greedy, lp, hpa, {name: first, allocator: {greedy: {placer: first-fit}}}]
`

// ungrouped is the scenario grouped with one machine for each group, which has all that the
// machines of the group have together and is lost twice as often.
var ungrouped = strings.NewReplacer("machine: half", "machine: whole", "group: 2, ", "", "machines: 2, ", "", "mtbf: 60s", "mtbf: 30s", "mean-lifetime: 80s", "mean-lifetime: 40s",
	"sleep: {memory: 20GB, bandwidth: 10GB/s", "sleep: {memory: 40GB, bandwidth: 20GB/s", "price: 3$/h}", "price: 6$/h}", "price: 5$/h}", "price: 10$/h}").Replace(grouped)

// TestGroupIsAMachineOfItsSize: every policy has the same facts and the same results on groups of
// two machines as on machines of twice the size, which are lost twice as often.
func TestGroupIsAMachineOfItsSize(t *testing.T) {
	for _, lost := range []string{"retry", "fail"} {
		change := file.Change{Path: "lost-requests", Value: lost}
		apart, together := load(t, grouped, change), load(t, ungrouped, change)
		var groups, reclaimed, requests int64
		for p := range apart.Scenario.Policies {
			check, facts := observed(t, apart, p)
			_, same := observed(t, together, p)
			if facts != same {
				t.Errorf("%s: the facts differ", apart.Scenario.Policies[p].Name)
			}
			groups, reclaimed, requests = groups+check.MachinesFailed, reclaimed+check.Reclaimed, requests+check.Failed+check.Retried
		}
		if groups == 0 || reclaimed == 0 || requests == 0 {
			t.Errorf("%s: %d groups failed, %d were reclaimed, %d requests were on them", lost, groups, reclaimed, requests)
		}
		a, b := run(t, apart, 2), run(t, together, 2)
		if len(a.Rows) != len(b.Rows) || len(a.Rows) == 0 {
			t.Fatalf("there are %d and %d rows", len(a.Rows), len(b.Rows))
		}
		for i := range a.Rows {
			if x, y := a.Rows[i], b.Rows[i]; x != y && x.Value == x.Value {
				t.Errorf("a group has %+v, a machine %+v", x, y)
			}
		}
	}
}

// TestGroupOfOneChangesNothing: group: 1 and machines: 1 are the same as no such keys.
func TestGroupOfOneChangesNothing(t *testing.T) {
	ones := strings.NewReplacer("machine: whole, ", "machine: whole, group: 1, ", "{device: x, ", "{device: x, machines: 1, ").Replace(ungrouped)
	one, none := load(t, ones), load(t, ungrouped)
	for p := range none.Scenario.Policies {
		_, a := observed(t, one, p)
		_, b := observed(t, none, p)
		if a != b {
			t.Errorf("%s: the facts differ", none.Scenario.Policies[p].Name)
		}
	}
}

// TestGroupHoldsOnlyReplicasThatAreSpreadOverIt: a deployment exists where a device's machines are
// those of the entry's group. The name says how many there are.
func TestGroupHoldsOnlyReplicasThatAreSpreadOverIt(t *testing.T) {
	e := load(t, strings.NewReplacer("machines: 2, gpus: 2, cores: 2", "cores: 1", "fleet:\n", "fleet:\n  - {machine: half, max: 2}\n  - {machine: half, group: 3, max: 2}\n").Replace(grouped))
	var names []string
	for _, d := range e.Spec.Deployments {
		names = append(names, d.Name)
	}
	if got, want := strings.Join(names, " "), "talk-1/prefill@on-demand/2x2 talk-1/prefill@spot/2x2 talk-1/decode@on-demand/2x2 talk-1/decode@spot/2x2 batch-1@half"; got != want {
		t.Errorf("deployments are %s, want %s", got, want)
	}
	if unused := strings.Join(e.Unused, "\n"); !strings.Contains(unused, "no model can use half×3 (6 × x with 80GiB): talk: its device has machines: 2, and the entry of the fleet group: 3; the numbers must be the same") {
		t.Errorf("told is %s", unused)
	}
	kind := e.Spec.Types[1]
	if kind.Name != "half×3" || kind.GPUs != 6 || kind.Price != 12 {
		t.Errorf("a group of three is %+v", kind)
	}
}

// TestMachinesThatFailAfterAConstantTimeFailTogether: only exponential times of a group are
// shorter.
func TestMachinesThatFailAfterAConstantTimeFailTogether(t *testing.T) {
	e := load(t, grouped, file.Change{Path: "fleet[0].failures.distribution", Value: "deterministic"})
	if f := e.Spec.Types[0].Failures; f != (fleet.Failures{MTBF: time.Minute, Repair: 10 * time.Second, Constant: true}) {
		t.Errorf("failures are %+v", f)
	}
	e = load(t, grouped)
	if f := e.Spec.Types[0].Failures; f != (fleet.Failures{MTBF: 30 * time.Second, Repair: 10 * time.Second}) {
		t.Errorf("failures are %+v", f)
	}
}

func TestImpossibleGroupsAreRefused(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"on-demand, group: 2,", "on-demand, group: -2,", "fleet[0].group: -2 is outside 1 to 1024"},
		{"failures: {mtbf: 60s, mttr: 10s}", "outages: {file: x.csv}", "fleet[0].outages: the trace is about single machines; give a group failures"},
		{"spot: {mean-lifetime: 80s, notice: 5s}", "availability: {file: x.csv, notice: 5s}", "fleet[1].availability: the trace counts single machines; give a group spot"},
		{"spot: {mean-lifetime: 80s, notice: 5s}", "mig: true", "fleet[1].mig: a replica on several machines takes whole GPUs, no MIG slices"},
		{"spot: {mean-lifetime: 80s, notice: 5s}", "interference: 1.2", "fleet[1].interference: replicas on several machines take whole GPUs, which they do not share"},
		{"spot: {mean-lifetime: 80s, notice: 5s}", "sharing: time", "fleet[1].sharing: replicas on several machines take whole GPUs, which they do not share"},
		{"gpu: x, gpus: 2, gpu-memory: 80GiB, price: 4$/h", "price: 4$/h", "fleet[0].group: half has no GPU, and only replicas on GPUs are spread over machines"},
		{"machines: 2, gpus: 4,", "machines: 3, gpus: 4,", "machines: 4 GPUs cannot be spread over 3 machines in equal parts"},
		{"machines: 2, gpus: 4, cores: 4,", "machines: 2, gpus: 4, cores: 3,", "machines: 3 cores cannot be spread over 2 machines in equal parts"},
		{"machines: 2, gpus: 4,", "machines: -1, gpus: 4,", "machines: -1 is not between 1 and 1024"},
		{"device: x, machines: 2, gpus: 2", "device: cpu, machines: 2", "machines: only replicas on GPUs are spread over machines"},
		{", pipeline-hop: 1ms", "", "tokens.pipeline-hop: the stages are on 2 machines: give the time over the network from one to the next, above 0"},
		{"{compute: {constant: 10ms, prefill: 20µs, decode: 100µs}}, max-model-len: 2048, kv-blocks: 4000, kv-bytes-per-token: 100kB, pipeline-parallel-size: 2, pipeline-hop: 1ms", "{roofline: {peak-flops: 900TFLOP/s, memory-bandwidth: 3TB/s}}, max-model-len: 2048, architecture: {layers: 10, hidden-size: 4096, heads: 32, kv-heads: 8, intermediate-size: 14336, vocab-size: 128256}",
			"tokens.step-time.roofline: GPUs of 2 machines exchange the output of each layer: give link-bandwidth and link-latency of the network between them, or pipeline-parallel-size: 2"},
		{"machines: 2, gpus: 4,", "nodes: 2, gpus: 4,", "machines is the number of machines over which a replica is spread"},
		{"on-demand, group: 2,", "on-demand, nodes: 2,", "group is the number of machines that are rented together, for a replica that is spread over them"},
		{"machines: 2, gpus: 4,", "gpus: 4,", "talk fits on no machine of the fleet: on on-demand, its device has machines: 1, and the entry of the fleet group: 2; the numbers must be the same"},
		{"gpus: 4, cores: 4,", "gpus: 6, cores: 4,", "talk fits on no machine of the fleet: on on-demand, it needs 6 × x with 60GiB on 2 machines; the machine has 4 × x with 80GiB"},
	} {
		text := strings.Replace(grouped, c.old, c.new, 1)
		if got := mistakes(t, text); text == grouped || !strings.Contains(got, c.want) {
			t.Errorf("%s: reported is\n%s\nwant\n%s", c.new, got, c.want)
		}
	}
}

// BenchmarkGroups measures a run on groups of machines, with one policy and one replication.
//
//	go test -run xxx -bench Groups ./scenarios
func BenchmarkGroups(b *testing.B) {
	f, err := file.Read("s.yaml", []byte(grouped), file.Change{Path: "replications", Value: "1"}, file.Change{Path: "policies", Value: "[{follow: {capacity: utilization}}]"})
	if err != nil {
		b.Fatal(err)
	}
	e, err := Prepare(f)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Run(b.Context(), RunOptions{Parallel: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
