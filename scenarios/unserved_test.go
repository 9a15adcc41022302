package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
)

// TestLLMsThatCannotBeServedAreToldWithTheirPlace makes mistakes in a correct scenario with an LLM.
// Each fault is reported once, at its place.
func TestLLMsThatCannotBeServedAreToldWithTheirPlace(t *testing.T) {
	base := scenariotest.Chat("{compute: {constant: 10ms}}", "")
	if got := mistakes(t, base); got != "" {
		t.Fatal(got)
	}
	const tokens = "s.yaml:23:21: models[0].variants[0].devices[0].tokens."
	for _, c := range []struct{ name, old, new, want string }{
		{"no blocks, no architecture", ", kv-blocks: 4000", "", tokens + "kv-blocks: give kv-blocks, or the architecture"},
		{"a roofline of nothing", "{compute: {constant: 10ms}}", "{roofline: {}}", tokens + "architecture: a roofline needs the architecture"},
		{"no step-time model", "{compute: {constant: 10ms}}", "{}", "s.yaml:23:33: models[0].variants[0].devices[0].tokens.step-time: all coefficients are zero"},
		{"a list for a step-time model", "{compute: {constant: 10ms}}", "[1]", "tokens.step-time: want the name of a step-time model"},
		{"a negative coefficient", "10ms", "-10ms", "tokens.step-time.compute.constant: -10ms is not between"},
		{"unknown step-time model", "{compute: {constant: 10ms}}", "qwen3-32b/h100/3", `s.yaml:23:33: models[0].variants[0].devices[0].tokens.step-time: unknown step-time model "qwen3-32b/h100/3" (did you mean`},
		{"negative blocks", "4000", "-4", "tokens.kv-blocks: must not be negative: -4"},
		{"no context", "8192", "0", "tokens.max-model-len: 0 is not between 1"},
		{"a small budget", "max-model-len: 8192", "max-model-len: 8192, max-num-batched-tokens: 8", "tokens.max-num-batched-tokens: 8 are less than the 256"},
		{"acceptance", "max-model-len: 8192", "max-model-len: 8192, speculative: {num-speculative-tokens: 2, acceptance-rate: 1.5}", "tokens.speculative: acceptance-rate: 1.5 is not in [0, 1)"},
		{"no adapters", "max-model-len: 8192", "max-model-len: 8192, lora: {max-loras: 0, adapter-size: 1MB}", "tokens.lora: max-loras: 0 is not between 1"},
		{"few adapters in host memory", "max-model-len: 8192", "max-model-len: 8192, lora: {max-loras: 4, max-cpu-loras: 2, adapter-size: 1MB}", "tokens.lora: max-cpu-loras: 2 is not between max-loras, 4"},
		{"adapters of nobody", "max-model-len: 8192", "max-model-len: 8192, lora: {adapter-size: 1MB}", "tokens.lora: each tenant has an adapter, but no stream has tenants"},
		{"a slow link of adapters", "max-model-len: 8192", "max-model-len: 8192, lora: {adapter-size: 1MB, host-bandwidth: 0B/s}", "tokens.lora.host-bandwidth: must be positive"},
		{"random acceptance of nothing", "max-model-len: 8192", "max-model-len: 8192, speculative: {num-speculative-tokens: 0, acceptance-rate: 0.5, random-acceptance: true}", "tokens.speculative: random-acceptance: there are no speculative tokens"},
		{"a handover of no layers", "max-model-len: 8192", "max-model-len: 8192, handover: {fixed: 1ms, layers: -2}", "tokens.handover: layers: -2 is not between 0 and 10000"},
		{"a handover in negative time", "max-model-len: 8192", "max-model-len: 8192, handover: {fixed: -1ms}", "tokens.handover: fixed: -1ms is negative"},
		{"host memory for blocks of unknown size", "max-model-len: 8192", "max-model-len: 8192, kv-offload: {size: 1GB}", "tokens.kv-bytes-per-token: KV blocks move to host memory"},
		{"more host memory than there is", "max-model-len: 8192", "max-model-len: 8192, kv-bytes-per-token: 100kB, kv-offload: {size: 1000GiB}", "tokens.kv-offload: 1000GiB are more than the host memory of a replica"},
		{"host memory without a prefix cache", "max-model-len: 8192", "max-model-len: 8192, enable-prefix-caching: false, kv-bytes-per-token: 100kB, kv-offload: {size: 1GB}", "tokens.kv-offload: blocks in host memory are found by their content"},
		{"a slow link of blocks", "max-model-len: 8192", "max-model-len: 8192, kv-bytes-per-token: 100kB, kv-offload: {size: 1GB, bandwidth: 0B/s}", "tokens.kv-offload.bandwidth: must be positive"},
		{"stages without GPUs", "max-model-len: 8192", "max-model-len: 8192, pipeline-parallel-size: 2", "tokens.pipeline-parallel-size: 2 stages cannot share 1 GPUs equally"},
		{"ranks without GPUs", "max-model-len: 8192", "max-model-len: 8192, data-parallel-size: 2", "tokens.data-parallel-size: 2 ranks cannot share 1 GPUs equally"},
		{"a negative number of stages", "max-model-len: 8192", "max-model-len: 8192, pipeline-parallel-size: -2", "tokens.pipeline-parallel-size: -2 is not between 1 and 1024"},
		{"a hop without stages", "max-model-len: 8192", "max-model-len: 8192, pipeline-hop: 1ms", "tokens.pipeline-hop: there is one stage; give pipeline-parallel-size"},
		{"overheads", "max-model-len: 8192", "max-model-len: 8192, overheads: {after: -1ms}", "tokens.overheads: a span is negative"},
		{"large weights", "16GB", "160GB", "tokens: the weights, 160GB, do not fit into 80.0 GiB of GPU memory"},
		{"few blocks", "4000", "30", "s.yaml:4:5: workload[0]: no machine of the fleet can serve the mean request of chat: with a prompt of 512 and an answer of 128 tokens it is larger than the KV cache"},
		{"a long prompt", "value: 512", "value: 9000", "a prompt of 9000 and an answer of 128 tokens it is longer than the context"},
		{"no tokens", "    input: {fixed: {value: 512}}\n    output: {fixed: {value: 128}}\n", "", "s.yaml:4:5: workload[0].input: chat is an LLM, whose requests need tokens"},
		{"a table without lengths", "    input: {fixed: {value: 512}}\n    output: {fixed: {value: 128}}\n    slo: {latency: 30s}\n    arrivals: {poisson: {rate: 1/s}}", "    slo: {latency: 30s}\n    arrivals: {jsonl: {file: x.jsonl, time: t}}", "workload[0].input: chat is an LLM, whose requests need tokens"},
	} {
		got := mistakes(t, strings.Replace(base, c.old, c.new, 1))
		if !strings.Contains(got, c.want) || strings.Count(got, "\n") > 0 {
			t.Errorf("%s:\n%s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestTraceThatIsShorterThanAssumedIsServed replays a trace on an LLM whose context is shorter than
// the lengths that plans assume by default.
func TestTraceThatIsShorterThanAssumedIsServed(t *testing.T) {
	folder := t.TempDir()
	text := strings.NewReplacer("    input: {fixed: {value: 512}}\n    output: {fixed: {value: 128}}\n", "", "8192", "512", "poisson: {rate: 1/s}", "csv: {file: t.csv, time: at, input: in, output: out}").
		Replace(scenariotest.Chat("{compute: {constant: 10ms}}", ""))
	for name, data := range map[string]string{"s.yaml": text, "t.csv": "at,in,out\n0,10,10\n1,20,10\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := file.Load(filepath.Join(folder, "s.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Prepare(f); err != nil {
		t.Error(err)
	}
}
