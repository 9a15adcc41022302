package commands

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/characterize"
	"wavetank/workload/trace"
)

// assistants is a scenario of conversations.
const assistants = `name: assistants
about: Conversations behind two system prompts.
duration: 40m
workload:
  - model: llama-3.1-8b
    slo: {ttft: 2s, tpot: 50ms}
    system-prompt: [{tokens: 640, count: 2, share: 2}, {tokens: 1280, share: 1}]
    input: {lognormal: {mean: 900, sd: 900, max: 6000}}
    output: {lognormal: {mean: 150, sd: 100, max: 1000}}
    conversation:
      turns: {geometric: {mean: 4}}
      think-time: {mean: 40s, distribution: exponential}
      input: {lognormal: {mean: 80, sd: 60, max: 500}}
    arrivals: {steps: {step: 10m, rates: [1/s, 3/s, 2/s, 1.5/s]}}
fleet:
  - {machine: aws/p5.4xlarge, max: 8}
policies: [static-peak]
`

// writeBlocks writes the requests of a scenario as a trace whose prompts have numbered blocks.
func writeBlocks(t *testing.T, path, text string, answers characterize.Answers) {
	t.Helper()
	f, err := file.Read("assistants", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	src, err := e.Requests(0)
	if err != nil {
		t.Fatal(err)
	}
	src = workload.Answered(src, answers.For)
	const block = 64
	var b strings.Builder
	for r := new(fleet.Request); src.Next(r) && r.Arrival < kernel.Time(40*time.Minute); {
		name, end, next := uint64(0), int32(0), 0
		fmt.Fprintf(&b, `{"at": %d, "in": %d, "out": %d, "ids": [`, int64(r.Arrival)/1e6, r.Input, r.Output)
		for from := int32(0); from < r.Input; from += block {
			size := min(block, r.Input-from)
			for ; end < from+size; next++ {
				if r.Content == nil || next >= len(r.Content.Prefix) {
					name, end = kernel.Mix(name+uint64(r.Arrival)), r.Input
					break
				}
				name = kernel.Mix(name + r.Content.Prefix[next].Content)
				end += r.Content.Prefix[next].Tokens
			}
			if from > 0 {
				b.WriteString(", ")
			}
			fmt.Fprint(&b, kernel.Mix(name^uint64(from+size)<<20))
		}
		b.WriteString("]}\n")
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAFitIsServedAsItsTraceIs fits a trace drawn from a known scenario and simulates both.
func TestAFitIsServedAsItsTraceIs(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "trace.jsonl")
	o := fitOptions{out: filepath.Join(folder, "like.yaml"), fleet: fleetOptions{machines: 3, utilization: 0.01}}
	o.trace = traceOptions{
		format: "jsonl", unit: "ms", columns: trace.Columns{Time: "at", Input: "in", Output: "out", Prefix: "ids", Block: 64},
		answers: characterize.Answers{FirstToken: 200 * time.Millisecond, PerToken: 9 * time.Millisecond},
	}
	writeBlocks(t, path, assistants, o.trace.answers)
	if err := fitTrace(t.Context(), io.Discard, path, o); err != nil {
		t.Fatal(err)
	}
	opened, err := openTrace(path, o.trace)
	if err != nil {
		t.Fatal(err)
	}
	p, l, err := characterize.Fit(opened.open, o.trace.look(16))
	if err != nil {
		t.Fatal(err)
	}
	trace, err := o.fleet.replayed(t.Context(), opened, p, l)
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(o.out)
	if err != nil {
		t.Fatal(err)
	}
	synthetic, err := simulated(t.Context(), "fit", string(written))
	if err != nil {
		t.Fatal(err)
	}
	for metric, off := range map[string]float64{
		"throughput": 0.04, "total_tokens": 0.08, "ttft_mean": 0.1, "tpot_mean": 0.05, "latency_mean": 0.06, "machines": 0,
		"prefix_hits": 0.09, // the trace has neither answers nor the last block of a prompt
	} {
		a, b := mean(trace[metric]), mean(synthetic[metric])
		if !(math.Abs(b/a-1) <= off) {
			t.Errorf("%s: %g of the trace, %g of its fit", metric, a, b)
		}
	}
}
