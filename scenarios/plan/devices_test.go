package plan

import (
	"math"
	"strings"
	"testing"

	"wavetank/scenarios/file"
)

// waves is a scenario whose load changes every minute. A box serves 10 requests per second at most,
// and does not wait to boot.
const waves = `name: waves
duration: 12m
replications: 2
control: {period: 1m, startup: 0s}
workload: [{model: m, slo: {latency: 300ms, percentile: 99}, arrivals: {steps: {step: 3m, rates: [4/s, 25/s], gaps: deterministic}}}]
machines:
  - {name: box, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}
  - {name: twin, cores: 2, memory: 2GiB, gpu: g, gpus: 4, gpu-memory: 1GiB, price: 0.1$/h, boot: 0s}
models:
  - name: m
    variants:
      - {name: v, accuracy: 1, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 100ms}}}, {device: g, cores: 1, memory: 1GiB, gpu-memory: 1GiB, latency: {table: {1: 100ms}}}]}
fleet: [{machine: box, max: 6}, {machine: twin, max: 6}]
planning: {budget: 50$/h}
policies:
  - {name: four, allocator: {fixed: {replicas: {v@box: 4}}}}
  - {name: twins, allocator: {fixed: {replicas: {v@twin: 4}}}}
`

// deviceQuestion returns the question how few devices a scenario needs.
func deviceQuestion(t *testing.T, text string) *DeviceQuestion {
	t.Helper()
	q := &DeviceQuestion{Experiment: prepare(t, text), Confidence: 0.95, Parallel: 2}
	q.Priced = prepare(t, text, DevicePrices(q.Experiment)...)
	if err := q.Priced.Scenario.Select(DeviceReferences); err != nil {
		t.Fatal(err)
	}
	return q
}

// TestTheClairvoyantNeedsTheFewestDevices: with 4 requests/s one box is enough, with 25 three are.
// A machine with four GPUs is four devices, although it costs less; a box is one.
func TestTheClairvoyantNeedsTheFewestDevices(t *testing.T) {
	a, err := deviceQuestion(t, waves).Answer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Uses) != 4 || a.Step != 60 {
		t.Fatalf("%d policies, windows of %v s", len(a.Uses), a.Step)
	}
	oracle, constant, four, twins := &a.Uses[0], &a.Uses[1], &a.Uses[2], &a.Uses[3]
	if !oracle.Reached || !oracle.Reference || !oracle.Foresees || oracle.Searched == 0 || !constant.Reached || four.Reference {
		t.Errorf("%+v\n%+v", oracle, constant)
	}
	for i, w := range oracle.Windows {
		least, most := 1., 1.
		if i/3%2 == 1 {
			least, most = 3, 4
		}
		if first := i%3 == 0; first || i%3 == 2 { // machines come before the load, and go after it
			least, most = 1, 4
		}
		if w.Mean < least-1e-9 || w.Mean > most+1e-9 || w.From != float64(60*i) || w.Until != float64(60*i+60) {
			t.Errorf("window %d: %+v, want %v to %v devices", i, w, least, most)
		}
	}
	if oracle.Mean > 3 || constant.Peak < 3 || constant.Peak > 4 || constant.Mean != constant.Peak {
		t.Errorf("oracle %v, static-best %v to %v", oracle.Mean, constant.Mean, constant.Peak)
	}
	if four.Mean != 4 || twins.Mean != 8 || math.Abs(four.Cost.Mean-4) > 1e-9 || math.Abs(twins.Cost.Mean-0.2) > 1e-9 || !math.IsNaN(oracle.Cost.Mean) {
		t.Errorf("four: %v devices for %v $/h; twins: %v for %v; oracle for %v", four.Mean, four.Cost.Mean, twins.Mean, twins.Cost.Mean, oracle.Cost.Mean)
	}
	for _, u := range a.Uses {
		if len(u.Shares) != 1 || u.Shares[0].Mean < 99 {
			t.Errorf("%s: %v", u.Name, u.Shares)
		}
	}
}

// TestDevicePricesCountGPUs: the price of a machine is its GPUs, or one without any, and the budget
// binds no more.
func TestDevicePricesCountGPUs(t *testing.T) {
	e := prepare(t, waves)
	priced := prepare(t, waves, DevicePrices(e)...)
	if p := priced.Spec.Types; p[0].Price != 1 || p[1].Price != 4 || priced.Spec.Budget < 1e6 {
		t.Errorf("%v, %v $/h, budget %v", p[0].Price, p[1].Price, priced.Spec.Budget)
	}
	if changes := DevicePrices(prepare(t, strings.Replace(waves, "planning: {budget: 50$/h}\n", "", 1))); len(changes) != 2 {
		t.Error(changes)
	}
	if _, err := file.Read("test.yaml", []byte(waves), DevicePrices(e)...); err != nil {
		t.Error(err)
	}
}

// TestNoScheduleKeepsWhatIsOutOfReach: with too few machines the oracle does not reach the
// objective, and this is told.
func TestNoScheduleKeepsWhatIsOutOfReach(t *testing.T) {
	text := strings.Replace(waves, "fleet: [{machine: box, max: 6}, {machine: twin, max: 6}]", "fleet: [{machine: box, max: 2}]", 1)
	text = text[:strings.Index(text, "policies:")] + "policies: [{name: two, allocator: {fixed: {replicas: {v@box: 2}}}}]\n"
	a, err := deviceQuestion(t, text).Answer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a.Uses[0].Reached || a.Uses[1].Reached {
		t.Error("a reference keeps the objective")
	}
}
