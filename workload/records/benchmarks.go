package records

import (
	"errors"
	"fmt"
)

// unfoldLists unfolds the result of vllm bench serve or SGLang's bench_serving with the details of
// each request: lists with an entry for each request. The times between tokens add up to the time
// from the first token to the last.
func unfoldLists(document row, _ int, emit func(row)) error {
	inputs, outputs, ttfts, gaps := list(document, "input_lens"), list(document, "output_lens"), list(document, "ttfts"), list(document, "itls")
	starts, failures := list(document, "start_times"), list(document, "errors")
	if starts == nil {
		return errors.New("the result has no start_times, so it is not known when its requests were sent: newer versions of vllm bench serve write " +
			"them with --save-detailed; wavetank fit points reads the result as a mean at one load")
	}
	for name, other := range map[string][]any{"output_lens": outputs, "start_times": starts, "ttfts": ttfts} {
		if len(other) != len(inputs) {
			return fmt.Errorf("%s has %d entries, but input_lens has %d", name, len(other), len(inputs))
		}
	}
	for i := range inputs {
		r := row{"start_time": starts[i], "input_tokens": inputs[i], "output_tokens": outputs[i], "ttft": ttfts[i], "error": nil}
		if i < len(failures) && failures[i] != "" {
			r["error"] = failures[i]
		}
		if first, ok := number(ttfts[i]); ok && i < len(gaps) {
			for _, gap := range list(gaps[i]) {
				v, _ := number(gap)
				first += v
			}
			r["e2e"] = first
		}
		emit(r)
	}
	return nil
}

// unfoldTokenTimes completes a request of inference-perf: the instant of its first token is the
// first of its token times.
func unfoldTokenTimes(document row, _ int, emit func(row)) error {
	r := row{
		"start_time": document["start_time"], "end_time": document["end_time"], "error": document["error"],
		"input_tokens": at(document, "info", "input_tokens"), "output_tokens": at(document, "info", "output_tokens"),
	}
	if times := list(document, "info", "output_token_times"); len(times) > 0 {
		r["first_token_time"] = times[0]
	}
	emit(r)
	return nil
}

// unfoldGuideLLM unfolds the requests of all benchmarks of a report of GuideLLM. The versions of
// the report have other names for the same figures.
func unfoldGuideLLM(document row, _ int, emit func(row)) error {
	for i, b := range list(document, "benchmarks") {
		for _, request := range append(list(b, "requests", "successful"), list(b, "requests")...) {
			r := row{"benchmark": i, "error": nil}
			for name, paths := range map[string][][]string{
				"start_time":       {{"start_time"}, {"request_start_time"}, {"info", "timings", "request_start"}, {"scheduler_info", "request_timings", "request_start"}},
				"end_time":         {{"end_time"}, {"request_end_time"}, {"info", "timings", "request_end"}, {"scheduler_info", "request_timings", "request_end"}},
				"first_token_time": {{"first_token_time"}, {"info", "timings", "first_token_iteration"}, {"info", "timings", "first_iteration"}, {"scheduler_info", "request_timings", "first_iteration"}},
				"input_tokens":     {{"prompt_tokens"}, {"input_metrics", "text_tokens"}, {"input_metrics", "total_tokens"}},
				"output_tokens":    {{"output_tokens"}, {"output_metrics", "text_tokens"}, {"output_metrics", "total_tokens"}},
			} {
				for _, path := range paths {
					if v := at(request, path...); v != nil {
						r[name] = v
						break
					}
				}
			}
			emit(r)
		}
	}
	return nil
}

// unfoldExperiments unfolds the requests of a profile export of genai-perf. It holds instants, but
// no numbers of tokens.
func unfoldExperiments(document row, _ int, emit func(row)) error {
	for i, e := range list(document, "experiments") {
		for _, request := range list(e, "requests") {
			r := row{"experiment": i, "start_time": at(request, "timestamp")}
			if times := list(request, "response_timestamps"); len(times) > 0 {
				r["first_token_time"], r["end_time"] = times[0], times[len(times)-1]
			}
			emit(r)
		}
	}
	return nil
}
