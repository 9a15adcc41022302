package scenarios

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/scenarios/theory"
	"wavetank/sim/fleet"
	"wavetank/workload"
)

// chats is a scenario with every key of tokens, conversations and clients.
const chats = `name: chats
duration: 2m
replications: 2
classes:
  - {name: eager, slo: {ttft: 300ms, tpot: 40ms, percentile: 90}}
  - {name: calm}
workload:
  - model: vit
    slo: {latency: 1s, ttft: 500ms, tpot: 50ms, percentile: 95}
    classes: {eager: 1, calm: 3}
    system-prompt: {tokens: 500, count: 3}
    input: {lognormal: {mean: 300, sd: 400, max: 4000}}
    output: {histogram: {bins: [{from: 1, to: 100, share: 1}, {from: 200, share: 2}]}}
    correlation: 0.4
    conversation: {turns: {geometric: {mean: 4}}, think-time: {mean: 5s, distribution: exponential}, context-window: 8000}
    arrivals: {poisson: {rate: 2/s}}
  - name: bench
    model: bert
    slo: {latency: 1s}
    classes: {calm: 1}
    input: {normal: {mean: 256, sd: 100, min: 16, max: 512}}
    output: {fixed: {value: 64}}
    arrivals: {clients: {count: 6, think-time: {mean: 1s}}}
  - name: capped
    model: resnet
    slo: {latency: 1s}
    classes: {calm: 1}
    max-concurrency: 3
    arrivals: {poisson: {rate: 20/s}}
  - name: assistants
    model: resnet
    slo: {latency: 1s}
    classes: {calm: 1}
    system-prompt: [{tokens: 500, count: 3, share: 2}, {tokens: 0}]
    input: {fixed: {value: 300}}
    output: {fixed: {value: 30}}
    conversation: {turns: {fixed: {value: 3}}, think-time: {mean: 5s}, input: {fixed: {value: 20}}, output: {fixed: {value: 10}}}
    arrivals: {poisson: {rate: 1/s}}
fleet:
  - {machine: aws/g6.xlarge, max: 9}
policies: [static-peak, follow]
`

func TestEveryKeyOfTokensSurvivesResolvingAndAgreesWithTheSchema(t *testing.T) {
	survives(t, chats)
}

func TestObjectivesOfAScenario(t *testing.T) {
	c := load(t, chats).Spec
	for _, w := range []struct {
		model fleet.ModelID
		class fleet.ClassID
		want  fleet.Objectives
	}{
		{0, 0, fleet.Objectives{FirstToken: 300 * time.Millisecond, PerToken: 40 * time.Millisecond, Latency: time.Second}},
		{0, 1, fleet.Objectives{FirstToken: 500 * time.Millisecond, PerToken: 50 * time.Millisecond, Latency: time.Second}},
		{1, 1, fleet.Objectives{Latency: time.Second}},
	} {
		if got := c.Objectives(&fleet.Request{Model: w.model, Class: w.class}); got != w.want {
			t.Errorf("model %d, class %d has the objectives %+v, want %+v", w.model, w.class, got, w.want)
		}
	}
	if c.Classes[0].Percentile != 90 || c.Models[0].Percentile != 95 {
		t.Errorf("percentiles are %v and %v", c.Classes[0].Percentile, c.Models[0].Percentile)
	}
}

func TestStreamsThatWaitRunTogether(t *testing.T) {
	e := load(t, chats)
	r, err := e.Run(t.Context(), RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	again, err := e.Run(t.Context(), RunOptions{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Rows, again.Rows) {
		t.Error("a second run has other rows")
	}
	for _, row := range r.Rows {
		// Each of the six clients sends at most one request per second.
		if row.Metric == "arrived" && row.Scope == "bert" && !(row.Value > 600 && row.Value <= 6*120) {
			t.Errorf("%s: 6 clients sent %v requests in two minutes", row.Policy, row.Value)
		}
	}
}

// TestClosedLoopsReproduceTheory compares a closed loop of clients at one server with exponential
// service times with the formulas of the machine repair queue.
func TestClosedLoopsReproduceTheory(t *testing.T) {
	exact, err := theory.NewClosed(5, 10, 1)
	if err != nil {
		t.Fatal(err)
	}
	got := estimates(t, queueOf(1, "20000s", "service: exponential", "arrivals: {clients: {count: 5, think-time: {mean: 10s, distribution: exponential}}}"))
	for metric, want := range map[string]float64{"throughput": exact.Throughput, "latency_mean": exact.Response} {
		if e := got[metric]; !(math.Abs(e[0]-want) < 4.5*e[1]) {
			t.Errorf("%s is %g ± %g, want %g", metric, e[0], e[1], want)
		}
	}
}

func TestTablesOfLengthsAreInputs(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"in.csv": "from,upto,share\n5,5,1\n", "bad.csv": "from,share\n7,x\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stream := func(in, out, turns string) error {
		text := scenariotest.Minimal("input: {histogram: {file: " + in + "}}\n    output: {histogram: {file: " + out + "}}\n    conversation: {turns: {histogram: {file: " + turns + "}}}\n    arrivals: {poisson: {rate: 5/s}}")
		f, err := file.Read(filepath.Join(folder, "s.yaml"), []byte(text))
		if err != nil {
			return err
		}
		e, err := Prepare(f)
		if err != nil {
			return err
		}
		src, err := e.Requests(0)
		if err != nil {
			return err
		}
		var r fleet.Request
		if src = e.Answered(src); !src.Next(&r) || r.Input != 5 || r.Output != 5 {
			t.Errorf("a request has %d and %d tokens", r.Input, r.Output)
		}
		if len(e.Inputs) != 1 || e.Inputs[0].File != "in.csv" || len(e.Inputs[0].SHA256) != 64 || strings.Contains(e.Summary(), "Trace") {
			t.Errorf("inputs are %+v, warnings %q", e.Inputs, e.Warnings())
		}
		return src.Close()
	}
	if err := stream("in.csv", "in.csv", "in.csv"); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		err   error
		wants []string
	}{
		{stream("bad.csv", "in.csv", "in.csv"), []string{"s.yaml:7:31: workload[0].input.histogram.file: ", `bad.csv:2: share: "x" is not a number`}},
		{stream("none.csv", "in.csv", "other.csv"), []string{"s.yaml:7:31: workload[0].input.histogram.file: ", "none.csv: there is no such file", "s.yaml:9:46: workload[0].conversation.turns.histogram.file: ", "other.csv: there is no such file"}},
		{stream("in.csv", "in.csv", "bad.csv"), []string{"s.yaml:9:46: workload[0].conversation.turns.histogram.file: ", "bad.csv:2: "}},
	} {
		for _, want := range c.wants {
			if c.err == nil || !strings.Contains(c.err.Error(), want) {
				t.Errorf("the error %v lacks %q", c.err, want)
			}
		}
	}
}

func TestMistakesOfTokensAreToldWithTheirPlace(t *testing.T) {
	tokens := "input: {fixed: {value: 5}}\n    output: {fixed: {value: 5}}\n    arrivals: {poisson: {rate: 5/s}}"
	if got := mistakes(t, scenariotest.Minimal(tokens)); got != "" {
		t.Fatal(got)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"one distribution alone", "output: {fixed: {value: 5}}", "", "s.yaml:7:12: workload[0].input: a stream has distributions of both input and output, or of neither"},
		{"other distributions", "fixed", "fixt", "s.yaml:7:13: workload[0].input.fixt: unknown key (known: fixed, normal, lognormal, geometric, histogram)"},
		{"no tokens", "value: 5", "value: 0", "s.yaml:7:28: workload[0].input.fixed.value: 0 lies outside 1 to 16777216"},
		{"bounds", "{fixed: {value: 5}}", "{normal: {mean: 5, sd: 1, max: 0}}", "s.yaml:7:43: workload[0].input.normal.max: 1 to 0 is not within 1 to 16777216"},
		{"neither bins nor file", "{fixed: {value: 5}}", "histogram", "s.yaml:7:12: workload[0].input.histogram.bins: a histogram has either bins or a file"},
		{"bins that overlap", "{fixed: {value: 5}}", "{histogram: {bins: [{from: 1, to: 5, share: 1}, {from: 5, share: 1}]}}", "s.yaml:7:60: workload[0].input.histogram.bins[1]: 5 to 5 is not within 6 to"},
		{"correlation", "arrivals:", "correlation: 1.5\n    arrivals:", "s.yaml:9:18: workload[0].correlation: 1.5 is outside -1 to 1"},
		{"correlation of nothing", tokens, "correlation: 0.5\n    arrivals: {poisson: {rate: 5/s}}", "s.yaml:7:18: workload[0].correlation: the stream has no distributions"},
		{"system prompt before nothing", tokens, "system-prompt: {tokens: 5}\n    arrivals: {poisson: {rate: 5/s}}", "s.yaml:7:20: workload[0].system-prompt: the stream has no distribution of the input"},
		{"system prompts", "arrivals:", "system-prompt: {tokens: 0, variants: 0}\n    arrivals:", "s.yaml:9:29: workload[0].system-prompt.tokens: 0 is outside 1 to 16777216"},
		{"kinds of system prompts", "arrivals:", "system-prompt: [{tokens: 0}, {tokens: 5, share: 0}]\n    arrivals:", "s.yaml:9:53: workload[0].system-prompt[1].share: 0 is outside (0, 1e9]"},
		{"no kind of system prompts", "arrivals:", "system-prompt: 5\n    arrivals:", "s.yaml:9:20: workload[0].system-prompt: want a mapping with tokens, count, share, not the number 5"},
		{"later turns without tokens", tokens, "conversation: {turns: {fixed: {value: 5}}, input: {fixed: {value: 5}}}\n    arrivals: {poisson: {rate: 5/s}}", "s.yaml:7:55: workload[0].conversation.input: the stream has no tokens"},
		{"tokens of later turns", "arrivals:", "conversation: {turns: {fixed: {value: 5}}, output: {fixed: {value: 0}}}\n    arrivals:", "s.yaml:9:72: workload[0].conversation.output.fixed.value: 0 lies outside 1 to 16777216"},
		{"spread", "poisson: {rate: 5/s}", "azure-llm: {file: x, spread: -1s}", "s.yaml:9:45: workload[0].arrivals.azure-llm.jitter: -1s is not between 0s and"},
		{"think time", "poisson: {rate: 5/s}", "clients: {count: 0, think-time: {mean: -1s}}", "s.yaml:9:55: workload[0].arrivals.clients.think-time.mean: -1s is negative"},
		{"clients", "poisson: {rate: 5/s}", "clients: {count: 0}", "s.yaml:9:33: workload[0].arrivals.clients.count: 0 is outside 1 to 1000000"},
		{"bulks of clients", "poisson: {rate: 5/s}", "bulk: {size: 3, arrivals: {clients: {count: 5}}}", "s.yaml:9:42: workload[0].arrivals.bulk.arrivals: clients is not a process"},
		{"sessions of clients", "arrivals: {poisson: {rate: 5/s}}", "sessions: {mean-requests: 5}\n    arrivals: {clients: {count: 5}}", "s.yaml:9:15: workload[0].sessions: requests that wait for answers"},
		{"conversations of a trace", "arrivals: {poisson: {rate: 5/s}}", "conversation: {turns: {fixed: {value: 5}}}\n    arrivals: {azure-llm: {file: x}}", "s.yaml:9:19: workload[0].conversation: a trace says which requests come"},
		{"context without tokens", tokens, "conversation: {turns: {fixed: {value: 5}}, context-window: 5}\n    arrivals: {poisson: {rate: 5/s}}", "s.yaml:7:64: workload[0].conversation.context-window: the stream has no tokens"},
		{"turns", "arrivals:", "conversation: {turns: {geometric: {mean: 0}}}\n    arrivals:", "s.yaml:9:46: workload[0].conversation.turns.geometric.mean: 0 lies outside 1 to 16777216"},
		{"cap of a pipeline", "model: vit\n", "pipeline: [{model: vit}]\n    max-concurrency: 5\n", "s.yaml:5:15: workload[0].pipeline: the arrivals of a pipeline must be a process"},
		{"cap", "arrivals:", "max-concurrency: -1\n    arrivals:", "s.yaml:9:22: workload[0].max-concurrency: -1 is outside 1 to 100000000"},
		{"empty objective", "slo: {latency: 1s}", "slo: {percentile: 50}", "s.yaml:6:10: workload[0].slo: an slo needs a latency, a ttft or a tpot above 0"},
		{"objectives of batches", "slo: {latency: 1s}", "slo: {ttft: 1s}", "s.yaml:6:10: workload[0].slo.latency: this key is missing: vit answers in batches"},
		{"objectives without tokens", "slo: {latency: 1s}\n    " + tokens, "slo: {latency: 1s, tpot: 1s}\n    arrivals: {poisson: {rate: 5/s}}", "s.yaml:6:10: workload[0].slo: ttft and tpot need a single model and tokens"},
	} {
		text := strings.Replace(scenariotest.Minimal(tokens), c.old, c.new, 1)
		if text == scenariotest.Minimal(tokens) {
			t.Fatalf("%s: nothing is replaced", c.name)
		}
		if got := mistakes(t, text); !strings.Contains("\n"+got, "\n"+c.want) {
			t.Errorf("%s: reported is\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestLengthsAreTheSameUnderEveryPolicy checks that conversations have the same lengths of prompts
// and answers whether they are answered fast or slowly.
func TestLengthsAreTheSameUnderEveryPolicy(t *testing.T) {
	e := load(t, chats)
	said := func(after time.Duration) map[int64][]int32 {
		src, err := e.Requests(0)
		if err != nil {
			t.Fatal(err)
		}
		all := map[int64][]int32{}
		var r fleet.Request
		src = workload.Answered(src, func(*fleet.Request) time.Duration { return after })
		for src.Next(&r) && r.Arrival.Seconds() < 120 {
			if r.Session > 0 {
				all[r.Session] = append(all[r.Session], r.Input, r.Output)
			}
		}
		if err := errors.Join(src.Err(), src.Close()); err != nil {
			t.Fatal(err)
		}
		return all
	}
	fast, slow := said(time.Millisecond), said(10*time.Second)
	more := 0
	for session, turns := range slow {
		if n := len(turns); n > len(fast[session]) || !slices.Equal(turns, fast[session][:n]) {
			t.Fatalf("session %d has the turns %v and %v", session, fast[session], turns)
		}
		more += len(fast[session]) - len(turns)
	}
	if len(slow) < 200 || more < 50 {
		t.Errorf("%d sessions differ by %d turns", len(slow), more)
	}
}
