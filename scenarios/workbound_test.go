package scenarios

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestTheWorkBoundIsTheOneWorkedOut: the box costs 1 $/h and has two cores. A replica takes one
// core. A batch of four takes 200 ms, so a request takes 50 ms of half a box. A batch of five would
// take 213 ms, too long for the objective.
func TestTheWorkBoundIsTheOneWorkedOut(t *testing.T) {
	text := strings.NewReplacer(
		"name: box, cores: 1, memory: 1GiB", "name: box, cores: 2, memory: 2GiB", "table: {1: 1s}", "table: {1: 100ms, 4: 200ms, 8: 250ms}", "latency: 2s", "latency: 205ms",
		"steps: {step: 5m, rates: [1/s, 4/s], gaps: deterministic}", "constant: {rate: 10/s}",
	).Replace(halves(99, 20, "0s", "static-peak"))
	got := meansOfAll(run(t, load(t, text), 2))
	served := got["static-peak all throughput"] * 600
	if want := served * 0.05 / 2 / 3600; math.Abs(got["static-peak all work_bound"]-want) > 1e-3*want || served < 5000 {
		t.Errorf("%v $ for %v requests, want %v", got["static-peak all work_bound"], served, want)
	}
}

// TestTheWorkBoundOfTokensIsTheOneWorkedOut: a step takes 1 ms plus 10 µs for each prompt token and
// each sequence that decodes. So a request of 512 and 128 tokens takes 512 + 127 times 10 µs, plus
// its part of 128 steps, which it shares with at most 15 other sequences.
func TestTheWorkBoundOfTokensIsTheOneWorkedOut(t *testing.T) {
	got := measured(t, fmt.Sprintf(`name: chat
duration: 10m
replications: 1
workload:
  - model: chat
    input: {fixed: {value: 512}}
    output: {fixed: {value: 128}}
    slo: {latency: 30s}
    arrivals: {constant: {rate: 1/s}}
machines: [{name: box, cores: 4, memory: 24GiB, gpu: h100, gpus: 1, gpu-memory: 80GiB, price: 2$/h, boot: 0s}]
fleet: [{machine: box, max: 2}]
policies: [{name: static-peak, allocator: {static-peak: {capacity: utilization}}}]
models: [{name: chat, variants: [{name: v, accuracy: 70, weights: 16GB, devices: [{device: h100, cores: 4, memory: 24GiB, gpu-memory: 80GiB, tokens: %s}]}]}]
`, "{step-time: {compute: {constant: 1ms, prefill: 10us, decode: 10us}}, max-model-len: 8192, kv-blocks: 40000, max-num-seqs: 16, max-num-batched-tokens: 8192}"))
	served := got["static-peak all throughput"] * 600
	if want := served * ((512+127)*10e-6 + 128*1e-3/16) * 2 / 3600; math.Abs(got["static-peak all work_bound"]-want) > 1e-2*want || served < 500 {
		t.Errorf("%v $ for %v requests, want %v", got["static-peak all work_bound"], served, want)
	}
}
