package check

import (
	"strings"
	"testing"

	"wavetank/scenarios/scenariotest"
)

// carrying returns a scenario with one stream and one model, whose batch of s items takes (10 + s)
// ms.
func carrying(stream, slo string) string {
	return `name: carrying
duration: 200s
planning: {utilization: 1, wait: none}
machines: [{name: box, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}]
models:
  - {name: a, variants: [{name: a1, accuracy: 100, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {fixed: 10ms, each: 1ms, max: 32}}]}]}
workload:
  - {model: a, slo: {latency: ` + slo + `}, arrivals: {poisson: {rate: 30/s}}, ` + stream + `}
fleet: [{machine: box, max: 1}]
policies: [static-mean]
`
}

// TestRequestsThatNoBatchHoldsAreTold: a fifth of the requests have 40 items, more than any batch
// holds. Another fifth have more items than a planned batch.
func TestRequestsThatNoBatchHoldsAreTold(t *testing.T) {
	e := load(t, carrying("items: {histogram: {bins: [{from: 4, share: 3}, {from: 20, share: 1}, {from: 40, share: 1}]}}", "26ms"))
	if d := &e.Spec.Deployments[0]; d.MaxBatch != 16 {
		t.Fatalf("batches of %d are planned", d.MaxBatch)
	}
	warnings := strings.Join(e.Warnings(), "\n")
	for _, want := range []string{
		" % of the requests that come to it: they carry more items than its largest batch holds, 32",
		" % of the requests that come to a1@box carry more items than its planned batch holds, 16: each of them is a batch of its own, which takes longer than planned",
		"no fleet can meet the objective of 99 % for a: at most ", " % fit into no replica)",
	} {
		if !strings.Contains(warnings, want) {
			t.Errorf("%q is missing in\n%s", want, warnings)
		}
	}
	h := &e.look().holds[0]
	if !near(h.places/h.requests, 0.2, h.requests) || !near(h.alone/h.requests, 0.2, h.requests) {
		t.Errorf("of %v, %v are refused and %v alone, want a fifth each", h.requests, h.places, h.alone)
	}
	if f := &e.look().models[0]; !near(f.best()/100, 0.6, f.looked) {
		t.Errorf("%v %% can be met, want 60", f.best())
	}
	if e := load(t, carrying("items: {histogram: {bins: [{from: 4, share: 3}, {from: 16, share: 1}]}}", "26ms")); len(e.Warnings()) > 0 {
		t.Errorf("all fit, and still: %q", e.Warnings())
	}
}

// TestALoneRequestTakesItsItems: requests have 1 to 20 items. A request of up to 15 items is done
// within 25 ms.
func TestALoneRequestTakesItsItems(t *testing.T) {
	for stream, want := range map[string]float64{
		"items: {histogram: {bins: [{from: 1, to: 20, share: 1}]}}":                                                                  0.75,
		"items: {histogram: {bins: [{from: 1, to: 10, share: 1}]}}, work: 2x":                                                        0.7,
		"items: {histogram: {bins: [{from: 1, to: 20, share: 1}]}}, combine: max, service: {bimodal: {share: 0.5, low: 1, high: 1}}": 0.75,
		// With a work of 1.5, 25/1.5 − 10 = 6.7 items are done in time. With 0.5, any number is.
		"items: {histogram: {bins: [{from: 1, to: 20, share: 1}]}}, combine: max, service: {bimodal: {share: 0.5, low: 1, high: 3}}": (6.0/20 + 1) / 2,
		// If works are sizes and add up, 15 fit in a batch: 10 items of work 1.5, or up to 20 items
		// of work 0.5.
		"items: {histogram: {bins: [{from: 1, to: 20, share: 1}]}}, combine: sum, service: {bimodal: {share: 0.5, low: 1, high: 3}}": (10.0/20 + 1) / 2,
	} {
		e := load(t, carrying(stream, "25ms"))
		if f := &e.look().models[0]; !near(f.best()/100, want, f.looked) {
			t.Errorf("%s: %v %% can be met alone, want %v", stream, f.best(), 100*want)
		}
	}
}

// TestSmallCompanyHelpsTheMeanAlone: a request of s items and work 1.5, in a batch with k others of
// s items and no work, takes 1.5 · L(s + k s)/(k + 1), where L(n) is the latency of a batch of n
// items.
func TestSmallCompanyHelpsTheMeanAlone(t *testing.T) {
	const service = "service: {bimodal: {share: 0.5, low: 1, high: 3}}" // 0.5 and 1.5
	for stream, want := range map[string]float64{
		// 1.5 · L(24)/2 = 25.5 ms, and 28.5 ms
		"items: 12, " + service: 100, "items: 14, " + service: 50,
		// 1.5 · L(12) = 33 ms
		"items: 12, combine: max, " + service:                            50,
		"items: {histogram: {bins: [{from: 14, share: 1}]}}, " + service: 50,
	} {
		e := load(t, carrying(stream, "26ms"))
		d := &e.Spec.Deployments[0]
		d.MaxBatch = 32
		if f := &e.look().models[0]; f.best() < want-2 || f.best() > want+2 {
			t.Errorf("%s: %v %% can be met, want %v", stream, f.best(), want)
		}
	}
}

func TestCombineWithoutEffectIsTold(t *testing.T) {
	const told = "combine: max of the stream a has no effect: the service times of each model are all equal"
	for stream, want := range map[string]bool{"combine: max": true, "combine: max, items: 4": true, "combine: mean": false, "combine: max, service: exponential": false} {
		if e := load(t, carrying(stream, "10s")); says(e, told) != want {
			t.Errorf("%s: %q", stream, e.Warnings())
		}
	}
	llm := oneLLM("{fixed: {value: 500}}", "{ttft: 1s, tpot: 50ms}", oneH100)
	e := load(t, strings.Replace(llm, "    slo:", "    items: 4\n    slo:", 1))
	if list := e.Warnings(); len(list) != 1 || list[0] != "items of the stream llama-3.1-8b have no effect: an LLM does not count items" || e.Spec.Models[0].Varied {
		t.Errorf("items of an LLM: %q, varied %v", list, e.Spec.Models[0].Varied)
	}
}

// TestDeploymentsAreListedByRequests: a batch of 32 items holds 8 requests and takes 42 ms.
func TestDeploymentsAreListedByRequests(t *testing.T) {
	summary := load(t, carrying("items: 4", "10s")).Summary()
	for _, want := range []string{"  32     42ms   190/s", "(batch: most requests, or items of requests, at a time"} {
		if !strings.Contains(summary, want) {
			t.Errorf("%q is missing in\n%s", want, summary)
		}
	}
	if plain := load(t, scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}")).Summary(); !strings.Contains(plain, "(batch: most requests at a time") {
		t.Errorf("without items:\n%s", plain)
	}
}
