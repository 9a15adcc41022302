package check

import (
	"slices"
	"strings"
	"testing"

	"wavetank/sim/fleet"
)

// TestCapacityIsToldOfReplicasThatFit: the report lists no more replicas per machine than fit on
// it. Two replicas that take 0.6 of a GPU each do not fit on the same GPU, and what they leave free
// on two GPUs cannot hold a third one.
func TestCapacityIsToldOfReplicasThatFit(t *testing.T) {
	text := strings.ReplaceAll(oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}", "{machine: aws/g5.xlarge, max: 1}"), "policies:", "per-model: {llama-3.1-8b: {router: {power-of-two: {choices: 3}}}}\npolicies:")
	e := load(t, text)
	kind := &e.Spec.Types[0]
	for _, c := range []struct {
		share    int
		gpus     int
		machines int
		want     []int
	}{{60, 4, 1, []int{1, 2, 4}}, {60, 4, 2, []int{1, 2, 4, 8}}, {50, 2, 1, []int{1, 2, 4}}, {100, 1, 1, []int{1}}} {
		kind.GPUs, kind.Max, kind.Cores, kind.Memory = c.gpus, c.machines, 1000, 1<<50
		need := &e.Spec.Deployments[0].Need
		need.GPUShare, need.GPUMemory = fleet.WholeGPU*c.share/100, 1
		if got := e.Counts(0); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, of which %v fit on a machine", c, got, kind.MostReplicas(need))
		}
	}
	if got, want := e.leversOf(&e.Scenario.Policies[0]), "router least-outstanding, batcher greedy + llama-3.1-8b: power-of-two(choices 3)"; got != want {
		t.Errorf("levers %q, want %q", got, want)
	}
}

// TestMoreThanFullBatchesIsExplained: the table of this test is not simulated. Its rate is that of
// full batches times a given factor.
func TestMoreThanFullBatchesIsExplained(t *testing.T) {
	e := load(t, oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}", oneH100))
	for times, explained := range map[float64]bool{1: false, 1.004: false, 1.5: true} {
		text, err := e.DescribeCapacity(timesFull{e, times}, &e.Scenario.Policies[0])
		if err != nil || strings.Contains(text, "More than 100 %") != explained {
			t.Errorf("%v times: %v\n%s", times, err, text)
		}
	}
}

// timesFull is a capacity table in which each replica has the rate of full batches times a factor.
type timesFull struct {
	e     *Review
	times float64
}

func (c timesFull) Rate(d fleet.DeploymentID, n int) (float64, error) {
	return c.times * float64(n) * c.e.Spec.Deployments[d].Capacity / c.e.Scenario.Planning.Utilization, nil
}
