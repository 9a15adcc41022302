package measured

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reportOf reads a report from a file with a name.
func reportOf(t *testing.T, name, text string) ([]LoadPoint, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadReports(path, 0)
}

// TestReportsOfOtherProgramsAreRead reads one point in every kind of report: 4 clients, 600 and 128
// tokens, 46 ms to the first token, 1.123 s in all, 3.5 requests per second.
func TestReportsOfOtherProgramsAreRead(t *testing.T) {
	for name, text := range map[string]string{
		"llmd1.yaml": `version: '0.1'
scenario: {load: {name: vllm-benchmark, args: {max_concurrency: 4, request_rate: .inf}}}
metrics:
  requests: {total: 100, input_length: {units: count, mean: 600}, output_length: {units: count, mean: 128.0}}
  latency: {time_to_first_token: {units: ms, mean: 46}, request_latency: {units: ms, mean: 1123.0}}
  throughput: {requests_per_sec: 3.5}
`,
		"llmd2.yaml": `version: '0.2'
scenario: {load: {standardized: {concurrency: 4, rate_qps: null}}}
results:
  request_performance:
    aggregate:
      requests: {total: 100, input_length: {units: count, mean: 600}, output_length: {units: count, mean: 128}}
      latency: {time_to_first_token: {units: s, mean: 0.046}, request_latency: {units: s, mean: 1.123}}
      throughput: {requests_rate: {units: queries/s, mean: 3.5}}
`,
		"aiperf.json": `{"request_latency": {"unit": "ms", "avg": 1123}, "time_to_first_token": {"unit": "ms", "avg": 46}, "request_count": {"avg": 100},
 "input_sequence_length": {"unit": "tokens", "avg": 600}, "output_sequence_length": {"unit": "tokens", "avg": 128},
 "request_throughput": {"unit": "requests/sec", "avg": 3.5}, "inter_token_latency": {"avg": NaN}, "input_config": {"loadgen": {"concurrency": 4, "request_rate": null}}}`,
		"guidellm.json": `{"benchmarks": [{"config": {"strategy": {"type_": "concurrent", "streams": 4}}, "metrics": {"prompt_token_count": {"successful": {"mean": 600}},
 "output_token_count": {"successful": {"mean": 128}}, "time_to_first_token_ms": {"successful": {"mean": 46}}, "request_latency": {"successful": {"mean": 1.123}},
 "requests_per_second": {"successful": {"mean": 3.5}}}}]}`,
		"sglang.jsonl": `{"backend": "sglang", "request_rate": Infinity, "max_concurrency": 4, "completed": 100, "total_input_tokens": 60000, "total_output_tokens": 12800,
 "mean_ttft_ms": 46, "mean_e2e_latency_ms": 1123, "request_throughput": 3.5}`,
	} {
		list, err := reportOf(t, name, text)
		if err != nil || len(list) != 1 {
			t.Errorf("%s: %v %v", name, list, err)
			continue
		}
		p := list[0]
		near := func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
		if p.Clients != 4 || !near(p.Input.Mean, 600) || !near(p.Output.Mean, 128) || !near(p.TTFT, 0.046) || !near(p.E2E, 1.123) || !near(p.Throughput, 3.5) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestReportsWithoutTheirLoadAreRefused(t *testing.T) {
	for name, c := range map[string][2]string{
		"a.json": {`{"request_latency": {"unit": "ms", "avg": 1123}, "input_sequence_length": {"avg": 600}, "output_sequence_length": {"avg": 128}}`, "so the load is not known"},
		"b.json": {`{"request_latency": {"unit": "weeks", "avg": 1123}, "input_sequence_length": {"avg": 600}, "output_sequence_length": {"avg": 128}, "input_config": {"concurrency": 2}}`,
			`request_latency.unit: "weeks" is not a unit of time`},
		"c.yaml": {"a: 1\n", "is neither of a stage of inference-perf nor"},
		"d.yaml": {"a: [1\n", "d.yaml: "},
	} {
		if _, err := reportOf(t, name, c[0]); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: %v, want %s", name, err, c[1])
		}
	}
}
