package trace

import "wavetank/workload/table"

// recordForms lists the forms of records.
var recordForms = []Records{
	{ // profile_export.jsonl of NVIDIA AIPerf
		name: "aiperf", marks: [][]string{{"metadata.request_start_ns"}, {"metadata.benchmark_phase", "metadata.worker_id"}},
		time: []string{"metadata.request_start_ns"}, unit: table.Nanoseconds,
		input:   []string{"metrics.input_sequence_length.value"},
		output:  []string{"metrics.output_sequence_length.value", "metrics.output_token_count.value"},
		session: []string{"metadata.conversation_id"},
		where: append(without("error"),
			table.Condition{Column: "metadata.benchmark_phase", Not: true, Value: "warmup"},
			table.Condition{Column: "metadata.was_cancelled", Not: true, Value: "true"}),
		answers: []answer{
			{name: "ttft", columns: []string{"metrics.time_to_first_token.value"}, unit: "ms", unitAt: "metrics.time_to_first_token.unit"},
			{name: "e2e", columns: []string{"metrics.request_latency.value"}, unit: "ms", unitAt: "metrics.request_latency.unit"},
		},
	},
	// per_request_lifecycle_metrics.json of inference-perf
	unfolded("inference-perf", "inference-perf"),
	// spans of the semantic conventions for generative AI of OpenTelemetry, one object per line
	spans("otel", ""),
	// the same spans in the JSON of the OpenTelemetry protocol
	spans("otlp", "otlp"),
	{ // the table of spend logs of LiteLLM
		name: "litellm", marks: [][]string{{"startTime"}, {"endTime"}, {"prompt_tokens"}, {"completion_tokens"}},
		time: []string{"startTime"}, unit: table.Auto, input: []string{"prompt_tokens"}, output: []string{"completion_tokens"}, session: []string{"session_id"},
		where:   []table.Condition{{Column: "status", Not: true, Value: "failure"}, {Column: "cache_hit", Not: true, Value: "True"}},
		answers: []answer{{name: "first_token", columns: []string{"completionStartTime"}}, {name: "last_token", columns: []string{"endTime"}}},
	},
	// request logs of Knative, and of other proxies that log as Google Cloud does; sizes are in
	// bytes
	{
		name: "request-log", marks: [][]string{{"timestamp"}, {"httpRequest.latency"}, {"httpRequest.status"}},
		time: []string{"timestamp"}, unit: table.Auto, where: []table.Condition{table.Below("httpRequest.status", 400)},
		answers: []answer{{name: "e2e", columns: []string{"httpRequest.latency"}}},
	},
	// what vllm bench serve saves of each request
	unfolded("vllm-bench", "benchmark"),
	// the requests in a report of GuideLLM
	unfolded("guidellm", "guidellm"),
	// profile_export.json of genai-perf
	unfolded("genai-perf", "genai-perf"),
	// an agentic coding session as WEKA records it
	agentic(unfolded("weka", "weka")),
	{ // a workload of AIBrix
		name: "aibrix", kind: "aibrix", time: []string{"timestamp"}, unit: table.Milliseconds, input: []string{"input_tokens"}, output: []string{"output_tokens"},
		session: []string{"session"},
	},
}

// without returns the conditions that columns are empty.
func without(columns ...string) (list []table.Condition) {
	for _, c := range columns {
		list = append(list, table.Condition{Column: c})
	}
	return list
}

// unfolded returns the form of records from documents of a kind. Package records gives their
// columns the names that logs have.
func unfolded(name, kind string) Records {
	return Records{
		name: name, kind: kind, time: []string{"start_time"}, unit: table.Auto, input: []string{"input_tokens"}, output: []string{"output_tokens"},
		session: []string{"session"}, where: without("error"),
		answers: []answer{
			{name: "first_token", columns: []string{"first_token_time"}}, {name: "last_token", columns: []string{"end_time"}},
			{name: "ttft", columns: []string{"ttft"}, unit: "s"}, {name: "e2e", columns: []string{"e2e"}, unit: "s"},
		},
	}
}

// agentic adds the blocks of prompts to a form.
func agentic(r Records) Records {
	r.prefix, r.block = "hash_ids", "block_size"
	return r
}

// spans returns the form of spans, from documents of a kind or from rows.
func spans(name, kind string) Records {
	input := []string{
		"attributes.gen_ai.usage.input_tokens", "gen_ai.usage.input_tokens", "attributes.gen_ai.usage.prompt_tokens", "gen_ai.usage.prompt_tokens",
	}
	output := []string{
		"attributes.gen_ai.usage.output_tokens", "gen_ai.usage.output_tokens", "attributes.gen_ai.usage.completion_tokens", "gen_ai.usage.completion_tokens",
	}
	return Records{
		name: name, kind: kind, marks: [][]string{input, output}, unit: table.Auto, input: input, output: output,
		time:    []string{"start_time", "startTime", "start_time_unix_nano", "startTimeUnixNano", "timestamp"},
		session: []string{"attributes.gen_ai.conversation.id", "gen_ai.conversation.id"},
		where:   without("attributes.error.type", "error.type"),
		answers: []answer{
			{name: "last_token", columns: []string{"end_time", "endTime", "end_time_unix_nano", "endTimeUnixNano"}},
			{name: "ttft", columns: []string{"attributes.gen_ai.server.time_to_first_token", "attributes.gen_ai.response.time_to_first_chunk"}, unit: "s"},
		},
	}
}
