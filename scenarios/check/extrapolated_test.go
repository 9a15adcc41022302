package check

import (
	"os"
	"path/filepath"
	"testing"

	"wavetank/scenarios/scenariotest"
)

// measuredLaw is a step-time file with its engine and the ranges that it has seen.
const measuredLaw = `name: mine
model: m
gpu: g
gpus: 1
step-time: {compute: {constant: 10ms}}
source: a log
rows: 100 rows
error: none
engine: {max-num-seqs: 256, max-num-batched-tokens: 2048, enable-chunked-prefill: true, scheduler-reserve-full-isl: false, async-scheduling: true, block-size: 16, enable-prefix-caching: true}
seen:
  prompt: {least: 20, most: 300}
  context: {least: 30, most: 700}
  sequences: {least: 1, most: 20}
  tokens-per-second: {least: 100, most: 900}
`

// TestUseOutsideOfWhatWasMeasuredIsWarnedOf gives a model longer prompts than its step-time model
// has seen, and another engine.
func TestUseOutsideOfWhatWasMeasuredIsWarnedOf(t *testing.T) {
	law := filepath.Join(t.TempDir(), "law.yaml")
	if err := os.WriteFile(law, []byte(measuredLaw), 0o644); err != nil {
		t.Fatal(err)
	}
	e := load(t, scenariotest.Chat(law, ""))
	for _, want := range []string{
		"the step-time model mine of chat-8b@aws/p5.4xlarge was fitted with async-scheduling: true, not false",
		"100 % of the requests that come to chat-8b@aws/p5.4xlarge are extrapolated: the step-time model mine has seen prompts of up to 300 tokens, and requests of up to 700",
	} {
		if !says(e, want) {
			t.Errorf("%q is not in %q", want, e.Warnings())
		}
	}
	short := load(t, scenariotest.Chat(law, "")+"")
	short.Spec.Deployments[0].Tokens.Ahead = true
	if says(short, "fitted with") {
		t.Errorf("the engine is that of the measurements, and still: %q", short.Warnings())
	}
}
