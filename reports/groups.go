package reports

import (
	"slices"
	"strings"

	"wavetank/metrics/rows"
)

// group is metrics that are read together, what is read first in front.
type group struct {
	title   string
	metrics []string
	detail  []string // those of the metrics that a terminal leaves out where there are LLM requests
}

var groups = []group{
	{"Service", []string{"slo_attainment", "goodput", "latency_p99", "latency_p95", "latency_p90", "latency_p50", "latency_mean"},
		[]string{"latency_p90", "latency_mean"}},
	{"First token", []string{"ttft_p95", "ttft_p99", "ttft_p90", "ttft_p50", "ttft_mean", "queue_p95", "queue_p99", "queue_p90", "queue_p50", "queue_mean", "prefill_mean"},
		[]string{"ttft_p90", "queue_p99", "queue_p90", "queue_p50", "queue_mean", "prefill_mean"}},
	{"Time per token", []string{"tpot_p95", "tpot_p99", "tpot_p90", "tpot_p50", "tpot_mean", "itl_p99", "itl_p95", "itl_p90", "itl_p50", "itl_mean"},
		[]string{"tpot_p90", "itl_p95", "itl_p90", "itl_p50", "itl_mean"}},
	{"From prefill to decode", []string{"transfer_p95", "transfer_p99", "transfer_p90", "transfer_p50", "transfer_mean"}, []string{"transfer_p90"}},
	{"Tokens and cache", []string{"output_tokens", "total_tokens", "prefix_hits", "kv_occupancy", "running", "preemptions"}, []string{"total_tokens"}},
	{"Cost", []string{"cost", "cost_rate", "cost_month", "cost_per_1k", "cost_per_mtok", "energy"}, nil},
	{"Fleet", []string{"utilization", "busy", "machines", "cold_starts", "machine_failures", "reclaims", "machines_down", "shortfall"}, nil},
	{"Outcome", []string{"throughput", "accuracy", "wanted", "held_back", "client_wait_mean", "client_wait_max", "arrived", "rejected", "rejected_context", "rejected_kv", "rejected_step", "timed_out", "dropped", "failed", "retried", "unfinished"}, nil},
}

// What a reader compares first: of any run, and of one with LLM requests.
var (
	key      = group{"Main", []string{"slo_attainment", "latency_p99", "goodput", "cost", "utilization"}, nil}
	tokenKey = group{key.title, []string{"slo_attainment", "ttft_p95", "tpot_p95", "goodput", "cost", "utilization"}, nil}
)

// everything is the scope of metrics over all models and devices.
const everything = "all"

var (
	firstTokenColumn = column{everything, "ttft_p95"}
	perTokenColumn   = column{everything, "tpot_p95"}
)

// tokens reports whether there are LLM requests in a scope.
func (s *study) tokens(scope string) bool { return s.has(column{scope, firstTokenColumn.metric}) }

// key returns what a reader compares first.
func (s *study) key() group {
	if s.tokens(everything) {
		return tokenKey
	}
	return key
}

// brief returns a group without its detail where there are LLM requests.
func (s *study) brief(g group) group {
	if s.tokens(everything) {
		g.metrics = keep(g.metrics, func(metric string) bool { return !slices.Contains(g.detail, metric) })
	}
	return g
}

// title names a metric; percentiles of latency by their full name where there are those of other times.
func (s *study) title(metric string) string {
	title := rows.Describe(metric).Title
	if strings.HasPrefix(metric, "latency_p") && s.tokens(everything) {
		return "Latency " + title
	}
	return title
}

// ofKinds reports whether a metric is told of every kind of device beside the whole fleet.
func ofKinds(metric string) bool { return metric == "utilization" || metric == "busy" }

// overall returns the columns of a group over the whole fleet. Those of device kinds are there in
// each of their scopes.
func (s *study) overall(g group) []column {
	var columns []column
	for _, metric := range g.metrics {
		for _, c := range s.columns {
			if c.metric == metric && !s.idle(c) && (c.scope == everything || ofKinds(metric) && g.title != key.title) {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// idle reports whether a column tells only that something did not happen which seldom does.
func (s *study) idle(c column) bool {
	seldom := []string{"timed_out", "dropped", "wanted", "held_back", "client_wait_mean", "client_wait_max", "shortfall"}
	if !slices.Contains(seldom, c.metric) && !strings.HasPrefix(c.metric, "rejected_") {
		return false
	}
	if c.metric == "wanted" { // told where something was held back
		c.metric = "held_back"
	}
	return !slices.ContainsFunc(s.policies, func(p string) bool { v := s.at(p, c); return v != nil && v.Value.Mean != 0 })
}

// groups lists the groups, and behind them a group of the metrics that are in none.
func (s *study) groups() []group {
	other := group{title: "Other"}
	for _, c := range s.columns {
		in := func(g group) bool { return slices.Contains(g.metrics, c.metric) }
		if !slices.ContainsFunc(groups, in) && !in(other) {
			other.metrics = append(other.metrics, c.metric)
		}
	}
	return append(slices.Clone(groups), other)
}

// section is a title and the columns below it.
type section struct {
	title   string
	columns []column
}

// scoped returns the columns of one model or device kind, in the order of the groups, without those that
// the tables over the whole fleet have: group by group where there are LLM requests, else together.
func (s *study) scoped(scope string) []section {
	whole := section{title: scope}
	var parts []section
	for _, g := range s.groups() {
		var columns []column
		for _, metric := range g.metrics {
			if c := (column{scope, metric}); s.has(c) && !ofKinds(metric) {
				columns = append(columns, c)
			}
		}
		if len(columns) > 0 {
			whole.columns = append(whole.columns, columns...)
			parts = append(parts, section{scope + ": " + strings.ToLower(g.title), columns})
		}
	}
	if len(parts) == 0 || s.tokens(scope) {
		return parts
	}
	return []section{whole}
}

// scopes lists the models and device kinds that have columns of their own.
func (s *study) scopes() []string {
	var scopes []string
	for _, c := range s.columns {
		rented := strings.HasPrefix(c.scope, machineScope) || strings.HasPrefix(c.scope, replicaScope) // have tables of their own
		if c.scope != everything && !rented && !slices.Contains(scopes, c.scope) && len(s.scoped(c.scope)) > 0 {
			scopes = append(scopes, c.scope)
		}
	}
	return scopes
}
