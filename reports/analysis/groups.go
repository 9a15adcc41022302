package analysis

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/metrics/rows"
)

// Group is a set of metrics that stand in one table, in the order of its columns.
type Group struct {
	Title   string
	Metrics []string
	Detail  []string // metrics of the group that a terminal leaves out if there are LLM requests
}

var groups = []Group{
	{"Service", []string{"slo_attainment", "goodput", "latency_p99", "latency_p95", "latency_p90", "latency_p50", "latency_mean"},
		[]string{"latency_p90", "latency_mean"}},
	{"First token", []string{"ttft_p95", "ttft_p99", "ttft_p90", "ttft_p50", "ttft_mean", "queue_p95", "queue_p99", "queue_p90", "queue_p50", "queue_mean", "prefill_mean"},
		[]string{"ttft_p90", "queue_p99", "queue_p90", "queue_p50", "queue_mean", "prefill_mean"}},
	{"Time per token", []string{"tpot_p95", "tpot_p99", "tpot_p90", "tpot_p50", "tpot_mean", "itl_p99", "itl_p95", "itl_p90", "itl_p50", "itl_mean"},
		[]string{"tpot_p90", "itl_p95", "itl_p90", "itl_p50", "itl_mean"}},
	{"From prefill to decode", []string{"transfer_p95", "transfer_p99", "transfer_p90", "transfer_p50", "transfer_mean"}, []string{"transfer_p90"}},
	{"Tokens and cache", []string{"output_tokens", "total_tokens", "prefix_hits", "kv_occupancy", "running", "preemptions", "adapter_loads", "restored_tokens"}, []string{"total_tokens"}},
	{"Cost", []string{"cost", "cost_rate", "cost_month", "cost_per_1k", "cost_per_mtok", "over_budget", "over_budget_max", "energy", "carbon", "work_bound"}, nil},
	{"Before service, and the forecast", []string{"cost_booting", "cost_loading", "cost_called_off", "forecast_mae", "forecast_bias", "forecast_mase", "forecast_surplus", "forecast_missed"}, nil},
	{"Fleet", []string{"utilization", "busy", "machines", "cold_starts", "machine_failures", "reclaims", "machines_down", "shortfall"}, nil},
	{"Balance among replicas", []string{"imbalance", "imbalance_cv"}, nil},
	{"Outcome", []string{"throughput", "accuracy", "wanted", "held_back", "client_wait_mean", "client_wait_max", "network_mean", "attempts_mean", "retry_share", "branch_retries", "wasted_attempts", "wasted_service", "arrived", "rejected", "rejected_context", "rejected_kv", "rejected_step", "timed_out", "dropped", "failed", "retried", "unfinished"}, nil},
}

// The main metrics, which a reader compares first: key without LLM requests, tokenKey with them.
var (
	key      = Group{"Main", []string{"slo_attainment", "latency_p99", "goodput", "cost", "utilization"}, nil}
	tokenKey = Group{key.Title, []string{"slo_attainment", "ttft_p95", "tpot_p95", "goodput", "cost", "utilization"}, nil}
)

// Tokens reports whether there are LLM requests in a scope.
func (a *Analysis) Tokens(scope string) bool { return a.Has(Column{scope, "ttft_p95"}) }

// Key returns the main metrics, which a reader compares first. If answers may differ in accuracy,
// accuracy is one of them.
func (a *Analysis) Key() Group {
	g := Main(a.Tokens(rows.All))
	if a.HasAccuracy(rows.All) {
		g.Metrics = append(slices.Clone(g.Metrics), accuracy)
	}
	return g
}

// Main returns the main metrics of results with or without LLM requests.
func Main(tokens bool) Group {
	if tokens {
		return tokenKey
	}
	return key
}

// accuracy is the metric of the mean accuracy of answers, in which variants of a model differ.
const accuracy = "accuracy"

// HasAccuracy reports whether the answers of a scope may differ in accuracy between policies.
func (a *Analysis) HasAccuracy(scope string) bool {
	return slices.Contains(a.Manifest.Accuracies, scope) || scope == rows.All && len(a.Manifest.Accuracies) > 0
}

// Accuracy prints the mean accuracy of the answers of a scope under a policy, in percent with one
// decimal. It returns "" if there is no choice of variants, or if there are no rows.
func (a *Analysis) Accuracy(policy, scope string) string {
	c := a.At(policy, Column{scope, accuracy})
	if c == nil || !a.HasAccuracy(scope) {
		return ""
	}
	return fmt.Sprintf("%.1f", c.Value.Mean)
}

// Brief returns a group without its detail if there are LLM requests.
func (a *Analysis) Brief(g Group) Group {
	if a.Tokens(rows.All) {
		g.Metrics = Keep(g.Metrics, func(metric string) bool { return !slices.Contains(g.Detail, metric) })
	}
	return g
}

// Title names a metric. Percentiles of latency have the longer name "Latency p99" if there are LLM
// requests, because these have percentiles of other times, too.
func (a *Analysis) Title(metric string) string {
	title := rows.Describe(metric).Title
	if strings.HasPrefix(metric, "latency_p") && a.Tokens(rows.All) {
		return "Latency " + title
	}
	return title
}

// OfKinds reports whether a metric has rows for each kind of device in addition to those for the
// whole fleet.
func OfKinds(metric string) bool { return metric == "utilization" || metric == "busy" }

// Overall returns the columns of a group for the whole fleet. Metrics of device kinds (OfKinds)
// have a column for each kind, too, except among the main metrics.
func (a *Analysis) Overall(g Group) []Column {
	var columns []Column
	for _, metric := range g.Metrics {
		for _, c := range a.Columns {
			if c.Metric == metric && !a.Idle(c) && (c.Scope == rows.All || OfKinds(metric) && g.Title != key.Title) {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// Idle reports whether a column only says that something rare never happened.
func (a *Analysis) Idle(c Column) bool {
	seldom := []string{"timed_out", "dropped", "wanted", "held_back", "client_wait_mean", "client_wait_max", "shortfall",
		"cost_booting", "cost_loading", "cost_called_off", "forecast_surplus", "forecast_missed"}
	if !slices.Contains(seldom, c.Metric) && !strings.HasPrefix(c.Metric, "rejected_") {
		return false
	}
	if c.Metric == "wanted" { // shown where something was held back
		c.Metric = "held_back"
	}
	return !a.matters(c)
}

// Groups lists the groups, then a group "Other" of the metrics that are in none of them. Causes of
// misses and the quality of plans are left out: they have tables of their own.
func (a *Analysis) Groups() []Group {
	other := Group{Title: "Other"}
	for _, metric := range a.metrics {
		in := func(g Group) bool { return slices.Contains(g.Metrics, metric) }
		if !ofMisses(metric) && !ofPlans(metric) && !slices.ContainsFunc(groups, in) {
			other.Metrics = append(other.Metrics, metric)
		}
	}
	return append(slices.Clone(groups), other)
}

// Section is a title and the columns of the table below the title.
type Section struct {
	Title   string
	Columns []Column
}

// Scoped returns the columns of one model or device kind, in the order of the groups. It leaves out
// the columns that the tables of the whole fleet have. There is one section for each group if there
// are LLM requests, else one section for all groups.
func (a *Analysis) Scoped(scope string) []Section {
	whole := Section{Title: scope}
	var parts []Section
	for _, g := range a.Groups() {
		var columns []Column
		for _, metric := range g.Metrics {
			if c := (Column{scope, metric}); a.Has(c) && !OfKinds(metric) {
				columns = append(columns, c)
			}
		}
		if len(columns) > 0 {
			whole.Columns = append(whole.Columns, columns...)
			parts = append(parts, Section{scope + ": " + strings.ToLower(g.Title), columns})
		}
	}
	if len(parts) == 0 || a.Tokens(scope) {
		return parts
	}
	return []Section{whole}
}

// Scopes lists the models and device kinds that have columns of their own.
func (a *Analysis) Scopes() []string {
	var scopes []string
	looked := map[string]bool{rows.All: true}
	for _, c := range a.Columns {
		if looked[c.Scope] {
			continue
		}
		looked[c.Scope] = true
		// rented machines and replicas have tables of their own
		rented := strings.HasPrefix(c.Scope, MachineScope) || strings.HasPrefix(c.Scope, ReplicaScope)
		if !rented && len(a.Scoped(c.Scope)) > 0 {
			scopes = append(scopes, c.Scope)
		}
	}
	return scopes
}
