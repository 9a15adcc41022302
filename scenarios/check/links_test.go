package check

import (
	"strings"
	"testing"
)

// TestNarrowLinksAreTold: a prompt of 3000 tokens has a KV cache of 393 MB. A link of 2.5 Gb/s
// carries 0.8 such caches per second, and a link of 400 Gb/s carries 127. Over the narrow link, one
// cache takes 1.26 s, so an answer of 20 tokens is late even if the request is alone in the fleet.
func TestNarrowLinksAreTold(t *testing.T) {
	at := func(network string) *Review {
		return load(t, strings.Replace(`name: s
duration: 10m
workload:
  - model: llama-3.1-8b
    disaggregated: true
    slo: {ttft: 1s, tpot: 50ms, percentile: 95}
    input: {fixed: {value: 3000}}
    output: {fixed: {value: 20}}
    arrivals: {poisson: {rate: 4/s}}
fleet: [{machine: aws/g6e.xlarge, max: 4, network: NETWORK}]
policies: [static-peak]
`, "NETWORK", network, 1))
	}
	e := at("2.5Gb/s")
	for _, want := range []string{
		"llama-3.1-8b/prefill@aws/g6e.xlarge: the network limits the rate: the link of a machine (312.5MB/s) carries the KV caches of 0.795 requests/s (393 MB each), and the replicas on it compute ",
		"llama-3.1-8b/decode@aws/g6e.xlarge: the network limits the rate: ",
		"alone",
	} {
		if !says(e, want) {
			t.Errorf("no %q in %q", want, e.Warnings())
		}
	}
	if e = at("400Gb/s"); says(e, "network limits") || says(e, "alone") {
		t.Errorf("a wide link is doubted: %q", e.Warnings())
	}
}
