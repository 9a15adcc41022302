package scenarios

import (
	"testing"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim/quantity"
)

// own is a scenario that defines its own machine and model. The model takes longer to load than any
// span that may be written, and needs almost nothing of a GPU.
const own = `
name: own
duration: 1m
machines:
  - {name: slow, cores: 8, memory: 64GiB, gpu: x, gpus: 1, gpu-memory: 8GiB, price: 1$/h, load-bandwidth: 1B/s}
models:
  - name: vast
    variants:
      - name: vast-1
        accuracy: 50
        weights: 1000TB
        devices:
          - {device: x, cores: 1, memory: 1GiB, gpu-share: 0.0001, gpu-memory: 1GiB, latency: {fixed: 10ms, each: 10ms, max: 8}}
workload:
  - {model: vast, slo: {latency: 100ms}, arrivals: {poisson: {rate: 10/s}}}
fleet: [{machine: slow, max: 3}]
control: {startup: 87600h, start: cold}
policies: [follow, greedy, dp, lp, auto-adjust, hpa, static-peak]
`

func TestDeploymentsAreWorkedOutFromTheScenario(t *testing.T) {
	for _, c := range []struct {
		change   file.Change
		batch    int
		capacity float64
	}{
		{file.Change{Path: "planning.wait", Value: "full-batch"}, 4, 0.7 * 4 / 0.05}, // 2 × 50 ms
		{file.Change{Path: "planning.wait", Value: "none"}, 8, 0.7 * 8 / 0.09},       // 90 ms
		{file.Change{Path: "planning.utilization", Value: "0.5"}, 4, 0.5 * 4 / 0.05},
		// 2 × 20 ms
		{file.Change{Path: "workload[0].slo.latency", Value: "59ms"}, 1, 0.7 * 1 / 0.02},
	} {
		f, err := file.Read("own.yaml", []byte(own), c.change)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Prepare(f)
		if err != nil {
			t.Fatal(err)
		}
		d := e.Spec.Deployments[0]
		if len(e.Spec.Deployments) != 1 || d.Name != "vast-1@slow" || d.MaxBatch != c.batch || d.Capacity < c.capacity*(1-1e-9) || d.Capacity > c.capacity*(1+1e-9) {
			t.Errorf("%v: %+v, want batches of %d and a capacity of %v", c.change, d, c.batch, c.capacity)
		}
	}
}

func TestWhatCannotBeCountedIsBounded(t *testing.T) {
	f, err := file.Read("own.yaml", []byte(own), file.Change{Path: "replications", Value: "1"})
	if err != nil {
		t.Fatal(err)
	}
	e, err := Prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	d := e.Spec.Deployments[0]
	if want := 2 * time.Duration(quantity.Longest); d.Load != want {
		t.Errorf("1000 TB at a byte per second are loaded in %v, want %v", d.Load, want)
	}
	if d.Need.GPUShare != 1 {
		t.Errorf("a share of a ten-thousandth takes %d thousandths of a GPU", d.Need.GPUShare)
	}
	r := run(t, e, 2)
	for _, row := range r.Rows {
		if row.Scope == "all" && row.Metric == "throughput" && row.Value != 0 {
			t.Errorf("%s finishes %v/s with replicas that load for twenty years", row.Policy, row.Value)
		}
	}
}
