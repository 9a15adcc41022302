package measured

import (
	"fmt"
	"math"
	"strings"
)

// isSummary reports whether a document is the summary of AIPerf or genai-perf, with the mean of
// each figure and its unit.
func (d *document) isSummary() bool {
	return d.has("request_latency.avg") && d.has("input_sequence_length.avg")
}

// isLLMD reports whether a document is a benchmark report of llm-d-benchmark, in version 0.1 or
// 0.2.
func (d *document) isLLMD() bool { return d.has(d.llmD() + ".requests.input_length.mean") }

// llmD returns the path of the means in a benchmark report of llm-d-benchmark.
func (d *document) llmD() string {
	if d.has("results.request_performance.aggregate") {
		return "results.request_performance.aggregate"
	}
	return "metrics"
}

// time returns a time in seconds: the number at a path, in the unit at another path. A unit like
// ms/token counts as ms. Without a unit, it is the given one.
func (d *document) time(path, unit, otherwise string) float64 {
	scale := map[string]float64{"s": 1, "sec": 1, "seconds": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
	word := otherwise
	if text, ok := d.value(unit).(string); ok {
		word, _, _ = strings.Cut(text, "/")
	}
	v := d.number(0, path)
	if scale[word] == 0 {
		d.fault(unit, "%q is not a unit of time", word)
	}
	return v * scale[word]
}

// under sets the load of a point from the first paths that have one: clients before a rate.
func (d *document) under(p *LoadPoint, limit int, clients, rates []string) {
	for _, path := range clients {
		if n, ok := d.value(path).(float64); ok && n >= 1 && n < 1e6 {
			p.Clients = int(n)
			return
		}
	}
	for _, path := range rates {
		if rate, ok := d.value(path).(float64); ok && rate > 0 && rate < 1e9 {
			p.Rate, p.InFlight = rate, limit
			return
		}
	}
	d.fault(strings.Join(append(clients, rates...), " or "), "is missing, so the load is not known")
	p.Clients = 1
}

// summaryPoint returns the point of a summary of AIPerf or genai-perf.
func (d *document) summaryPoint(limit int) LoadPoint {
	p := LoadPoint{
		Name: d.name, Input: LengthSummary{Mean: d.number(1, "input_sequence_length.avg")}, Output: LengthSummary{Mean: d.number(1, "output_sequence_length.avg")},
		E2E: d.time("request_latency.avg", "request_latency.unit", "ms"), Random: true,
	}
	if d.has("time_to_first_token.avg") {
		p.TTFT = d.time("time_to_first_token.avg", "time_to_first_token.unit", "ms")
	}
	if d.has("request_throughput.avg") {
		p.Throughput = d.number(0, "request_throughput.avg")
	}
	if d.has("request_count.avg") {
		p.Requests = int(min(d.number(1, "request_count.avg"), 1e6))
	}
	if d.has("error_request_count.avg") {
		failed := d.number(0, "error_request_count.avg")
		p.Failed = failed / math.Max(1, failed+float64(p.Requests))
	}
	d.under(&p, limit,
		[]string{"input_config.loadgen.concurrency", "input_config.perf_analyzer.stimulus.concurrency", "input_config.concurrency"},
		[]string{"input_config.loadgen.request_rate", "input_config.perf_analyzer.stimulus.request_rate", "input_config.request_rate"})
	return p
}

// llmDPoint returns the point of a benchmark report of llm-d-benchmark.
func (d *document) llmDPoint(limit int) LoadPoint {
	at := d.llmD()
	p := LoadPoint{
		Name: d.name, Input: d.lengths(at+".requests.input_length", at+".requests.input_length"), Output: d.lengths(at+".requests.output_length", at+".requests.output_length"),
		TTFT: d.time(at+".latency.time_to_first_token.mean", at+".latency.time_to_first_token.units", "ms"), Random: true,
	}
	if d.has(at + ".requests.total") {
		p.Requests = int(min(d.number(1, at+".requests.total"), 1e6))
		if d.has(at + ".requests.failures") {
			p.Failed = d.number(0, at+".requests.failures") / float64(p.Requests)
		}
	}
	if d.has(at + ".latency.request_latency.mean") {
		p.E2E = d.time(at+".latency.request_latency.mean", at+".latency.request_latency.units", "ms")
	} else {
		tpot := d.time(at+".latency.time_per_output_token.mean", at+".latency.time_per_output_token.units", "ms")
		p.E2E = p.TTFT + tpot*math.Max(0, p.Output.Mean-1)
	}
	for _, path := range []string{".throughput.requests_per_sec", ".throughput.requests_rate.mean", ".throughput.request_rate.mean"} {
		if d.has(at + path) {
			p.Throughput = d.number(0, at+path)
		}
	}
	d.under(&p, limit,
		[]string{"scenario.load.standardized.concurrency", "scenario.load.args.max_concurrency", "scenario.load.args.max-concurrency", "scenario.load.args.concurrency"},
		[]string{"scenario.load.standardized.rate_qps", "scenario.load.args.request_rate", "scenario.load.args.request-rate", "scenario.load.args.rate"})
	return p
}

// guideLLMPoints returns the points of a report of GuideLLM, one for each benchmark.
func (d *document) guideLLMPoints(limit int) (list []LoadPoint) {
	benchmarks, _ := d.value("benchmarks").([]any)
	for i, b := range benchmarks {
		fields, _ := b.(map[string]any)
		one := &document{name: fmt.Sprintf("%s: benchmark %d", d.name, i+1), fields: fields}
		p := LoadPoint{
			Name: one.name, Input: LengthSummary{Mean: one.number(1, "metrics.prompt_token_count.successful.mean")},
			Output: LengthSummary{Mean: one.number(1, "metrics.output_token_count.successful.mean")},
			TTFT:   one.number(0, "metrics.time_to_first_token_ms.successful.mean") / 1e3, E2E: one.number(0, "metrics.request_latency.successful.mean"),
		}
		if one.has("metrics.requests_per_second.successful.mean") {
			p.Throughput = one.number(0, "metrics.requests_per_second.successful.mean")
		}
		strategy := "config.strategy"
		for _, path := range []string{"args.strategy", "scheduler.strategy"} {
			if one.has(path) {
				strategy = path
			}
		}
		switch one.value(strategy + ".type_") {
		case "synchronous":
			p.Clients = 1
		case "poisson":
			p.Random = true
			fallthrough
		default:
			one.under(&p, limit, []string{strategy + ".streams", strategy + ".max_concurrency"}, []string{strategy + ".rate"})
		}
		d.faults = append(d.faults, one.faults...)
		list = append(list, p)
	}
	return list
}
