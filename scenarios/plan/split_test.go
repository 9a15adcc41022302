package plan

import (
	"strings"
	"testing"

	"wavetank/scenarios/file"
)

func TestSplitsAreRead(t *testing.T) {
	if s, err := ParsePrefillSplit("1:3"); err != nil || s != (PrefillSplit{1, 3}) {
		t.Error(s, err)
	}
	for _, text := range []string{"", "1", "1:", ":1", "0:1", "1:-1", "1:x", "1:2:3", "1.5:2", "1:1001"} {
		if s, err := ParsePrefillSplit(text); err == nil {
			t.Errorf("%q is read as %v", text, s)
		}
	}
}

// apart is a scenario with prefill and decode replicas on boxes with two GPUs.
const apart = `name: apart
duration: 40s
warmup: 10s
drain: 10s
replications: 5
control: {period: 10s, startup: 0s}
workload:
  - {model: llm, disaggregated: true, slo: {ttft: 500ms, tpot: 60ms, percentile: 90}, input: {fixed: {value: 1000}}, output: {fixed: {value: 40}}, arrivals: {poisson: {rate: 6/s}}}
machines:
  - {name: box, cores: 8, memory: 32GiB, gpu: g, gpus: 2, gpu-memory: 40GiB, price: 2$/h, boot: 0s, network: 100Gb/s}
models:
  - name: llm
    variants:
      - name: v
        accuracy: 70
        weights: 1GB
        devices:
          - {device: g, cores: 2, memory: 4GiB, gpu-memory: 30GiB, tokens: {step-time: {compute: {constant: 5ms, prefill: 100us, decode: 1ms}}, max-model-len: 2048, kv-bytes-per-token: 16KB, kv-blocks: 4000, max-num-seqs: 32, max-num-batched-tokens: 2048}}
fleet: [{machine: box, max: 4}]
policies: [{name: follow, allocator: {follow: {capacity: utilization}}}]
`

// TestASplitGivesTheReplicasTheirShare: replicas fill the machines, with at least one of each kind,
// and more machines take no replica away.
func TestASplitGivesTheReplicasTheirShare(t *testing.T) {
	for _, c := range []struct {
		split   PrefillSplit
		prefill []int // on 1, 2, 3 and 4 machines
	}{{PrefillSplit{1, 1}, []int{1, 2, 3, 4}}, {PrefillSplit{1, 3}, []int{1, 1, 2, 2}}, {PrefillSplit{5, 1}, []int{1, 3, 5, 7}}, {PrefillSplit{1, 100}, []int{1, 1, 1, 1}}} {
		j := &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, apart), Split: &c.split}}, Confidence: 0.95, Most: 5}
		list, err := j.Prepare(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			replicas, ok, err := j.Variants[0].planner.arrange(list[i].Machines)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			n := list[i].Machines[0]
			if replicas[0] != c.prefill[n-1] || replicas[0]+replicas[1] != 2*n {
				t.Errorf("%v on %d machines: %v, want %d prefill replicas", c.split, n, replicas, c.prefill[n-1])
			}
		}
	}
}

// TestTheBestSplitIsThatOfAllRuns compares the answer over three splits with the runs of all
// candidates.
func TestTheBestSplitIsThatOfAllRuns(t *testing.T) {
	job := func() *Question {
		j := &Question{Varied: []string{"prefill-decode"}, Confidence: 0.95, Most: 10, Parallel: 2}
		for _, text := range []string{"1:1", "3:1", "1:3"} {
			s, err := ParsePrefillSplit(text)
			if err != nil {
				t.Fatal(err)
			}
			j.Variants = append(j.Variants, ScenarioVariant{Values: []string{text}, Experiment: prepare(t, apart), Split: &s})
		}
		return j
	}
	a := search(t, job())
	price, best, _, _ := everything(t, job())
	if best < 0 || a.Best < 0 || a.Candidates[a.Best].Price != price {
		t.Errorf("best %d, all runs: %v $/h", a.Best, price)
	}
}

// TestASplitNeedsPrefillAndDecodeReplicas and a single model; policies are no candidates.
func TestASplitNeedsPrefillAndDecodeReplicas(t *testing.T) {
	split := &PrefillSplit{1, 1}
	for text, want := range map[string]string{
		strings.Replace(apart, "disaggregated: true, ", "", 1): "llm has no prefill and decode replicas of their own; its stream needs disaggregated: true",
		small(6): "the split is for scenarios with one model; this one has 3",
	} {
		j := &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, text), Split: split}}}
		if _, err := j.Prepare(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	j := &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, apart), Split: split}}, Policies: true}
	if _, err := j.Prepare(t.Context()); err == nil || !strings.Contains(err.Error(), "the policies decide about their own") {
		t.Error(err)
	}
}

// TestTheDegreeOfTensorParallelismLimitsTheReplicas: with the key, only replicas with this number
// of GPUs are left; another number is a mistake at this key.
func TestTheDegreeOfTensorParallelismLimitsTheReplicas(t *testing.T) {
	text := strings.Replace(apart, "disaggregated: true, ", "", 1)
	text = strings.Replace(text, "fleet:", "          - {device: g, gpus: 2, cores: 2, memory: 4GiB, gpu-memory: 30GiB, tokens: {step-time: {compute: {constant: 5ms, prefill: 60us, decode: 1ms}}, max-model-len: 2048, kv-blocks: 4000, max-num-seqs: 32, max-num-batched-tokens: 2048}}\nfleet:", 1)
	for value, want := range map[string]int{"": 2, "1": 1, "2": 1} {
		var changes []file.Change
		if value != "" {
			changes = append(changes, file.Change{Path: "workload[0].tensor-parallel-size", Value: value})
		}
		e := prepare(t, text, changes...)
		if n := len(e.Spec.Deployments); n != want || value == "2" && e.Spec.Deployments[0].Need.GPUs != 2 {
			t.Errorf("size %q: %d deployments, want %d", value, n, want)
		}
	}
	prepareFails(t, text, "workload[0].tensor-parallel-size: no replica of llm takes 4 GPUs; those of its devices take 1 or 2", file.Change{Path: "workload[0].tensor-parallel-size", Value: "4"})
	prepareFails(t, text, "workload[0].tensor-parallel-size: -1 is outside 1 to 1024", file.Change{Path: "workload[0].tensor-parallel-size", Value: "-1"})
}
