package check

import (
	"math"
	"strings"
	"testing"

	"wavetank/scenarios/scenariotest"
	"wavetank/scenarios/wording"
)

// normalBelow is the standard normal distribution function.
func normalBelow(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// lognormalBelow is the probability that a lognormal variable with the given mean and standard
// deviation is at most x.
func lognormalBelow(x, mean, deviation float64) float64 {
	variance := math.Log1p(deviation / mean * (deviation / mean))
	return normalBelow((math.Log(x) - math.Log(mean) + variance/2) / math.Sqrt(variance))
}

// near reports whether a share found in a number of random draws is within four standard deviations
// of the exact share.
func near(got, exact, draws float64) bool {
	return math.Abs(got-exact) <= 4*math.Sqrt(exact*(1-exact)/draws)
}

// oneLLM returns a scenario with the catalogue's 8B model.
func oneLLM(input, slo, machines string) string {
	return `name: one
duration: 20m
workload:
  - model: llama-3.1-8b
    slo: ` + slo + `
    input: ` + input + `
    output: {fixed: {value: 100}}
    arrivals: {poisson: {rate: 3/s}}
fleet: [` + machines + `]
policies: [static-peak]
`
}

const oneH100 = "{machine: aws/p5.4xlarge, max: 4}"

// TestPromptsThatFitNowhereAreCounted compares the counted shares of requests that exceed the
// context or the KV cache with the exact ones. Lengths of prompts are lognormal, and answers have
// 100 tokens.
func TestPromptsThatFitNowhereAreCounted(t *testing.T) {
	e := load(t, oneLLM("{lognormal: {mean: 8000, sd: 8000, max: 100000}}", "{ttft: 10s, tpot: 50ms, percentile: 95}", oneH100))
	h := e.look().holds[0]
	beyond := 1 - lognormalBelow(16384-100+0.5, 8000, 8000)
	if got := h.context / h.requests; !near(got, beyond, sampled) || math.Abs(h.requests-3600) > 1e-6 {
		t.Errorf("%v of %v requests are beyond the context, want %v of 3600", got, h.requests, beyond)
	}
	if !says(e, "llama-3.1-8b@aws/p5.4xlarge rejects ") || !says(e, "prompt and answer are longer than its context of 16,384 tokens (") || says(e, "KV cache") {
		t.Errorf("warnings are %q", e.Warnings())
	}
	// the objective allows 5 % to be late; more than that are rejected
	if want := "no fleet can meet the objective of 95 % for llama-3.1-8b: at most "; !says(e, want) || !says(e, "of its requests can be served at all") {
		t.Errorf("warnings are %q, want %q", e.Warnings(), want)
	}

	small := strings.Replace(scenariotest.Chat("{compute: {constant: 10ms}}", ""), "max-model-len: 8192, kv-blocks: 4000", "max-model-len: 8192, kv-blocks: 300", 1)
	small = strings.Replace(small, "input: {fixed: {value: 512}}", "input: {lognormal: {mean: 2000, sd: 2000}}", 1)
	e = load(t, small)
	h = e.look().holds[0]
	// A request of t tokens takes t − 1 places in the cache, which has 4800.
	if exact := 1 - lognormalBelow(4801-128+0.5, 2000, 2000); !near(h.cache/h.requests, exact, sampled) || !near(h.all/h.requests, exact, sampled) {
		t.Errorf("%+v, want %v beyond the cache", h, exact)
	}
	if !says(e, "the KV cache of chat-8b@aws/p5.4xlarge, 300 blocks of 16 = 4,800 tokens, is smaller than its context of 8,192") {
		t.Errorf("warnings are %q", e.Warnings())
	}
	if text := e.Summary(); !strings.Contains(text, "#   chat-8b@aws/p5.4xlarge  300 of 16  4,800   8,192 ") {
		t.Error(text)
	}
}

// TestWhatNoFleetCanMeetIsTold compares the share of requests that are in time when alone in the
// fleet with its formula.
func TestWhatNoFleetCanMeetIsTold(t *testing.T) {
	// The first token comes after 10 ms + 50 µs per token of the prompt, so after 110 ms for 2000
	// tokens.
	text := strings.NewReplacer("{fixed: {value: 512}}", "{lognormal: {mean: 1000, sd: 1500}}", "slo: {latency: 30s}", "slo: {ttft: 110ms, percentile: 95}", "kv-blocks: 4000", "kv-blocks: 4000, max-num-batched-tokens: 8192").
		Replace(scenariotest.Chat("{compute: {constant: 10ms, prefill: 50µs}}", "planning: {input: 512, output: 128}\n"))
	e := load(t, text)
	best, exact := e.look().models[0].best()/100, lognormalBelow(2000.5, 1000, 1500)
	if !near(best, exact, sampled) {
		t.Errorf("%v are in time alone, want %v", best, exact)
	}
	if !says(e, "no fleet can meet the objective of 95 % for chat: at most "+wording.Percent(100*best)+" of its requests can have a first token within 110ms") {
		t.Errorf("warnings are %q", e.Warnings())
	}
	if e := load(t, strings.Replace(text, "percentile: 95", "percentile: 85", 1)); says(e, "no fleet") {
		t.Errorf("%v of 85 %%: %q", best, e.Warnings())
	}

	// The work is exponential with a mean of 100 ms, so a share of 1 − e⁻² is done within 200 ms.
	// The objectives belong to classes.
	batches := `name: batches
duration: 10m
classes: [{name: patient, slo: {latency: 300ms, percentile: 90}}, {name: urgent, slo: {latency: 100ms, percentile: 90}}]
workload:
  - model: m
    service: exponential
    classes: {patient: 0.5, urgent: 0.5}
    slo: {latency: 200ms, percentile: 90}
    arrivals: {poisson: {rate: 3/s}}
models: [{name: m, variants: [{name: v, accuracy: 80, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 100ms}}}]}]}]
fleet: [{machine: aws/c7i.4xlarge, max: 2}]
policies: [static-peak]
`
	e = load(t, batches)
	for class, exact := range []float64{1 - math.Exp(-3), 1 - math.Exp(-1)} {
		if f := e.look().classes[class]; !near(f.best()/100, exact, f.looked) {
			t.Errorf("class %d: %v are in time alone, want %v", class, f.best()/100, exact)
		}
	}
	if says(e, "class patient") || !says(e, "no fleet can meet the objective of 90 % for the class urgent: at most ") || !says(e, "be answered within 100ms") {
		t.Errorf("warnings are %q", e.Warnings())
	}

	// Two stages follow one another, each exponential with a mean of 100 ms. Their sum has an
	// Erlang distribution.
	stages := strings.NewReplacer("classes: [{name: patient, slo: {latency: 300ms, percentile: 90}}, {name: urgent, slo: {latency: 100ms, percentile: 90}}]\n", "",
		"    classes: {patient: 0.5, urgent: 0.5}\n", "", "  - model: m\n", "  - name: p\n    pipeline: [m, n]\n", "latency: 200ms", "latency: 400ms",
		"models: [", "models: [{name: n, variants: [{name: w, accuracy: 80, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 100ms}}}]}]}, ").Replace(batches)
	e = load(t, stages)
	if f, exact := e.look().pipelines[0], 1-math.Exp(-4)*(1+4); !near(f.best()/100, exact, f.looked) {
		t.Errorf("%v pass both stages in time alone, want %v", f.best()/100, exact)
	}
	if asked := e.wants()[1]; math.Abs(asked.rate-3) > 1e-9 {
		t.Errorf("the second stage is asked for %v/s", asked.rate)
	}
}

// TestSampleIsNoLargerThanItsWeightsAllow: many draws from a stream with few requests say little
// about a busy stream of the same model. Sums are scaled to the requests of a run.
func TestSampleIsNoLargerThanItsWeightsAllow(t *testing.T) {
	text := strings.Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 9/s}}"), "fleet:", "  - {name: rare, model: vit, slo: {latency: 1s}, service: exponential, arrivals: {poisson: {rate: 1/s}}}\nfleet:", 1)
	f := load(t, text).look().models[0]
	// This is (Σ w)² / Σ w² for two samples of 40,000 whose weights are in the ratio 9 to 1.
	if want := sampled * 100 / 82.0; math.Abs(f.looked-want) > 1e-6*want || math.Abs(f.requests-1200) > 1e-6 {
		t.Errorf("%+v, want %v looked at", f, want)
	}
}

// TestPromptsThatNoReplicaTakesAreNotHandedOver: decode replicas refuse only requests whose answers
// exceed their context. Prompts that no prefill replica can take never reach them.
func TestPromptsThatNoReplicaTakesAreNotHandedOver(t *testing.T) {
	e := load(t, `name: apart
duration: 10m
workload:
  - model: llama-3.1-8b
    disaggregated: true
    slo: {ttft: 20s, tpot: 200ms}
    input: {histogram: {bins: [{from: 1000, share: 6}, {from: 16300, share: 1}, {from: 20000, share: 3}]}}
    output: {fixed: {value: 200}}
    arrivals: {poisson: {rate: 4/s}}
fleet: [{machine: aws/p5.4xlarge, max: 8}]
policies: [static-peak]
`)
	prompts, answers := e.look().holds[0], e.look().holds[1]
	if share := prompts.all / prompts.requests; !near(share, 0.3, sampled) || math.Abs(answers.requests-(prompts.requests-prompts.all)) > 1e-6 {
		t.Errorf("%+v, then %+v", prompts, answers)
	}
	if share := answers.all / answers.requests; !near(share, 1.0/7, 0.7*sampled) {
		t.Errorf("%v are turned away by those that decode, want a seventh", share)
	}
}
