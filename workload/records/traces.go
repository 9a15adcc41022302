package records

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// unfoldSpans unfolds spans in the JSON of the OpenTelemetry protocol. Spans without numbers of
// tokens are left out: they are parts of a request, or none.
func unfoldSpans(document row, _ int, emit func(row)) error {
	for _, resource := range list(document, "resourceSpans") {
		for _, scope := range list(resource, "scopeSpans") {
			for _, span := range list(scope, "spans") {
				named := attributes(list(span, "attributes"))
				if named["gen_ai.usage.input_tokens"] == nil {
					continue
				}
				emit(row{
					"start_time": at(span, "startTimeUnixNano"), "end_time": at(span, "endTimeUnixNano"), "name": at(span, "name"),
					"attributes": named, "resource": attributes(list(resource, "resource", "attributes")),
				})
			}
		}
	}
	return nil
}

// attributes returns the values of a list of attributes by their names.
func attributes(list []any) row {
	named := row{}
	for _, a := range list {
		name, _ := at(a, "key").(string)
		value, _ := at(a, "value").(map[string]any)
		for _, v := range value { // one member, whose name says the type
			named[name] = v
		}
	}
	return named
}

// unfoldSession unfolds an agentic session as WEKA records them: the calls of the agent, and those
// of its subagents. Instants count from the start of the session. Numbers of blocks are unique
// within a session unless its scope is global, so they are made unique in the file.
func unfoldSession(document row, key int, emit func(row)) error {
	id, _ := document["id"].(string)
	if id == "" {
		id = fmt.Sprint(key + 1)
	}
	block, _ := number(document["block_size"])
	global := document["hash_id_scope"] == "global"
	var calls []row
	var collect func(requests []any, shift float64, session string)
	collect = func(requests []any, shift float64, session string) {
		for i, call := range requests {
			t, _ := number(at(call, "t"))
			if inner := list(call, "requests"); len(inner) > 0 {
				begins := 0.0
				// instants since the begin of the subagent
				if first, _ := number(at(inner[0], "t")); first < t {
					begins = t
				}
				collect(inner, begins, fmt.Sprintf("%s/%d", session, i))
				continue
			}
			ids := list(call, "hash_ids")
			if !global {
				ids = salted(ids, id)
			}
			calls = append(calls, row{
				"start_time": t + shift, "session": session, "model": at(call, "model"), "input_tokens": at(call, "in"), "output_tokens": at(call, "out"),
				"hash_ids": ids, "block_size": block, "e2e": at(call, "api_time"), "ttft": at(call, "ttft"),
			})
		}
	}
	collect(list(document, "requests"), 0, id)
	slices.SortStableFunc(calls, func(a, b row) int {
		x, y := a["start_time"].(float64), b["start_time"].(float64)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	for _, r := range calls {
		emit(r)
	}
	return nil
}

// salted makes numbers of blocks that are unique within a session unique among sessions.
func salted(ids []any, session string) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		h := fnv.New64a()
		fmt.Fprintf(h, "%s/%v", session, id)
		out[i] = h.Sum64()
	}
	return out
}

// unfoldInstant unfolds an instant of a workload of AIBrix: the requests that are sent then.
func unfoldInstant(document row, _ int, emit func(row)) error {
	for _, request := range list(document, "requests") {
		output := at(request, "output_length")
		if n, ok := number(output); !ok || n == 0 {
			output = nil
		}
		emit(row{
			"timestamp": document["timestamp"], "input_tokens": at(request, "prompt_length"), "output_tokens": output, "session": at(request, "session_id"),
			"model": at(request, "model"),
		})
	}
	return nil
}

// lettersPerToken is how many letters a token of English text has on average, for documents that
// hold texts instead of lengths.
const lettersPerToken = 4

// unfoldTexts unfolds a conversation of ShareGPT: each text of a person that is answered is a
// request, whose prompt is the whole conversation so far. Lengths are estimated from the letters.
func unfoldTexts(document row, key int, emit func(row)) error {
	id, _ := document["id"].(string)
	if id == "" {
		id = fmt.Sprint(key + 1)
	}
	before, asked := 0, false
	for _, turn := range list(document, "conversations") {
		from, _ := at(turn, "from").(string)
		text, _ := at(turn, "value").(string)
		tokens := max(1, (len([]rune(text))+lettersPerToken-1)/lettersPerToken)
		answer := strings.EqualFold(from, "gpt") || strings.EqualFold(from, "assistant") || strings.EqualFold(from, "chatgpt") || strings.EqualFold(from, "bing")
		if answer && asked {
			emit(row{"session": id, "input_tokens": json.Number(fmt.Sprint(before)), "output_tokens": json.Number(fmt.Sprint(tokens))})
		}
		before, asked = before+tokens, !answer
	}
	return nil
}
