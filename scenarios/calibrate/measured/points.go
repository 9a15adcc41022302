package measured

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/workload/table"
)

// LoadPoint holds the means that were measured at one load.
type LoadPoint struct {
	Name          string        // file and line
	Input, Output LengthSummary // tokens
	TTFT          float64       // seconds from sending to the first token; 0: not measured
	E2E           float64       // seconds from sending to the last token
	Throughput    float64       // requests per second; 0: not measured
	Clients       int           // each sends its next request when one ends; 0: see Rate
	Rate          float64       // requests per second; 0: see Clients
	Requests      int           // number of requests; 0: unknown
	InFlight      int           // largest number in flight at a rate; 0: no limit
	Random        bool          // requests at a rate were certainly sent at random instants
	Groups        int           // groups of prompts that begin alike; 0: prompts share nothing
	Shared        int           // tokens at the beginning of the prompts of a group
	Failed        float64       // share of the requests that failed
	Burstiness    float64       // shape of the gamma distribution of intervals; 0: unknown
}

// LengthSummary holds the mean and the quantiles of a distribution of lengths, in tokens.
type LengthSummary struct {
	Mean float64
	// The share Shares[i] of the requests has at most Tokens[i] tokens. Both lists are ascending.
	// They are empty if quantiles are unknown.
	Shares, Tokens []float64
}

// Draw returns the quantile of a share. If quantiles are unknown, lengths are uniform between (1 −
// spread) and (1 + spread) times the mean. dither in [0, 1) decides whether a length is rounded up
// or down.
func (l *LengthSummary) Draw(share, spread, dither float64) int32 {
	v := l.Mean * (1 + spread*(2*share-1))
	if n := len(l.Shares); n > 0 {
		switch i, _ := slices.BinarySearch(l.Shares, share); {
		case i == 0:
			v = l.Tokens[0]
		case i == n:
			v = l.Tokens[n-1]
		default:
			v = l.Tokens[i-1] + (l.Tokens[i]-l.Tokens[i-1])*(share-l.Shares[i-1])/(l.Shares[i]-l.Shares[i-1])
		}
	}
	return int32(min(max(1, math.Floor(v+dither)), 1<<30))
}

// summary reports whether a table is a summary by inference-perf, with a row for each stage. If so,
// it sets the unit of the table's times to milliseconds.
func summary(t *table.Table) (bool, error) {
	for _, column := range []string{"requested_rate", "ttft_mean_ms", "e2e_mean", "req_s"} {
		if !t.Has(column) {
			return false, nil
		}
	}
	if t.Has("config") {
		var configs []string
		for i := range t.Len() {
			if c := t.Text(i, "config"); !slices.Contains(configs, c) {
				configs = append(configs, c)
			}
		}
		if len(configs) > 1 {
			return true, fmt.Errorf("%s: there are %d configurations; choose one with --where config=…: %s", t.Name, len(configs), strings.Join(configs, ", "))
		}
	}
	return true, t.Rename("e2e_mean", "e2e_mean", "ms")
}

// check reports impossible means.
func (p *LoadPoint) check() error {
	if n := float64(max(p.Requests, 60)); p.Clients == 0 && n/p.Rate > 1e8 {
		return fmt.Errorf("%s: %v requests at %v/s would take years", p.Name, n, p.Rate)
	}
	if p.E2E < p.TTFT || !(p.E2E > 0) {
		return fmt.Errorf("%s: the first token cannot come after %v s and the last after %v s", p.Name, p.TTFT, p.E2E)
	}
	return nil
}

// ReadPoints reads measured points from a table, one from each row. Times are means, with units as
// in ReadLog. At a rate, the client has at most limit requests in flight, and any number if limit
// is 0. These are the columns; some may also have other names:
//   - input, output, ttft
//   - e2e, or tpot
//   - concurrency, the number of clients that send their next request when one ends; or rate, in
//     requests per second
//   - requests, throughput, failed: optional
//
// A summary by inference-perf (config, stage, requested_rate, ttft_mean_ms, e2e_mean, …) can be
// read as it is, if it has a single configuration.
func ReadPoints(t *table.Table, limit int) ([]LoadPoint, error) {
	if err := wholeTimes(t); err != nil {
		return nil, err
	}
	random, err := summary(t)
	if err != nil {
		return nil, err
	}
	in, e1 := t.Needed(1, "input", "isl", "input_tokens", "prompt_mean")
	out, e2 := t.Needed(1, "output", "osl", "output_tokens", "output_mean")
	ttft, e3 := t.Needed(0, "ttft", "ttft_mean")
	e2e, e4 := t.Numbers(0, "e2e", "e2e_mean")
	tpot, e5 := t.Numbers(0, "tpot", "tpot_mean")
	clients, e6 := t.Numbers(1, "concurrency", "batch_size")
	rate, e7 := t.Numbers(1e-9, "rate", "requested_rate")
	count, e8 := t.Numbers(1, "requests")
	throughput, e9 := t.Numbers(0, "throughput", "req_s")
	lost, e10 := t.Numbers(0, "failed", "failures", "failed_requests")
	if err := table.Join(e1, e2, e3, e4, e5, e6, e7, e8, e9, e10); err != nil {
		return nil, err
	}
	if e2e == nil && tpot == nil {
		return nil, t.Missing("e2e", "tpot")
	}
	if clients == nil && rate == nil {
		return nil, t.Missing("concurrency", "rate")
	}
	list := make([]LoadPoint, t.Len())
	var faults []error
	for i := range list {
		p := LoadPoint{Name: fmt.Sprintf("%s:%d", t.Name, t.Line(i)), Input: LengthSummary{Mean: in[i]}, Output: LengthSummary{Mean: out[i]}, TTFT: ttft[i], Random: random}
		if count != nil {
			p.Requests = int(min(count[i], 1e6))
		}
		if clients != nil {
			p.Clients = int(min(clients[i], 1e6))
		} else {
			p.Rate, p.InFlight = rate[i], limit
		}
		if p.E2E = ttft[i]; e2e != nil {
			p.E2E = e2e[i]
		} else {
			p.E2E += tpot[i] * (out[i] - 1)
		}
		if lost != nil && p.Requests > 0 {
			p.Failed = lost[i] / float64(p.Requests)
		}
		if throughput != nil {
			p.Throughput = throughput[i]
		}
		list[i] = p
		faults = append(faults, p.check())
	}
	return list, table.Join(faults...)
}
