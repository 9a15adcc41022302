package trace

import (
	"strings"
	"testing"
	"time"
)

// recordTexts holds two requests in every form of records: they are sent 1.5 s apart, with 300 and
// 500 input tokens and 50 and 20 output tokens. The first tokens come after 40 and 60 ms, the last
// ones after 1 and 0.5 s. Failed and warm-up requests are among them.
var recordTexts = map[string]string{
	"aiperf": `{"metadata": {"conversation_id": "w", "request_start_ns": 1772442000000000000, "benchmark_phase": "warmup", "was_cancelled": false}, "metrics": {"input_sequence_length": {"value": 9, "unit": "tokens"}, "output_sequence_length": {"value": 9, "unit": "tokens"}, "time_to_first_token": {"value": 9, "unit": "ms"}, "request_latency": {"value": 90, "unit": "ms"}}, "error": null}
{"metadata": {"conversation_id": "b", "request_start_ns": 1772442001500000000, "benchmark_phase": "profiling", "was_cancelled": false}, "metrics": {"input_sequence_length": {"value": 500, "unit": "tokens"}, "output_sequence_length": {"value": 20, "unit": "tokens"}, "time_to_first_token": {"value": 60, "unit": "ms"}, "request_latency": {"value": 500, "unit": "ms"}}, "error": null}
{"metadata": {"conversation_id": "a", "request_start_ns": 1772442000000000000, "benchmark_phase": "profiling", "was_cancelled": false}, "metrics": {"input_sequence_length": {"value": 300, "unit": "tokens"}, "output_sequence_length": {"value": 50, "unit": "tokens"}, "time_to_first_token": {"value": 40, "unit": "ms"}, "request_latency": {"value": 1000, "unit": "ms"}}, "error": null}
{"metadata": {"conversation_id": "c", "request_start_ns": 1772442001000000000, "benchmark_phase": "profiling", "was_cancelled": false}, "metrics": {}, "error": {"code": 500}}
{"metadata": {"conversation_id": "d", "request_start_ns": 1772442001200000000, "benchmark_phase": "profiling", "was_cancelled": true}, "metrics": {}, "error": null}
`,
	"inference-perf": `[{"start_time": 1000, "end_time": 1001, "request": "{}", "info": {"input_tokens": 300, "output_tokens": 50, "output_token_times": [1000.04, 1001]}, "error": null},
 {"start_time": 1001.5, "end_time": 1002, "info": {"input_tokens": 500, "output_tokens": 20, "output_token_times": [1001.56, 1002]}, "error": null},
 {"start_time": 1001.6, "end_time": 1001.7, "info": {"input_tokens": 500, "output_tokens": 0, "output_token_times": []}, "error": {"error_type": "timeout"}}]`,
	"otel": `{"trace_id": "0", "start_time": "2026-03-02T09:00:00.5Z", "end_time": "2026-03-02T09:00:01.5Z", "attributes": {"gen_ai.usage.input_tokens": 300, "gen_ai.usage.output_tokens": 50, "gen_ai.server.time_to_first_token": 0.04}}
{"trace_id": "1", "start_time": "2026-03-02T09:00:02Z", "end_time": "2026-03-02T09:00:02.5Z", "attributes": {"gen_ai.usage.input_tokens": 500, "gen_ai.usage.output_tokens": 20, "gen_ai.server.time_to_first_token": 0.06}}
`,
	"otlp": `{"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "x"}}]}, "scopeSpans": [{"spans": [
 {"name": "chat", "startTimeUnixNano": "1772442000000000000", "endTimeUnixNano": "1772442001000000000", "attributes": [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "300"}}, {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "50"}}, {"key": "gen_ai.server.time_to_first_token", "value": {"doubleValue": 0.04}}]},
 {"name": "tool", "startTimeUnixNano": "1772442000500000000", "endTimeUnixNano": "1772442000600000000", "attributes": []},
 {"name": "chat", "startTimeUnixNano": "1772442001500000000", "endTimeUnixNano": "1772442002000000000", "attributes": [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "500"}}, {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "20"}}, {"key": "gen_ai.server.time_to_first_token", "value": {"doubleValue": 0.06}}]}]}]}]}`,
	"litellm": "request_id,startTime,endTime,completionStartTime,prompt_tokens,completion_tokens,status\n" +
		"a,2026-03-02 09:00:00.5,2026-03-02 09:00:01.5,2026-03-02 09:00:00.54,300,50,success\n" +
		"x,2026-03-02 09:00:01,2026-03-02 09:00:01.5,2026-03-02 09:00:01,7,1,failure\n" +
		"b,2026-03-02 09:00:02,2026-03-02 09:00:02.5,2026-03-02 09:00:02.06,500,20,success\n",
	"vllm-bench": `{"backend": "vllm", "request_rate": Infinity, "input_lens": [300, 7, 500], "output_lens": [50, 0, 20], "start_times": [12.5, 13, 14],
 "ttfts": [0.04, 0, 0.06], "itls": [[0.5, 0.46], [], [0.44]], "errors": ["", "timed out", ""], "generated_texts": ["NaN", "", "-"]}`,
	"guidellm": `{"benchmarks": [{"requests": {"successful": [
 {"start_time": 1772442000, "end_time": 1772442001, "first_token_time": 1772442000.04, "prompt_tokens": 300, "output_tokens": 50},
 {"info": {"timings": {"request_start": 1772442001.5, "request_end": 1772442002, "first_token_iteration": 1772442001.56}}, "input_metrics": {"text_tokens": 500}, "output_metrics": {"text_tokens": 20}}],
 "errored": [{"start_time": 1772442001}]}}]}`,
}

func TestRecordsOfOtherProgramsAreRead(t *testing.T) {
	dropped := map[string]int{"aiperf": 3, "inference-perf": 1, "litellm": 1, "vllm-bench": 1}
	for name, text := range recordTexts {
		f := inMemory("x", []byte(text))
		if form, err := Detect(f); err != nil || form != name {
			t.Errorf("%s is taken for %s: %v", name, form, err)
			continue
		}
		sum, err := scan(f, formOf(name))
		if err != nil || sum.Requests != 2 || sum.Span != 1500*time.Millisecond || sum.Input != 400 || sum.Output != 35 {
			t.Errorf("%s: %+v %v", name, sum, err)
		}
		log, form, leftOut, err := LoadLog(f)
		if err != nil || form != name || log.Len() != 2 || leftOut != dropped[name] {
			t.Errorf("%s: a log of form %q with %d rows, %d left out: %v", name, form, log.Len(), leftOut, err)
		}
	}
}

func TestRecordsWithoutWhatIsNeededAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{"input_lens": [1], "output_lens": [2], "ttfts": [0.1], "itls": [[]]}`:                           "the result has no start_times",
		`{"input_lens": [1, 2], "output_lens": [2], "ttfts": [0.1], "itls": [[]], "start_times": [1, 2]}`: "has 1 entries, but input_lens has 2",
	} {
		_, err := scan(inMemory("x.json", []byte(text)), formOf("vllm-bench"))
		mentions(t, err, "x.json", want)
	}
	mentions(t, second(scan(inMemory("x.csv", []byte("a,b\n1,2\n")), formOf("aiperf"))), "x.csv: this is not of the form aiperf; the columns are a, b")
	bad := strings.Replace(recordTexts["inference-perf"], `"input_tokens": 300`, `"input_tokens": "many"`, 1)
	mentions(t, second(scan(inMemory("x.json", []byte(bad)), formOf("inference-perf"))), `x.json: record 1: input_tokens: "many" is not a whole number`)
	mixed := strings.Replace(recordTexts["aiperf"], `"time_to_first_token": {"value": 60, "unit": "ms"}`, `"time_to_first_token": {"value": 0.06, "unit": "s"}`, 1)
	_, _, _, err := LoadLog(inMemory("x", []byte(mixed)))
	mentions(t, err, `metrics.time_to_first_token.unit: "ms", but "s" above`)
}

// TestSessionsOfAgentsAreRead reads a session with a subagent, whose instants count from its begin.
func TestSessionsOfAgentsAreRead(t *testing.T) {
	text := `{"id": "s", "models": ["m"], "block_size": 64, "hash_id_scope": "local", "requests": [
 {"t": 0, "type": "n", "model": "m", "in": 128, "out": 9, "hash_ids": [1, 2], "api_time": 2},
 {"t": 10, "type": "subagent", "agent_id": "a", "requests": [{"t": 1, "type": "n", "model": "m", "in": 64, "out": 3, "hash_ids": [7]}]},
 {"t": 5, "type": "s", "model": "m", "in": 192, "out": 4, "hash_ids": [1, 2, 3], "ttft": 0.5}]}`
	f := inMemory("s.json", []byte(text))
	if form, err := Detect(f); err != nil || form != "weka" {
		t.Fatalf("%s %v", form, err)
	}
	form := formOf("weka").(Records)
	c, unfolded, err := form.columns(f)
	if err != nil || c.Block != 64 {
		t.Fatalf("%+v %v", c, err)
	}
	all := take(t, must(OpenTable(lane("a"), unfolded, c)), 9)
	if len(all) != 3 || all[1].Arrival != 5e9 || all[2].Arrival != 11e9 || all[0].Session != all[1].Session || all[0].Session == all[2].Session {
		t.Fatalf("%+v", all)
	}
	a, b := all[0].Content.Prefix, all[1].Content.Prefix
	if len(b) != 3 || a[0] != b[0] || a[1] != b[1] || b[2].Content == all[2].Content.Prefix[0].Content {
		t.Errorf("prefixes %v, %v", a, b)
	}
}

func TestWorkloadsOfAIBrixAreRead(t *testing.T) {
	text := `{"timestamp": 0, "requests": [{"prompt": "x", "prompt_length": 100, "output_length": 7, "session_id": 0}, {"prompt_length": 50, "output_length": 3, "session_id": 1}]}
{"timestamp": 1500, "requests": [{"prompt_length": 300, "output_length": 5, "session_id": 0}]}
`
	f := inMemory("w.jsonl", []byte(text))
	if form, err := Detect(f); err != nil || form != "aibrix" {
		t.Fatalf("%s %v", form, err)
	}
	sum, err := scan(f, formOf("aibrix"))
	if err != nil || sum.Requests != 3 || sum.Span != 1500*time.Millisecond || sum.Input != 150 || sum.Output != 5 {
		t.Errorf("%+v %v", sum, err)
	}
}
