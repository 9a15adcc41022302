package scenarios

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/scenariotest"
	"wavetank/scenarios/theory"
	"wavetank/sim"
)

// keyed returns a scenario with one replica of an LLM, whose steps take 1 ms plus 0.1 ms per prompt
// token. The given keys are added to the engine (tokens) and to the stream.
func keyed(tokens, stream, arrivals string) string {
	return `name: keyed
duration: 10m
drain: 10m
classes: [{name: low, priority: 1}, {name: high, priority: 0}]
workload:
  - model: chat
    slo: {latency: 10h}
    classes: {low: 1, high: 1}
` + stream + `    arrivals: ` + arrivals + `
fleet:
  - {machine: aws/p5.4xlarge, max: 1}
planning: {input: 10, output: 2}
policies: [{name: static-peak, allocator: {static-peak: {capacity: utilization}}}]
` + scenariotest.ChatModel(`
              step-time: {compute: {constant: 1ms, prefill: 100µs}}
              max-model-len: 4096
`+tokens)
}

// met has what the requests of a run experienced.
type met struct {
	first, each, latency, queued []float64 // in seconds; queued is per class
	finished                     [2]float64
	preempted, cached, rejected  float64
	held                         float64 // largest share of the KV blocks in use
	steps                        float64
}

func (m *met) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.RequestFinished:
		m.first = append(m.first, f.Timings.FirstToken.Seconds())
		m.each = append(m.each, f.Timings.PerToken(f.Span, f.Request.Output).Seconds())
		m.latency = append(m.latency, f.Span.Seconds())
		m.finished[f.Request.Class]++
		m.queued[f.Request.Class] += f.Timings.Queued.Seconds()
		m.cached += float64(f.Timings.Cached)
	case sim.RequestPreempted:
		m.preempted++
	case sim.RequestRejected:
		m.rejected++
	case sim.StepsTaken:
		m.steps += float64(f.Steps.Count)
		m.held = max(m.held, float64(f.Steps.HeldLast)/float64(f.Steps.Blocks))
	}
}

// observedKeys runs one replication of a scenario.
func observedKeys(t *testing.T, text string) *met {
	t.Helper()
	m := &met{queued: make([]float64, 2)}
	if err := load(t, text).Observe(t.Context(), 0, 0, m); err != nil {
		t.Fatal(err)
	}
	if len(m.first) == 0 {
		t.Fatal("nothing finished")
	}
	return m
}

func average(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(len(list))
}

// TestEveryKeyOfTokensReachesTheEngine runs a scenario without and with each key, and checks that
// the quantity changes that the key should affect.
func TestEveryKeyOfTokensReachesTheEngine(t *testing.T) {
	const indent = "              "
	first := func(m *met) float64 { return average(m.first) }
	for _, c := range []struct {
		name, without, with string // keys of the engine
		stream              string // keys of the stream
		of                  func(*met) float64
		// Least change; if negative, the value must fall by at least this.
		change float64
	}{
		{"max-num-seqs", "", "max-num-seqs: 1", "", first, 1e-3},
		{"max-num-batched-tokens", "", "max-num-batched-tokens: 256", "", first, 1e-3},
		{"enable-chunked-prefill", "max-num-batched-tokens: 256", "enable-chunked-prefill: false", "", func(m *met) float64 { return m.rejected }, 10},
		{"long-prefill-token-threshold", "", "long-prefill-token-threshold: 64", "", func(m *met) float64 { return m.steps }, 100},
		{"block-size", "", "block-size: 256", "", func(m *met) float64 { return m.held }, -0.05},
		{"kv-blocks", "", "kv-blocks: 100", "", func(m *met) float64 { return m.held }, 0.1},
		{"max-model-len", "", "max-model-len: 600", "", func(m *met) float64 { return m.rejected }, 10},
		{"enable-prefix-caching", "", "enable-prefix-caching: false", "    system-prompt: {tokens: 320}\n", func(m *met) float64 { return m.cached }, -1000},
		{"priority", "max-num-seqs: 1", "priority: true", "", func(m *met) float64 { return m.queued[0]/m.finished[0] - m.queued[1]/m.finished[1] }, 1e-3},
		{"speculative", "", "speculative: {num-speculative-tokens: 3, acceptance-rate: 0.7}", "", func(m *met) float64 { return average(m.each) }, -1e-4},
		{"prefill-first", "", "prefill-first: true", "", func(m *met) float64 { return average(m.latency) }, 2e-4},
		{"prefill-reads-kv", "max-num-batched-tokens: 256\n              step-time: {compute: {constant: 1ms, prefill: 100µs}, overhead: {context: 10µs}}", "prefill-reads-kv: true", "", first, 1e-4},
		{"lora", "", "lora: {max-loras: 2, adapter-size: 100MB}", "    tenants: {count: 9}\n", first, 0.05},
		{"random-acceptance", "speculative: {num-speculative-tokens: 3, acceptance-rate: 0.7}", "speculative: {num-speculative-tokens: 3, acceptance-rate: 0.7, random-acceptance: true}", "", func(m *met) float64 { return slices.Max(m.each) }, 1e-4},
		{"kv-offload", "kv-blocks: 100", "kv-bytes-per-token: 1kB\n              kv-offload: {size: 1GB}", "    system-prompt: {tokens: 320, count: 40}\n", func(m *met) float64 { return m.cached }, 1000},
		{"pipeline-parallel-size", "max-num-seqs: 4", "pipeline-parallel-size: 2", "", first, -1e-3},
		{"pipeline-hop", "pipeline-parallel-size: 2", "pipeline-hop: 2ms", "", func(m *met) float64 { return average(m.each) }, 1.9e-3},
		{"data-parallel-size", "max-num-seqs: 4", "data-parallel-size: 2", "", first, -1e-3},
		{"before", "", "overheads: {before: 50ms}", "", first, 0.04},
		{"per-token", "", "overheads: {per-token: 2ms}", "", func(m *met) float64 { return average(m.each) }, 1.9e-3},
		{"after", "", "overheads: {after: 70ms}", "", func(m *met) float64 { return average(m.latency) }, 0.069},
	} {
		t.Run(c.name, func(t *testing.T) {
			stream := c.stream + "    input: {lognormal: {mean: 300, sd: 300, min: 20, max: 1500}}\n    output: {fixed: {value: 40}}\n"
			run := func(keys ...string) float64 {
				text := indent + strings.Join(keys, "\n"+indent) + "\n"
				if !strings.Contains(text, "kv-blocks") {
					text += indent + "kv-blocks: 2000\n"
				}
				whole := keyed(text, stream, "{poisson: {rate: 8/s}}")
				if strings.Contains(text, "step-time") {
					whole = strings.Replace(whole, indent+"step-time: {compute: {constant: 1ms, prefill: 100µs}}\n", "", 1)
				}
				if strings.Contains(text, "max-model-len") {
					whole = strings.Replace(whole, indent+"max-model-len: 4096\n", "", 1)
				}
				if strings.Contains(text, "-parallel-size") {
					whole = strings.Replace(strings.Replace(whole, "device: h100\n", "device: h100\n            gpus: 2\n", 1), "aws/p5.4xlarge", "aws/p5.48xlarge", 1)
				}
				return c.of(observedKeys(t, strings.Replace(whole, "duration: 10m", "duration: 1m", 1)))
			}
			before := run(c.without)
			keys := []string{c.without, c.with}
			if key, _, _ := strings.Cut(c.without, ":"); c.without != "" && strings.HasPrefix(c.with, key+":") {
				keys = keys[1:] // the key is given anew
			}
			after := run(keys...)
			if change := after - before; math.Abs(change) < math.Abs(c.change) || change*c.change < 0 {
				t.Errorf("%v without the key, %v with it: want a change by %v or more", before, after, c.change)
			}
		})
	}
}

// TestOneSequenceAtATimeIsAQueueOfOneServer compares the waits in a run of a scenario with M/D/1
// and M/G/1: arrivals are Poisson, and a request of n output tokens takes 40 + n ms. The mean of
// all waits must be within four standard errors of the formula.
func TestOneSequenceAtATimeIsAQueueOfOneServer(t *testing.T) {
	// Moments of a geometric distribution on 1, 2, …
	geometric := func(mean float64) (m1, m2, m3 float64) {
		p := 1 / mean
		return mean, (2 - p) / (p * p), (6 - 6*p + p*p) / (p * p * p)
	}
	for _, c := range []struct {
		name, output string
		moments      func() (m1, m2, m3 float64) // of the output tokens
	}{
		{"constant", "{fixed: {value: 60}}", func() (float64, float64, float64) { return 60, 3600, 216000 }},
		{"geometric", "{geometric: {mean: 60}}", func() (float64, float64, float64) { return geometric(60) }},
	} {
		const rate, prompt, step = 6.0, 0.040, 0.001
		text := keyed("              max-num-seqs: 1\n              enable-chunked-prefill: false\n              kv-blocks: 2000\n",
			"    input: {fixed: {value: 400}}\n    output: "+c.output+"\n", "{poisson: {rate: 6/s}}")
		m := observedKeys(t, strings.Replace(text, "duration: 10m", "duration: 4h", 1))
		// A service takes 40 ms for the prompt and n steps of 1 ms.
		a, b, _ := c.moments()
		mean, second := prompt+step*a, prompt*prompt+2*prompt*step*a+step*step*b
		wait := rate * second / (2 * (1 - rate*mean)) // Pollaczek and Khinchine
		if c.name == "constant" {
			q, err := theory.NewMD1(rate, mean)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(q.Wq-wait) > 1e-12 {
				t.Fatalf("the mean wait is %v by one formula, %v by another", q.Wq, wait)
			}
		}
		n := m.finished[0] + m.finished[1]
		got := (m.queued[0] + m.queued[1]) / n
		if math.Abs(got/wait-1) > 0.03 || n < 80000 {
			t.Errorf("%s: %v requests waited %v s on average, exactly %v s", c.name, n, got, wait)
		}
		if latency := average(m.latency); math.Abs(latency-got-mean) > 3e-4 {
			t.Errorf("%s: a service took %v s on average, want %v s", c.name, latency-got, time.Duration(mean*1e9))
		}
	}
}
