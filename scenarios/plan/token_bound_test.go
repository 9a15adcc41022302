package plan

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// chat returns a random scenario with an LLM on one or two types of machines, and whether prefill
// and decoding are apart.
func chat(seed int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 5))
	types := 1 + r.IntN(2)
	machines, fleet := boxes(r, types, 1+r.IntN(2))
	devices := ""
	for i := range types {
		devices += fmt.Sprintf("          - {device: g%d, cores: 1, memory: 1GiB, gpu-memory: 16GiB, tokens: {step-time: {compute: {constant: %dms, prefill: %dus, decode: %dus}, memory: {constant: %dms, context: %dns}}, max-model-len: 8192, kv-bytes-per-token: 128KB, kv-blocks: %d, max-num-seqs: %d, max-num-batched-tokens: 2048}}\n",
			i, 2+r.IntN(10), 20+r.IntN(100), 20+r.IntN(200), 2+r.IntN(15), 20+r.IntN(200), 600+r.IntN(2000), 4+r.IntN(60))
	}
	objective := []string{"latency: 8s", "ttft: 1s, tpot: 60ms", "ttft: 800ms"}[r.IntN(3)]
	lengths := []string{"fixed: {value: 300}", "lognormal: {mean: 400, sd: 500, max: 3000}"}[r.IntN(2)]
	return fmt.Sprintf(`name: chat
seed: %d
duration: 1m
warmup: 10s
drain: 20s
replications: 5
control: {period: 10s, startup: 0s}
workload:
  - {model: llm, slo: {%s, percentile: %d}, input: {%s}, output: {lognormal: {mean: 60, sd: 60, max: 500}}, disaggregated: %v, arrivals: {poisson: {rate: 4/s}}}
machines:
%smodels:
  - name: llm
    variants:
      - name: v
        accuracy: 70
        weights: 1GB
        devices:
%sfleet:
%spolicies: [{name: follow, allocator: {follow: {capacity: utilization}}}]
`, seed, objective, 80+r.IntN(19), lengths, r.IntN(4) == 0 && seed%2 == 0, machines, devices, fleet)
}

// TestNoLLMCarriesMoreThanItsBound: of several random scenarios, none is shown to carry more load
// than the bound allows, if the search does not use the bound. The bound is not far above in some.
func TestNoLLMCarriesMoreThanItsBound(t *testing.T) {
	tightest := math.Inf(1)
	for seed := range *worlds {
		j := rateQuestion(t, chat(seed), 0.1)
		list, err := j.Prepare(t.Context())
		if err != nil {
			t.Fatal(err, chat(seed))
		}
		v := &j.Variants[0]
		if !v.carrier.proves || !v.carrier.engines {
			t.Fatalf("seed %d: the bound proves nothing", seed)
		}
		bound := v.bound(&list[0])
		v.carrier.proves = false
		a, err := j.Search(t.Context(), list[:1])
		if err != nil {
			t.Fatal(err)
		}
		got := a.Curves[0].carries()
		if got > bound*v.carrier.slack {
			t.Errorf("seed %d: carries %v, more than the bound %v with slack %v\n%s", seed, got, bound, v.carrier.slack, chat(seed))
		}
		if got > 0 {
			tightest = min(tightest, bound/got)
		}
		t.Logf("seed %d: carries %.3g, bound %.3g", seed, got, bound)
	}
	if tightest > 2 {
		t.Errorf("the tightest bound is %.3g times what is carried", tightest)
	}
}

// TestLLMFleetsAreRefusedWithoutARun: with far too much load, nothing is simulated but the fleet
// that misses least.
func TestLLMFleetsAreRefusedWithoutARun(t *testing.T) {
	text := chat(1)
	e := prepare(t, text)
	j := &Question{Variants: []ScenarioVariant{{Experiment: e}}, Confidence: 0.95, Most: 10, Parallel: 2}
	list, err := j.Prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := &j.Variants[0]
	for m := range v.carrier.demand {
		v.carrier.demand[m] *= 1000
	}
	s := &Search{Bound: func(c *Candidate) (bool, string) { return v.misses(c) }, Judge: j.try}
	if best, err := s.Find(t.Context(), list, j.start()); err != nil || best >= 0 {
		t.Fatal(best, err)
	}
	for i := range list {
		if list[i].Runs > 0 || list[i].Finding != Missed && list[i].Finding != DoesNotFit {
			t.Errorf("%v: %v after %d runs", list[i].Machines, list[i].Finding, list[i].Runs)
		}
	}
}

// TestTheBoundOfFixedLengthsIsTheOneWorkedOut: a step takes 1 ms and 10 µs for each token, and at
// most 16 sequences share it. So a request of 100 and 11 tokens takes at least (100 + 10) · 10 µs
// and 11/16 ms of a replica.
func TestTheBoundOfFixedLengthsIsTheOneWorkedOut(t *testing.T) {
	const text = `name: chat
duration: 1m
replications: 1
workload: [{model: llm, slo: {latency: 5s, percentile: 90}, input: {fixed: {value: 100}}, output: {fixed: {value: 11}}, arrivals: {constant: {rate: 10/s}}}]
machines: [{name: box, cores: 2, memory: 4GiB, gpu: g, gpus: 1, gpu-memory: 16GiB, price: 1$/h, boot: 0s}]
models: [{name: llm, variants: [{name: v, accuracy: 70, weights: 1GB, devices: [{device: g, cores: 1, memory: 1GiB, gpu-memory: 16GiB, tokens: {step-time: {compute: {constant: 1ms, prefill: 10us, decode: 10us}}, max-model-len: 1024, kv-blocks: 40000, max-num-seqs: 16, max-num-batched-tokens: 8192}}]}]}]
fleet: [{machine: box, max: 3}]
policies: [follow]
`
	j := &Question{Variants: []ScenarioVariant{{Experiment: prepare(t, text)}}, Confidence: 0.95, Most: 5}
	list, err := j.Prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		want := float64(c.machines()) / (110*10e-6 + 11e-3/16) / (0.9 * 10)
		if got := j.Variants[0].bound(&c); math.Abs(got-want) > 0.01*want {
			t.Errorf("%v: bound %v, want %v", c.Machines, got, want)
		}
	}
}
