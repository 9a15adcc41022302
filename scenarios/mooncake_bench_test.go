package scenarios

import (
	"fmt"
	"testing"
	"wavetank/scenarios/file"
	"wavetank/sim/simtest/shared"
)

// BenchmarkMooncakeConversations replays the conversation trace of Mooncake, which has 12,031
// prompts of 12,000 tokens on average in an hour. Eight replicas of a model with 8 billion
// parameters, with prefix caches, serve them under one policy in one replication. The time includes
// reading the trace. The benchmark is skipped if the trace is absent.
//
//	go test -run xxx -bench MooncakeConversations ./scenarios
func BenchmarkMooncakeConversations(b *testing.B) {
	trace := shared.Path(b, "data", "mooncake", "conversation_trace.jsonl.gz")
	for _, router := range []string{"round-robin", "prefix-aware"} {
		b.Run(router, func(b *testing.B) {
			e := conversations(b, trace, router)
			b.ReportAllocs()
			for b.Loop() {
				r, err := e.Run(b.Context(), RunOptions{Parallel: 1})
				if err != nil {
					b.Fatal(err)
				}
				for _, row := range r.Rows {
					if row.Scope == "all" && (row.Metric == "throughput" || row.Metric == "prefix_hits" || row.Metric == "machines") {
						b.ReportMetric(row.Value, row.Metric)
					}
				}
			}
		})
	}
}

// conversations returns the experiment of a trace and a router.
func conversations(b *testing.B, trace, router string) *Experiment {
	f, err := file.Read("conversations.yaml", fmt.Appendf(nil, `
name: conversations
about: Conversations on eight replicas.
seed: 1
duration: 1h
replications: 1
planning: {input: 24000, output: 350} # so cautious that all eight are taken
models:
  - name: long
    variants:
      - name: long
        accuracy: 69
        weights: 16060MB
        devices:
          - device: h100
            cores: 4
            memory: 24GiB
            gpu-memory: 80GiB
            tokens: {step-time: llama-3.1-8b/h100/1, max-model-len: 131072, architecture: {layers: 32, hidden-size: 4096, heads: 32, kv-heads: 8, intermediate-size: 14336, vocab-size: 128256}}
workload:
  - model: long
    slo: {ttft: 2s, percentile: 95}
    arrivals: {mooncake: {file: %q}}
fleet:
  - {machine: aws/p5.4xlarge, max: 8}
baseline: one
policies:
  - {name: one, allocator: static-peak, router: %s}
`, trace, router))
	if err != nil {
		b.Fatal(err)
	}
	e, err := Prepare(f)
	if err != nil {
		b.Fatal(err)
	}
	return e
}
