package scenarios

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/workload/trace"
)

// document returns the text of a file of the documentation.
func document(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestScenariosOfTheDocumentationAreSound prepares every block of the documentation that is a whole
// scenario, and reads every block that is a step-time file. A block that begins with a name is one
// of these two.
func TestScenariosOfTheDocumentationAreSound(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n((?:#[^\n]*\n)*name: .*?)```")
	seen, models := 0, 0
	documents, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range documents {
		for _, match := range block.FindAllStringSubmatch(document(t, filepath.Base(path)), -1) {
			if strings.Contains(match[1], "\nstep-time:") && !strings.Contains(match[1], "\nworkload:") {
				models++
				if _, err := builtin.ReadStepTime("step-time.yaml", []byte(match[1])); err != nil {
					t.Errorf("%s: %v", path, err)
				}
				continue
			}
			seen++
			if got := mistakes(t, match[1]); got != "" {
				t.Errorf("%s: %s", path, got)
			}
		}
	}
	if seen == 0 || models == 0 {
		t.Errorf("the documentation has %d scenarios and %d step-time files", seen, models)
	}
}

// TestTheDraftOfTheDocumentationSavesTime runs the documented scenario that has an LLM with and
// without speculative decoding.
func TestTheDraftOfTheDocumentationSavesTime(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(name: with-a-draft\n.*?)```").FindStringSubmatch(document(t, "step-times.md"))
	if block == nil {
		t.Fatal("step-times.md has no such scenario")
	}
	e := load(t, block[1], file.Change{Path: "replications", Value: "2"}, file.Change{Path: "duration", Value: "3m"})
	tpot := means(run(t, e, 2), "tpot_mean")
	// With four draft tokens, each accepted with probability 0.7, a step makes 2.77 tokens, but
	// takes longer.
	if gain := tpot["plain"] / tpot["drafted"]; !(gain > 2 && gain < 2.77*1.1) {
		t.Errorf("the time per token is %v", tpot)
	}
}

// TestNearReplicasSpillOverAsDocumented runs the documented scenario of clients in two regions.
func TestNearReplicasSpillOverAsDocumented(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(name: near-clients\n.*?)```").FindStringSubmatch(document(t, "scenarios.md"))
	if block == nil {
		t.Fatal("scenarios.md has no such scenario")
	}
	e := load(t, block[1], file.Change{Path: "replications", Value: "1"}, file.Change{Path: "duration", Value: "30m"})
	rows := run(t, e, 2)
	in, away := means(rows, "slo_attainment"), means(rows, "network_mean")
	if !(in["near"] < 70 && in["any"] > 93 && in["any"] < 97 && in["spilling"] > 98.5) {
		t.Errorf("in time are %v", in)
	}
	if !(away["near"] == 0 && away["any"] > 0.04 && away["any"] < 0.05 && away["spilling"] < 0.004) {
		t.Errorf("requests are on the network for %v s", away)
	}
}

// TestOneMachineServesWhatTwoDoAsDocumented runs the documented scenario of a network with 16 bits
// on groups of two machines, and with 8 bits on single ones.
func TestOneMachineServesWhatTwoDoAsDocumented(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(name: one-or-two-machines\n.*?)```").FindStringSubmatch(document(t, "scenarios.md"))
	if block == nil {
		t.Fatal("scenarios.md has no such scenario")
	}
	rows := run(t, load(t, block[1], file.Change{Path: "replications", Value: "2"}), 2)
	in, price, each := means(rows, "slo_attainment"), means(rows, "cost_rate"), means(rows, "tpot_p95")
	if !(in["bf16"] > 95 && in["fp8"] > 99 && price["bf16"] >= 2*price["fp8"] && each["bf16"] > 1.5*each["fp8"]) {
		t.Errorf("in time are %v, for %v $/h, with a token in %v s", in, price, each)
	}
}

// TestKeysOfTheEngineDecideWhatIsDocumented runs the scenarios of engine.md. Each has two policies,
// and a metric whose ratio, second to first, the document tells.
func TestKeysOfTheEngineDecideWhatIsDocumented(t *testing.T) {
	text := document(t, "engine.md")
	for _, c := range []struct {
		name, first, second, metric, last string
		least, most                       float64
	}{
		{"prompts-first", "mixed", "prompts-first", "tpot_mean", "2m", 1.08, 1.2},
		{"small-chunks", "operations-only", "reading", "ttft_mean", "3m", 1.01, 1.12},
		{"adapters", "few-slots", "many-slots", "adapter_loads", "2m", 0.3, 0.6},
		{"drafts", "by-the-mean", "at-random", "tpot_p95", "2m", 1.04, 1.25},
		{"slow-gpu", "in-turn", "least-outstanding", "slo_attainment", "5m", 1.05, 1.4},
		{"two-nodes", "tensor", "pipeline", "tpot_mean", "3m", 0.05, 0.4},
		{"ranks", "large-steps", "small-steps", "tpot_mean", "2m", 0.2, 0.6},
		{"long-talks", "gpu-only", "host-memory", "prefix_hits", "6m", 1.2, 3},
	} {
		block := regexp.MustCompile("(?s)```yaml\n(name: " + c.name + "\n.*?)```").FindStringSubmatch(text)
		if block == nil {
			t.Fatalf("engine.md has no scenario %s", c.name)
		}
		e := load(t, block[1], file.Change{Path: "replications", Value: "1"}, file.Change{Path: "warmup", Value: "1m"}, file.Change{Path: "duration", Value: c.last})
		got := means(run(t, e, 2), c.metric)
		if ratio := got[c.second] / got[c.first]; !(ratio >= c.least && ratio <= c.most) {
			t.Errorf("%s: %s is %v", c.name, c.metric, got)
		}
	}
}

// TestLayersOfTheDocumentationOverlap runs the scenario of engine.md that hands caches over by
// layer, and the same with whole caches.
func TestLayersOfTheDocumentationOverlap(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(name: by-layer\n.*?)```").FindStringSubmatch(document(t, "engine.md"))
	if block == nil {
		t.Fatal("engine.md has no such scenario")
	}
	var took []float64
	for _, layers := range []string{"32", "1"} {
		e := load(t, block[1], file.Change{Path: "replications", Value: "1"}, file.Change{Path: "duration", Value: "3m"}, file.Change{Path: "models[0].variants[0].devices[0].tokens.handover.layers", Value: layers})
		took = append(took, means(run(t, e, 2), "transfer_mean")["static"])
	}
	if took[0] < 3e-3 || took[1] < 5*took[0] {
		t.Errorf("transfers take %v s by layer and as a whole", took)
	}
}

// TestSleepersOfTheDocumentationWakeInTime runs the scenario of engine.md whose models take turns,
// and the same without room in host memory.
func TestSleepersOfTheDocumentationWakeInTime(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(name: sleepers\n.*?)```").FindStringSubmatch(document(t, "engine.md"))
	if block == nil {
		t.Fatal("engine.md has no such scenario")
	}
	var inTime []float64
	for _, memory := range []string{"180GiB", "1GiB"} {
		e := load(t, block[1], file.Change{Path: "replications", Value: "1"}, file.Change{Path: "duration", Value: "1h"}, file.Change{Path: "fleet[0].sleep.memory", Value: memory})
		inTime = append(inTime, means(run(t, e, 2), "slo_attainment")["on-demand"])
	}
	if inTime[0] < 80 || inTime[1] > 50 {
		t.Errorf("%v %% are in time with room to sleep and without", inTime)
	}
}

// TestQueuesOfTheDocumentationAreSound prepares the scenario in every row of the table of queues.
func TestQueuesOfTheDocumentationAreSound(t *testing.T) {
	_, section, found := strings.Cut(document(t, "scenarios.md"), "\n## Queues of queueing theory\n")
	section, _, _ = strings.Cut(section, "\n## ")
	code := regexp.MustCompile("`((?:service|arrivals|patience|queue-limit): [^`]*)`")
	rows := 0
	for _, line := range strings.Split(section, "\n") {
		if !strings.HasPrefix(line, "| ") || !strings.Contains(line, "`arrivals: ") {
			continue
		}
		rows++
		var stream []string
		for _, match := range code.FindAllStringSubmatch(line, -1) {
			stream = append(stream, match[1])
		}
		if got := mistakes(t, queueOf(1, "1h", stream...)); got != "" {
			t.Errorf("%s: %s", line, got)
		}
	}
	if !found || rows < 15 {
		t.Errorf("the documentation has %d queues", rows)
	}
}

// TestEveryKindOfArrivalsServiceAndCountIsDocumented compares the lists of kinds with the
// documentation.
func TestEveryKindOfArrivalsServiceAndCountIsDocumented(t *testing.T) {
	text := document(t, "scenarios.md")
	for _, name := range slices.Concat(new(file.Arrivals).Names(), new(file.Service).Names(), new(file.TokenLengths).Names()) {
		first := regexp.MustCompile("(?m)^\\| (`[\\w-]+`, )*`" + regexp.QuoteMeta(name) + "[:`]")
		if !first.MatchString(text) {
			t.Errorf("%s is in no table of docs/scenarios.md: add a line that begins with | `%s", name, name)
		}
	}
}

// TestEveryFormOfTracesIsDocumented compares the forms of traces with the page about traces.
func TestEveryFormOfTracesIsDocumented(t *testing.T) {
	text := document(t, "traces.md")
	for _, form := range trace.Forms() {
		if !strings.Contains(text, "| `"+form.Name+"`") && !strings.Contains(text, "`, `"+form.Name+"`") {
			t.Errorf("%s is in no table of docs/traces.md: add a line that begins with | `%s`", form.Name, form.Name)
		}
	}
}
