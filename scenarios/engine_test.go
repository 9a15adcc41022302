package scenarios

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
	"wavetank/sim/fleet"
)

// deployed writes a scenario and other files into a folder, and returns the deployments.
func deployed(t *testing.T, text string, files map[string]string) ([]fleet.Deployment, error) {
	t.Helper()
	folder := t.TempDir()
	files["chat.yaml"] = text
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := file.Load(filepath.Join(folder, "chat.yaml"), nil)
	if err != nil {
		return nil, err
	}
	e, err := Prepare(f)
	if err != nil {
		return nil, err
	}
	return e.Spec.Deployments, nil
}

// TestPlansCountOnTheLengthsOfTheStream checks that the deployments are the same whether the
// lengths are given by the stream or by the keys of planning.
func TestPlansCountOnTheLengthsOfTheStream(t *testing.T) {
	stepTime := "{compute: {constant: 10ms, prefill: 50µs}}"
	planned, err := deployed(t, scenariotest.Chat(stepTime, "planning: {input: 300, output: 100}\n"), map[string]string{})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := deployed(t, strings.NewReplacer("{fixed: {value: 512}}", "{normal: {mean: 300, sd: 30}}", "value: 128", "value: 100").Replace(scenariotest.Chat(stepTime, "")), map[string]string{})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := planned[0].Capacity, drawn[0].Capacity; math.Abs(a/b-1) > 0.01 {
		t.Errorf("%v requests per second by the plan, %v by the stream", a, b)
	}
}

// TestPlansCountOnTheLengthsOfTheTrace checks that the deployments are the same whether the lengths
// come from a trace or from the keys of planning.
func TestPlansCountOnTheLengthsOfTheTrace(t *testing.T) {
	stepTime := "{compute: {constant: 10ms, prefill: 50µs}}"
	planned, err := deployed(t, scenariotest.Chat(stepTime, "planning: {input: 300, output: 100}\n"), map[string]string{})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("    input: {fixed: {value: 512}}\n    output: {fixed: {value: 128}}\n", "", "{poisson: {rate: 1/s}}", "{azure-llm: {file: trace.csv}}").Replace(scenariotest.Chat(stepTime, ""))
	replayed, err := deployed(t, text, map[string]string{
		"trace.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.0,200,150\n2023-11-16 18:27:04.0,400,50\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	if p, r := planned[0], replayed[0]; p.Capacity != r.Capacity || p.MaxBatch != r.MaxBatch {
		t.Errorf("planned for %v/s in %d, for the trace %v/s in %d", p.Capacity, p.MaxBatch, r.Capacity, r.MaxBatch)
	}
}

func TestLLMIsPlannedByItsStepTimeModel(t *testing.T) {
	list, err := deployed(t, scenariotest.Chat("{compute: {constant: 10ms}}", "planning: {utilization: 0.5, input: 300, output: 100}\n"), map[string]string{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	// A request takes 100 steps of 10 ms, and 4000 blocks hold 160 requests of 400 tokens.
	d := list[0]
	if d.Tokens == nil || d.MaxBatch != 160 || math.Abs(d.Capacity-0.5*160) > 1e-6 {
		t.Errorf("%+v", d)
	}
	slow, err := deployed(t, scenariotest.Chat("{compute: {constant: 10ms, sequence: 10ms}}", "planning: {utilization: 1, input: 300, output: 100}\n"), map[string]string{})
	if err != nil || len(slow) != 1 {
		t.Fatalf("%v %v", slow, err)
	}
	// 100 steps of 10(1+n) ms take 30 s if n = 29.
	if d := slow[0]; d.MaxBatch != 29 || math.Abs(d.Capacity-29./30) > 1e-6 {
		t.Errorf("batch %d, capacity %v", d.MaxBatch, d.Capacity)
	}
	if _, err := deployed(t, scenariotest.Chat("{compute: {constant: 1s}}", ""), map[string]string{}); err == nil || !strings.Contains(err.Error(), "no machine of the fleet meets the objective") {
		t.Errorf("a step-time model too slow for the objective: %v", err)
	}
}

func TestStepTimeFilesStandBesideTheScenario(t *testing.T) {
	const stepTime = "name: mine\nmodel: x\ngpu: h100\ngpus: 1\nstep-time: {compute: {constant: 9ms}}\nbefore: 12ms\nsource: x\nrows: x\nerror: x\n"
	list, err := deployed(t, scenariotest.Chat("mine.yaml", ""), map[string]string{"mine.yaml": stepTime})
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	if c := list[0].Tokens; c.Before != 12*time.Millisecond || c.StepTime.Compute.Coefficients().Constant != 9e-3 {
		t.Errorf("%+v", c)
	}
	for text, want := range map[string]string{
		stepTime:                                   "absent.yaml",
		strings.Replace(stepTime, "9ms", "9", 1):   "mine.yaml:5",
		strings.Replace(stepTime, "9ms", "-9s", 1): "mine.yaml:5",
	} {
		name := "mine.yaml"
		if text == stepTime {
			name = "absent.yaml"
		}
		if _, err := deployed(t, scenariotest.Chat(name, ""), map[string]string{"mine.yaml": text}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "chat.yaml:23:") {
			t.Errorf("want %s in %v", want, err)
		}
	}
	if _, err := deployed(t, scenariotest.Chat("llama-3.1-8b/h10", ""), map[string]string{}); err == nil || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("unknown step-time model: %v", err)
	}
}
