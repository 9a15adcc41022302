package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// drawnLoad is a scenario with all that a recorded trace can hold. %A and %B are the arrivals.
const drawnLoad = `
name: s
duration: 3m
seed: 11
workload:
  - model: resnet
    name: pictures
    variants: [resnet18]
    slo: {latency: 1s}
    service: {lognormal: {scv: 0.5}}
    arrivals: %A
  - model: llama-3.1-8b
    name: talk
    slo: {ttft: 2s, tpot: 50ms}
    input: {lognormal: {mean: 300, sd: 200, max: 3000}}
    output: {lognormal: {mean: 50, sd: 40, max: 400}}
    arrivals: %B
fleet:
  - {machine: aws/c7i.4xlarge, max: 4}
  - {machine: aws/p5.4xlarge, max: 2}
policies: [static-peak]
`

// recordedAs returns the arrivals of a stream that replays a recorded trace.
func recordedAs(path, stream, columns string) string {
	return "{csv: {file: " + path + ", time: arrival_ns, unit: ns, where: {stream: " + stream + "}, " + columns + "}}"
}

// TestARecordedLoadIsReadAgain records the requests of a scenario, and replays the trace in another
// scenario. All its requests are the same, to the nanosecond and the last digit of the work.
func TestARecordedLoadIsReadAgain(t *testing.T) {
	text := strings.NewReplacer("%A", "{poisson: {rate: 30/s}}", "%B", "{gamma: {rate: 2/s, cv: 2}}").Replace(drawnLoad)
	e := load(t, text)
	if err := e.Recordable(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "trace.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := e.Record(t.Context(), 1, f)
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	again := strings.NewReplacer("%A", recordedAs(path, "pictures", "work: work"),
		"%B", recordedAs(path, "talk", "input: input_tokens, output: output_tokens, work: work"),
		"    input: {lognormal: {mean: 300, sd: 200, max: 3000}}\n", "", "    output: {lognormal: {mean: 50, sd: 40, max: 400}}\n", "",
		"    service: {lognormal: {scv: 0.5}}\n", "").Replace(drawnLoad)
	replayed := load(t, again)
	one, err := e.Requests(1)
	if err != nil {
		t.Fatal(err)
	}
	other, err := replayed.Requests(0)
	if err != nil {
		t.Fatal(err)
	}
	var a, b fleet.Request
	for i := range n {
		if !one.Next(&a) || !other.Next(&b) {
			t.Fatalf("after %d of %d requests: %v, %v", i, n, one.Err(), other.Err())
		}
		if a.Content, b.Content = nil, nil; a != b {
			t.Fatalf("request %d is %+v, after the recording %+v", i, a, b)
		}
	}
	if other.Next(&b) || n < 1000 {
		t.Errorf("%d requests were recorded, and more are replayed", n)
	}
	if one.Close() != nil || other.Close() != nil {
		t.Error("a stream was not closed")
	}
}

// TestWhatDependsOnThePolicyIsNotRecorded: conversations and pipelines are named, all at once.
func TestWhatDependsOnThePolicyIsNotRecorded(t *testing.T) {
	for name, want := range map[string]string{"chat": "wait for answers", "voice-search": "pipeline"} {
		err := prepare(t, name).Recordable()
		if err == nil || !strings.Contains(err.Error(), "workload[0]") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := prepare(t, "mm1", file.Change{Path: "duration", Value: "5m"}, file.Change{Path: "warmup", Value: "1m"}).Record(t.Context(), 0, full{}); err == nil {
		t.Error("the disk is full, but there is no error")
	}
}
