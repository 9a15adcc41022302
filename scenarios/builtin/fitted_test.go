package builtin

import (
	"strings"
	"testing"
	"time"

	"wavetank/sim/tokens"
)

const fittedFile = `name: mine
model: m
gpu: g
gpus: 1
step-time: {memory: {constant: 10ms}, compute: {prefill: 40µs, decode: 40µs}}
source: a log
rows: 100 rows
error: none
draws:
  of: [memory.constant, compute.prefill, compute.decode, before]
  values: [9ms 41µs 41µs 2ms, 11ms 39µs 39µs 0s]
`

func TestDrawsOfAStepTimeFileMakeEngines(t *testing.T) {
	f, err := ReadStepTime("mine.yaml", []byte(fittedFile))
	if err != nil {
		t.Fatal(err)
	}
	list := f.Engines(tokens.Config{MaxSequences: 7})
	if len(list) != 2 || list[1].MaxSequences != 7 || list[0].Before != 2*time.Millisecond {
		t.Fatalf("%+v", list)
	}
	first := list[0].StepTime.Memory.Coefficients()
	if second := list[1].StepTime.Compute.Coefficients(); first.Constant != 0.009 || second.Prefill < 38.9e-6 || second.Prefill > 39.1e-6 {
		t.Errorf("%v, %v", first, second)
	}
	for wrong, want := range map[string]string{
		"9ms 41µs 41µs 2ms": "draw 1 has 3 values, not 4", "memory.constant, compute.prefill": `there is no coefficient "memory.size"`, "2ms, 11ms": "draw 1: ",
	} {
		changed := map[string]string{"9ms 41µs 41µs 2ms": "9ms 41µs 41µs", "memory.constant, compute.prefill": "memory.size, compute.prefill", "2ms, 11ms": "2 weeks, 11ms"}[wrong]
		if _, err := ReadStepTime("mine.yaml", []byte(strings.Replace(fittedFile, wrong, changed, 1))); err == nil || (!strings.Contains(err.Error(), want) && wrong != "2ms, 11ms") {
			t.Errorf("%s: %v", changed, err)
		}
	}
}

func TestWhatIsBeyondTheRangesIsNamed(t *testing.T) {
	s := Seen{Prompt: SeenRange{100, 1000}, Context: SeenRange{150, 1500}, Sequences: SeenRange{2, 20}, Tokens: SeenRange{500, 500}}
	if list := s.Beyond(s); len(list) > 0 {
		t.Errorf("the same ranges are beyond: %q", list)
	}
	other := s
	other.Prompt.Most, other.Sequences.Least = 4000, 0.5
	list := s.Beyond(other)
	if len(list) != 2 || list[0] != "prompts of 100 to 4000 tokens (seen: 100 to 1000)" || !strings.HasPrefix(list[1], "0 to 20 requests in flight") {
		t.Errorf("%q", list)
	}
	if !s.Longer(1300, 1) || s.Longer(1200, 100) || !s.Longer(1000, 900) {
		t.Error("longer requests are not told from others")
	}
}
