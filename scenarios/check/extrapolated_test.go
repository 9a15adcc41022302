package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/scenarios/build"
	"wavetank/scenarios/file"
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
	e := load(t, strings.Replace(scenariotest.Chat(law, ""), "max-model-len:", "async-scheduling: false, max-model-len:", 1))
	for _, want := range []string{
		"the step-time model mine of chat-8b@aws/p5.4xlarge was fitted with async-scheduling: true, not false",
		"100 % of the requests that come to chat-8b@aws/p5.4xlarge are extrapolated: the step-time model mine has seen prompts of up to 300 tokens, and requests of up to 700",
	} {
		if !says(e, want) {
			t.Errorf("%q is not in %q", want, e.Warnings())
		}
	}
}

// TestRanksAndStagesDoNotScheduleAhead gives replicas of several engines a step-time file whose
// engine scheduled ahead. The scenario is refused until it says that its engines do not.
func TestRanksAndStagesDoNotScheduleAhead(t *testing.T) {
	law := filepath.Join(t.TempDir(), "law.yaml")
	if err := os.WriteFile(law, []byte(measuredLaw), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, engines := range []string{"data-parallel-size: 2", "pipeline-parallel-size: 2, pipeline-hop: 1ms"} {
		text := strings.NewReplacer("aws/p5.4xlarge", "aws/p5.48xlarge", "gpu-memory: 80GiB", "gpu-memory: 80GiB\n            gpus: 2", "max-model-len:", engines+", max-model-len:").Replace(scenariotest.Chat(law, ""))
		f, err := file.Read("s.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := build.Build(f); err == nil || !strings.Contains(err.Error(), "async-scheduling: a replica of 2 engines schedules a step when the step before it has ended") {
			t.Errorf("%s: reported is %v", engines, err)
		}
		if e := load(t, strings.Replace(text, "max-model-len:", "async-scheduling: false, max-model-len:", 1)); e.Spec.Deployments[0].Tokens.Engines() != 2 {
			t.Errorf("%s: the replica has %d engines", engines, e.Spec.Deployments[0].Tokens.Engines())
		}
	}
}

// TestEngineOfAStepTimeModelIsAdopted gives a model a step-time file with another engine than the
// usual one. What the scenario gives stays, the rest is that of the file, and check says so. The
// resolved scenario gives the same engine.
func TestEngineOfAStepTimeModelIsAdopted(t *testing.T) {
	law := filepath.Join(t.TempDir(), "law.yaml")
	text := strings.Replace(measuredLaw, "max-num-seqs: 256, max-num-batched-tokens: 2048", "max-num-seqs: 96, max-num-batched-tokens: 4096, kv-blocks: 77", 1)
	if err := os.WriteFile(law, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	scenario := strings.NewReplacer("max-model-len:", "max-num-seqs: 64, max-model-len:", "kv-blocks: 4000",
		"architecture: {layers: 32, hidden-size: 4096, heads: 32, kv-heads: 8, intermediate-size: 14336, vocab-size: 128256}").Replace(scenariotest.Chat(law, ""))
	e := load(t, scenario)
	c := e.Spec.Deployments[0].Tokens
	if c.MaxSequences != 64 || c.MaxTokens != 4096 || !c.Ahead || c.Blocks == 77 {
		t.Errorf("%d sequences, %d tokens in a step, ahead %v, %d blocks of another GPU", c.MaxSequences, c.MaxTokens, c.Ahead, c.Blocks)
	}
	if says(e, "fitted with") {
		t.Errorf("the engine is that of the measurements, and still: %q", e.Warnings())
	}
	if said := e.Summary(); !strings.Contains(said, "mine  max-num-batched-tokens: 4096, async-scheduling: true") {
		t.Errorf("check does not say it: %s", said)
	}
	resolved, err := e.Scenario.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	again := load(t, string(resolved))
	if got := again.Spec.Deployments[0].Tokens; got.MaxTokens != 4096 || got.MaxSequences != 64 || !got.Ahead || got.Blocks != c.Blocks || again.Adopted[0] != "" {
		t.Errorf("the resolved scenario has %d tokens in a step, %d sequences, ahead %v, adopted %q", got.MaxTokens, got.MaxSequences, got.Ahead, again.Adopted[0])
	}
	if err := os.WriteFile(law, []byte(strings.Replace(text, "gpu: g", "gpu: h100", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if n := load(t, scenario).Spec.Deployments[0].Tokens.Blocks; n != 77 {
		t.Errorf("%d KV blocks, not the 77 of the same GPU", n)
	}
}
