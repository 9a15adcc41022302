// Package scenariotest holds texts of scenarios for the tests of several packages, and formulas for
// their results. Most tests replace parts of a text.
package scenariotest

import (
	"fmt"
	"math"
)

// Minimal returns a small scenario with one stream. arrivals is the line that gives the
// arrivals of the stream, such as "arrivals: {poisson: {rate: 1/s}}".
func Minimal(arrivals string) string {
	return `name: minimal
duration: 2m
replications: 2
workload:
  - model: vit
    slo: {latency: 1s}
    ` + arrivals + `
fleet:
  - {machine: aws/g4dn.xlarge, max: 2}
policies: [follow]
`
}

// Queue returns a scenario whose runs take a few milliseconds: one model whose requests take 10 ms
// in the mean, on at most so many machines with one replica each. policies is the value of the key
// policies.
func Queue(duration string, replications, machines int, policies string) string {
	return fmt.Sprintf(`
name: queue
duration: %s
warmup: 10s
replications: %d
control: {period: 10s}
models:
  - name: m
    variants:
      - {name: v, accuracy: 1, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 10ms}}}]}
machines: [{name: box, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}]
fleet: [{machine: box, max: %d}]
workload: [{model: m, service: exponential, slo: {latency: 100ms}, arrivals: {poisson: {rate: 70/s}}}]
planning: {utilization: 1}
policies: %s
`, duration, replications, machines, policies)
}

// ChatModel returns the models of a scenario: one LLM that takes a whole H100. tokens is the value
// of the key tokens, which describes the engine.
func ChatModel(tokens string) string {
	return `models:
  - name: chat
    variants:
      - name: chat-8b
        accuracy: 70
        weights: 16GB
        devices:
          - device: h100
            cores: 4
            memory: 24GiB
            gpu-memory: 80GiB
            tokens: ` + tokens
}

// Chat returns a scenario with one LLM. stepTime is its step-time model. more holds further lines
// of the scenario, and may be empty.
func Chat(stepTime, more string) string {
	return `name: chat
duration: 10m
workload:
  - model: chat
    input: {fixed: {value: 512}}
    output: {fixed: {value: 128}}
    slo: {latency: 30s}
    arrivals: {poisson: {rate: 1/s}}
fleet:
  - {machine: aws/p5.4xlarge, max: 2}
policies: [static-peak]
` + ChatModel(`{step-time: `+stepTime+`, max-model-len: 8192, kv-blocks: 4000}
`+more)
}

// MixedBatches is a scenario with a model whose larger batches take longer. Its requests have
// random work.
const MixedBatches = `name: mixed
duration: 4m
replications: 1
workload:
  - model: m
    service: exponential
    slo: {latency: 300ms, percentile: 99}
    arrivals: {poisson: {rate: 100/s}}
models: [{name: m, variants: [{name: v, accuracy: 80, weights: 1B, devices: [{device: cpu, cores: 16, memory: 1GiB, latency: {table: {1: 100ms, 2: 110ms, 4: 130ms, 8: 170ms}}}]}]}]
fleet: [{machine: aws/c7i.4xlarge, max: 60}]
policies: [{name: many, allocator: {static-peak: {min-replicas: 12}}, router: central-queue}]
`

// ErlangBelow returns the chance that a sum of n exponential draws of mean 1 is at most x.
func ErlangBelow(n int, x float64) float64 {
	term, sum := 1.0, 0.0
	for k := range n {
		sum += term
		term *= x / float64(k+1)
	}
	return 1 - math.Exp(-x)*sum
}
