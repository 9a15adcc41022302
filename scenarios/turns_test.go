package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wavetank/policies/optimize/classic"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// TestTwoNetworksTakeTurnsOnOneGPU: the shipped scenario needs two GPUs, as many as the squishy
// packing of Nexus takes for the same networks. All of them keep their objectives. Without turns,
// three GPUs are needed.
func TestTwoNetworksTakeTurnsOnOneGPU(t *testing.T) {
	two := file.Change{Path: "replications", Value: "2"}
	e := prepare(t, "turns", two)
	r := run(t, e, 2)
	machines := means(r, "machines")
	for policy, met := range means(r, "slo_attainment") {
		if met < 99 || machines[policy] != 2 {
			t.Errorf("%s: %v %% in time with %v GPUs, want 99 %% with 2", policy, met, machines[policy])
		}
	}
	var sessions []classic.Session
	for m, rate := range []float64{64, 32, 32} {
		model := &e.Spec.Models[m]
		d := e.Spec.Deployments[slices.IndexFunc(e.Spec.Deployments, func(d fleet.Deployment) bool { return int(d.Model) == m })]
		sessions = append(sessions, classic.Session{Rate: rate, Objective: model.Target, Latency: d.Latency.Latency, Most: d.Latency.Max()})
	}
	cycles, err := classic.Squishy(sessions)
	if err != nil || len(cycles) != 2 {
		t.Errorf("squishy packing takes %d GPUs, want 2 (error %v)", len(cycles), err)
	}
	apart := run(t, prepare(t, "turns", two, file.Change{Path: "fleet[0].sharing", Value: "space"}), 2)
	for policy, n := range means(apart, "machines") {
		if n != 3 {
			t.Errorf("%s: %v GPUs without turns, want 3", policy, n)
		}
	}
}

// contended is a scenario in which two models have half a GPU each. The GPU serves 100 requests per
// second, and 95 come for each.
const contended = `name: contended
duration: 2m
warmup: 10s
drain: 2s
replications: 2
machines: [{name: m, cores: 8, memory: 64GiB, gpu: g, gpus: 1, gpu-memory: 24GiB, price: 1$/h, boot: 0s}]
models:
  - {name: a, variants: [{name: av, accuracy: 90, weights: 1MB, devices: [{device: g, gpu-share: 0.5, cores: 1, memory: 1GiB, gpu-memory: 1GiB, latency: {table: {1: 10ms}}}]}]}
  - {name: b, variants: [{name: bv, accuracy: 90, weights: 1MB, devices: [{device: g, gpu-share: 0.5, cores: 1, memory: 1GiB, gpu-memory: 1GiB, latency: {table: {1: 10ms}}}]}]}
workload:
  - {model: a, slo: {latency: 200ms}, arrivals: {poisson: {rate: 95/s}}}
  - {model: b, slo: {latency: 200ms}, arrivals: {poisson: {rate: 95/s}}}
fleet: [{machine: m, max: 1%s}]
batcher: nexus
policies: [{name: one, allocator: {fixed: {replicas: {av: 1, bv: 1}}}}]
`

// TestHalvesOfAGPUContend: with "sharing: time" about half of the requests are in time, because
// the GPU serves one batch at a time. Without the key, a warning says that nothing is slowed down.
func TestHalvesOfAGPUContend(t *testing.T) {
	const doubt = "the latency of a and b counts as that on a part of a GPU of m, however busy the rest is"
	for sharing, least := range map[string]float64{"": 85, ", sharing: space": 85, ", sharing: time": 45, ", interference: 1.5": 0} {
		e := load(t, fmt.Sprintf(contended, sharing))
		if got := strings.Contains(strings.Join(e.Warnings(), "\n"), doubt); got != (sharing == "") {
			t.Errorf("%q: a warning about latencies is given: %v", sharing, got)
		}
		if least == 0 {
			continue
		}
		if met := means(run(t, e, 2), "slo_attainment")["one"]; met < least || least == 45 && met > 55 {
			t.Errorf("%q: %v %% in time", sharing, met)
		}
	}
}

// TestMistakesOfSharedGPUs lists what cannot be together with turns, with the place of each fault.
func TestMistakesOfSharedGPUs(t *testing.T) {
	for change, want := range map[string][]string{
		", time-shares: [50 %]":                                           {"time-shares: these shares are for sharing: time"},
		", sharing: time, interference: 1.2":                              {"interference: replicas that take turns on a GPU do not slow each other down"},
		", sharing: time, mig: true":                                      {"mig: replicas on a GPU take turns, or have MIG slices, not both"},
		", sharing: time, time-shares: [0 %, 101 %]":                      {"time-shares[0]: 0 % is outside 0.1 % to 100 %", "time-shares[1]: 101 % is outside 0.1 % to 100 %"},
		", sharing: turns":                                                {`"turns" is not one of space, time`},
		", sharing: time}]\norder: ps\nreplications: 3\ncarbon: 1g/kWh #": {"order: ps serves requests one by one, but replicas on m take turns with batches (sharing: time)"},
	} {
		text := fmt.Sprintf(contended, change)
		if strings.Contains(change, "order") {
			text = strings.Replace(text, "replications: 2\n", "", 1)
		}
		got := mistakes(t, text)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: told is\n%s\nwant %q", change, got, part)
			}
		}
	}
}
