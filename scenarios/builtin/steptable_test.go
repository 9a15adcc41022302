package builtin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wavetank/sim/profile"
)

const tableFile = `name: mine
model: m
gpu: g
gpus: 1
step-time:
  overhead: {constant: 1ms}
  table:
    cuda-graphs: 8
    tokens: {at: 1 8 100, time: 10ms 11ms 21ms}
    sequences: {at: "1", time: 500µs}
    decode: {sequences: 1 4, context: 16 32, time: [10µs 20µs, 20µs 60µs]}
    prefill: {cached: 0 16, computed: 16 32, time: [1ms 2ms, 2ms 4ms]}
    mixed:
      computed: 16 32
      cached: "0"
      sequences: 1 4
      context: 16 32
      time: [1ms 1ms, 1ms 2ms, 2ms 2ms, 2ms 4ms]
`

func TestTableOfAStepTimeFileIsRead(t *testing.T) {
	f, err := ReadStepTime("mine.yaml", []byte(tableFile))
	if err != nil {
		t.Fatal(err)
	}
	model, err := f.StepTime.StepTime()
	if err != nil {
		t.Fatal(err)
	}
	ms := func(w profile.Work) float64 { return float64(model.Time(w)) / (1e6 * profile.Grains) }
	for want, w := range map[float64]profile.Work{
		1 + 10 + 0.5 + 0.015:       {Sequences: 1, Decode: 1, Context: 24},
		1 + 10 + 3./7 + 0.5 + 0.06: {Sequences: 4, Decode: 4, Context: 128},
		// 4 tokens take the graph of 4, 20 tokens take none
		1 + 11 + 12./92*10 + 0.5 + 2.5: {Sequences: 1, Prefill: 20, Attention: 20 * 52},
	} {
		if got := ms(w); got < want-1e-6 || got > want+1e-6 {
			t.Errorf("%+v takes %v ms, want %v", w, got, want)
		}
	}
	text, err := f.Text()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadStepTime("mine.yaml", text)
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	if differ := cmp.Diff(f, again); differ != "" {
		t.Errorf("another table was written:\n%s", differ)
	}
}

// TestFaultsOfATableAreAllReported has a fault in almost every line of a table.
func TestFaultsOfATableAreAllReported(t *testing.T) {
	text := tableFile
	for from, to := range map[string]string{
		"cuda-graphs: 8": "cuda-graphs: -8", "at: 1 8 100": "at: 1 8 8", `at: "1", time: 500µs`: `at: "-1", time: 500`, "20µs 60µs]": "60µs 20µs]",
		"time: [1ms 2ms, 2ms 4ms]": "time: [1ms 2ms, 2ms]", "cached: \"0\"": "cached: none", "2ms 4ms]": "2ms -4ms]",
	} {
		if strings.Count(text, from) < 1 {
			t.Fatalf("%q is not in the file", from)
		}
		text = strings.Replace(text, from, to, 1)
	}
	_, err := ReadStepTime("mine.yaml", []byte(text))
	if err == nil {
		t.Fatal("no fault is reported")
	}
	for _, want := range []string{
		"mine.yaml:8:18: step-time.table.cuda-graphs: -8 is negative",
		"mine.yaml:9:18: step-time.table.tokens.at: 8 comes after 8: sizes ascend",
		"mine.yaml:10:21: step-time.table.sequences.at: -1 is not between 0 and 16777216",
		"mine.yaml:10:33: step-time.table.sequences.time: time 1: ",
		"mine.yaml:11:64: step-time.table.decode.time[1]: time 2, 20µs, is less than the one before, 60µs: times do not fall with the context",
		"mine.yaml:12:62: step-time.table.prefill.time[1]: there are 1 times for 2 sizes",
		"mine.yaml:18:41: step-time.table.mixed.time[3]: time 2, -4ms, is negative",
		"mine.yaml:15:15: step-time.table.mixed.cached: \"none\" is not a whole number",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
	few := strings.Replace(tableFile, "time: [1ms 1ms, 1ms 2ms, 2ms 2ms, 2ms 4ms]", "time: [1ms 1ms, -1ms 2ms, 2ms 2ms]", 1)
	if _, err := ReadStepTime("mine.yaml", []byte(few)); err == nil || !strings.Contains(err.Error(), "there are 3 rows for 4 sizes") || !strings.Contains(err.Error(), "time[1]: time 1, -1ms, is negative") {
		t.Errorf("a table with a hole: %v", err)
	}
}
