package rows

import "math"

// Direction says whether higher or lower values of a metric are better.
type Direction int

// Neither is the direction of a metric that is neither good nor bad.
const (
	Neither Direction = iota
	Higher
	Lower
)

// Info describes a metric to readers of a report.
type Info struct {
	Title  string // short title, for the head of a column
	Better Direction
	About  string // one sentence; empty for an unknown metric
}

// Describe returns the description of a metric. For an unknown metric, only the title is set, to
// the name of the metric.
func Describe(metric string) Info {
	if info, ok := infos[metric]; ok {
		return info
	}
	return Info{Title: metric}
}

// Whole returns the largest value that a metric with a unit can have: 100 for percentages, and 1
// for Jain's index. It returns +Inf if there is no limit.
func Whole(metric, unit string) float64 {
	switch {
	case unit == "%":
		return 100
	case metric == "fairness":
		return 1
	}
	return math.Inf(1)
}

var infos = map[string]Info{
	"throughput":     {"Throughput", Higher, "Requests that finished per second of the measured span, in time or not, no matter when they arrived."},
	"goodput":        {"Goodput", Higher, "Requests that finished within their objective, per second of the measured span, no matter when they arrived."},
	"slo_attainment": {"SLO attainment", Higher, "Share of all arrived requests that finished within their objective; a rejected, timed-out or unfinished request is a miss."},

	"weighted_attainment":   {"Weighted attainment", Higher, "Share of all arrived requests that finished within their objective, each counted with the weight of its class."},
	"fairness":              {"Fairness", Higher, "Jain's index of the tenants' SLO attainments: 1 if all are equal, 1/n if only one of n tenants has requests in time."},
	"tenant_attainment_min": {"Worst tenant", Higher, "The lowest SLO attainment of a tenant."},
	"tenant_attainment_max": {"Best tenant", Higher, "The highest SLO attainment of a tenant."},

	"latency_mean": {"Mean latency", Neither, "Mean time from arrival to finish, over the requests that finished; neither direction is better, because dropping requests lowers it."},
	"latency_p50":  {"p50", Lower, "Half of all arrived requests finished within this time; a request that never finished counts as infinite."},
	"latency_p90":  {"p90", Lower, "90 % of all arrived requests finished within this time; a request that never finished counts as infinite."},
	"latency_p95":  {"p95", Lower, "95 % of all arrived requests finished within this time; a request that never finished counts as infinite."},
	"latency_p99":  {"p99", Lower, "99 % of all arrived requests finished within this time; a request that never finished counts as infinite."},
	"latency":      {"Latency", Lower, "Time from arrival to finish; infinite for a request that never finished."},

	"ttft":            {"TTFT", Lower, "Time from arrival until the first token reaches the client; infinite for a request that never finished."},
	"ttft_mean":       {"Mean TTFT", Neither, "Time from arrival until the first token reaches the client, mean over the requests that finished."},
	"ttft_p50":        {"TTFT p50", Lower, "Time from arrival until the first token reaches the client, 50th percentile over all arrived requests."},
	"ttft_p90":        {"TTFT p90", Lower, "Time from arrival until the first token reaches the client, 90th percentile over all arrived requests."},
	"ttft_p95":        {"TTFT p95", Lower, "Time from arrival until the first token reaches the client, 95th percentile over all arrived requests."},
	"ttft_p99":        {"TTFT p99", Lower, "Time from arrival until the first token reaches the client, 99th percentile over all arrived requests."},
	"tpot":            {"TPOT", Lower, "Mean time between the output tokens of a request; infinite for a request that never finished."},
	"tpot_mean":       {"Mean TPOT", Neither, "Mean time between the output tokens of a request, mean over the requests that finished."},
	"tpot_p50":        {"TPOT p50", Lower, "Mean time between the output tokens of a request, 50th percentile over all arrived requests."},
	"tpot_p90":        {"TPOT p90", Lower, "Mean time between the output tokens of a request, 90th percentile over all arrived requests."},
	"tpot_p95":        {"TPOT p95", Lower, "Mean time between the output tokens of a request, 95th percentile over all arrived requests."},
	"tpot_p99":        {"TPOT p99", Lower, "Mean time between the output tokens of a request, 99th percentile over all arrived requests."},
	"itl":             {"ITL", Lower, "Time from one token to the next, every token counted."},
	"itl_mean":        {"Mean ITL", Lower, "Time from one token to the next, every token counted, mean."},
	"itl_p50":         {"ITL p50", Lower, "Time from one token to the next, every token counted, 50th percentile."},
	"itl_p90":         {"ITL p90", Lower, "Time from one token to the next, every token counted, 90th percentile."},
	"itl_p95":         {"ITL p95", Lower, "Time from one token to the next, every token counted, 95th percentile."},
	"itl_p99":         {"ITL p99", Lower, "Time from one token to the next, every token counted, 99th percentile."},
	"queue":           {"Queue", Lower, "Time from arrival until the request is first scheduled; infinite for a request that never finished."},
	"queue_mean":      {"Mean queue time", Neither, "Time from arrival until the request is first scheduled, mean over the requests that finished."},
	"queue_p50":       {"Queue p50", Lower, "Time from arrival until the request is first scheduled, 50th percentile over all arrived requests."},
	"queue_p90":       {"Queue p90", Lower, "Time from arrival until the request is first scheduled, 90th percentile over all arrived requests."},
	"queue_p95":       {"Queue p95", Lower, "Time from arrival until the request is first scheduled, 95th percentile over all arrived requests."},
	"queue_p99":       {"Queue p99", Lower, "Time from arrival until the request is first scheduled, 99th percentile over all arrived requests."},
	"prefill":         {"TTFT from admission", Lower, "Time from being scheduled until the first token reaches the client; infinite for a request that never finished."},
	"prefill_mean":    {"Mean prefill", Neither, "Time from being scheduled until the first token reaches the client, mean over the requests that finished."},
	"output_tokens":   {"Output tokens", Higher, "Output tokens emitted per second of the measured span."},
	"total_tokens":    {"Total tokens", Higher, "Tokens per second of the measured span: output tokens emitted, and the tokens of prompts whose first output token was emitted."},
	"prefix_hits":     {"Prefix hits", Higher, "Share of the input tokens of finished requests that were found in the prefix cache."},
	"preemptions":     {"Preemptions", Lower, "How often a request lost its KV blocks to others and had to be computed again."},
	"adapter_loads":   {"Adapter loads", Lower, "How often an engine loaded a LoRA adapter into the memory of its GPUs."},
	"restored_tokens": {"Restored tokens", Neither, "Tokens per second whose keys and values were copied from host memory to the GPUs instead of being computed."},
	"transfer":        {"KV transfer", Lower, "Time from being routed to a decode replica until the KV cache has arrived there."},
	"transfer_mean":   {"Mean transfer", Lower, "Time from being routed to a decode replica until the KV cache has arrived there, mean."},
	"transfer_p50":    {"Transfer p50", Lower, "Time from being routed to a decode replica until the KV cache has arrived there, 50th percentile."},
	"transfer_p90":    {"Transfer p90", Lower, "Time from being routed to a decode replica until the KV cache has arrived there, 90th percentile."},
	"transfer_p95":    {"Transfer p95", Lower, "Time from being routed to a decode replica until the KV cache has arrived there, 95th percentile."},
	"transfer_p99":    {"Transfer p99", Lower, "Time from being routed to a decode replica until the KV cache has arrived there, 99th percentile."},
	"kv_occupancy":    {"KV occupancy", Neither, "Share of the KV blocks of ready replicas that were in use, mean over time."},
	"busy":            {"Busy", Neither, "Share of the time of ready token replicas in which any request ran."},
	"running":         {"Running", Neither, "Requests in service, for token replicas those in the running batch; mean over time."},

	"utilization": {"Utilization", Higher, "Share of the rented device time that was spent in service; a token replica counts by the rate at which it answers its running requests, relative to its planned rate; over all kinds, devices are weighted by their price."},
	"machines":    {"Machines", Neither, "Rented machines, mean over time."},

	"imbalance":    {"Load imbalance", Lower, "Largest load of a replica, divided by the mean load of the replicas of its model, in each control period; 1 if all have the same. The load is the requests that started at a replica, relative to its planned capacity."},
	"imbalance_cv": {"Variation of load", Lower, "Standard deviation of the loads of the replicas of a model, divided by their mean (coefficient of variation), in each control period; 0 if all have the same."},

	"machines_min": {"Fewest machines", Neither, "Smallest number of machines rented at the same time."},
	"machines_max": {"Most machines", Neither, "Largest number of machines rented at the same time."},
	"replicas":     {"Replicas", Neither, "Ready replicas, mean over time."},
	"replicas_min": {"Fewest replicas", Neither, "Smallest number of replicas ready at the same time."},
	"replicas_max": {"Most replicas", Neither, "Largest number of replicas ready at the same time."},

	"capacity":        {"Capacity", Neither, "Planned capacity of the ready replicas in requests per second, mean over the step."},
	"capacity_coming": {"Coming capacity", Neither, "Planned capacity of the replicas that boot or load, in requests per second, mean over the step."},

	"demand": {"Demand", Neither, "Requests that arrived per second, mean over the step."},

	"demand_planned": {"Planned demand", Neither, "Demand for which the allocator's last plan was made, in requests per second, mean over the step; with everything that it adds to its forecast."},

	"shortfall": {"Shortfall", Lower, "Forecast demand that the allocator's plans left unserved, mean over time."},
	"waiting":   {"Waiting", Lower, "Requests that wait for their start, at the end of the step."},
	"in_system": {"In system", Lower, "Requests that have arrived and not ended, at the end of the step."},

	"backlog_tokens": {"Token backlog", Lower, "Tokens of prompts and outputs that are still to be processed, at the end of the step."},

	"cost":        {"Cost", Lower, "Rent of all machines over the measured span, from order to release."},
	"cost_rate":   {"Cost rate", Lower, "Rent of all machines per hour of the measured span."},
	"cost_month":  {"Cost per 30 days", Lower, "Rent of all machines in 30 days like the measured span."},
	"cost_per_1k": {"Cost per 1k", Lower, "Rent of the measured span per thousand requests that finished in it within their objective."},
	"energy":      {"Energy", Lower, "Energy of all machines over the measured span, if their power is known."},
	"carbon":      {"CO2", Lower, "CO2 emissions for the energy of all machines over the measured span, if power and carbon intensity are known."},

	"over_budget":     {"Over budget", Lower, "Share of the measured time in which the rent of all machines was above the budget of the scenario."},
	"over_budget_max": {"Most over budget", Lower, "Largest amount by which the rent of all machines was above the budget of the scenario at any time."},

	"work_bound": {"Work bound", Neither, "Lower bound of the rent for the requests that were served: each in the best batch on the cheapest share of a machine; no policy that serves them all pays less."},

	"cost_per_mtok": {"Cost per Mtok", Lower, "Rent of the measured span per million output tokens emitted in it."},

	"machine_failures": {"Failures", Neither, "Machines that failed."},
	"reclaims":         {"Reclaims", Neither, "Machines that the provider took back."},
	"machines_down":    {"Down", Neither, "Mean number of machines under repair; they are paid, and count as rented."},

	"accuracy":         {"Accuracy", Higher, "Mean accuracy of the variants that answered, weighted by answers."},
	"wanted":           {"Wanted", Neither, "Requests that clients wanted to send in the measured span."},
	"network_mean":     {"Mean network time", Lower, "Time that a request and its answer were together on the network between the zones of client and replica, mean over the requests that finished."},
	"attempts_mean":    {"Attempts", Lower, "Attempts of a request of a client, mean over the requests that first arrived in the measured span."},
	"retry_share":      {"Retries in the load", Lower, "Share of the attempts in the measured span that were not the first of their request."},
	"wasted_attempts":  {"Wasted attempts", Lower, "Attempts in the measured span that were served, at least in part, and whose client had gone when they ended."},
	"wasted_service":   {"Wasted service", Lower, "Time in service of the wasted attempts, as a share of the time in service of all attempts."},
	"held_back":        {"Held back", Lower, "Requests that clients wanted to send in the measured span but had not sent at its end, because too many others were in flight."},
	"client_wait_mean": {"Mean client wait", Lower, "Time that a wanted request waited at its client before it was sent, mean; it is not part of the latency."},
	"client_wait_max":  {"Longest client wait", Lower, "Longest time that a wanted request waited at its client before it was sent; it is not part of the latency."},
	"arrived":          {"Arrived", Neither, "Requests that arrived in the measured span."},
	"rejected":         {"Rejected", Lower, "Requests turned away at arrival."},
	"rejected_context": {"Beyond context", Lower, "Requests turned away because prompt and output are longer than the context."},
	"rejected_kv":      {"Beyond KV cache", Lower, "Requests turned away because they are larger than the KV cache of a replica."},
	"rejected_step":    {"Beyond step", Lower, "Requests turned away because they have more tokens than a step may have, without chunked prefill."},
	"timed_out":        {"Timed out", Lower, "Requests that gave up while they waited."},
	"dropped":          {"Dropped", Lower, "Requests that the batcher took out of the queue unserved."},
	"failed":           {"Failed", Lower, "Requests that ended unserved because their machine or replica was lost."},
	"retried":          {"Retried", Lower, "How often a request lost its replica and waited again."},
	"withdrawn":        {"Withdrawn", Lower, "Branches of a pipeline's stage that were taken out of the queue because their request had already ended."},
	"branch_retries":   {"Branch retries", Lower, "Further attempts of a pipeline request, of its branches or of all of it, mean over the requests that arrived in the measured span."},
	"visits":           {"Visits", Neither, "How often, on average, a pipeline request came to the model, for pipelines with feedback."},
	"unfinished":       {"Unfinished", Lower, "Requests still waiting or in service when the run ended."},
	"cold_starts":      {"Cold starts", Lower, "Replicas that were loaded."},

	"missed_rejected":  {"Missed: rejected", Lower, "Requests that missed their objective, because the request was turned away at its arrival, or no replica of its deployment can ever serve it."},
	"missed_dropped":   {"Missed: dropped", Lower, "Requests that missed their objective, because the batcher took the request out of the queue unserved."},
	"missed_lost":      {"Missed: replica lost", Lower, "Requests that missed their objective, because the replica that had the request failed or was reclaimed."},
	"missed_kv":        {"Missed: KV preempted", Lower, "Requests that missed their objective, because others took the KV blocks of the request while it ran."},
	"missed_loading":   {"Missed: none ready", Lower, "Requests that missed their objective, because no replica of the model was ready when the request arrived, but one was booting or loading."},
	"missed_retries":   {"Missed: retries", Lower, "Requests that missed their objective, because the ready capacity was below the load of the control period only by the attempts after the first of other requests."},
	"missed_unplanned": {"Missed: too little planned", Lower, "Requests that missed their objective, because the load of the control period was above the whole capacity of the last plan, ready or not."},
	"missed_unready":   {"Missed: not ready", Lower, "Requests that missed their objective, because enough was planned for the load of the control period, but not enough of it was ready."},
	"missed_burst":     {"Missed: burst", Lower, "Requests that missed their objective, because enough was ready for the control period, but more requests came within the time of one objective than the ready capacity serves in that time."},
	"missed_behind":    {"Missed: behind late", Lower, "Requests that missed their objective, because the replica served requests that were already late when they started, while the request waited."},
	"missed_batch":     {"Missed: batch wait", Lower, "Requests that missed their objective, because the batcher held the request while a slot was free, for at least as long as it was late."},
	"missed_network":   {"Missed: network", Lower, "Requests that missed their objective, because the request and its answer were on the network between the zones of client and replica for at least as long as the request was late."},
	"missed_transfer":  {"Missed: KV transfer", Lower, "Requests that missed their objective, because the KV cache was on its way from the prefill replica to the decode replica for at least as long as the request was late."},
	"missed_service":   {"Missed: service", Lower, "Requests that missed their objective, because the service of the request, or the services before it, took too long; no other cause applies."},

	"given_up_lost":      {"Given up: replica lost", Neither, "Requests that were rejected or dropped, when the replica that had the request failed or was reclaimed."},
	"given_up_kv":        {"Given up: KV preempted", Neither, "Requests that were rejected or dropped, when others took the KV blocks of the request while it ran."},
	"given_up_loading":   {"Given up: none ready", Neither, "Requests that were rejected or dropped, when no replica of the model was ready when the request arrived, but one was booting or loading."},
	"given_up_retries":   {"Given up: retries", Neither, "Requests that were rejected or dropped, when the ready capacity was below the load of the control period only by the attempts after the first of other requests."},
	"given_up_unplanned": {"Given up: too little planned", Neither, "Requests that were rejected or dropped, when the load of the control period was above the whole capacity of the last plan, ready or not."},
	"given_up_unready":   {"Given up: not ready", Neither, "Requests that were rejected or dropped, when enough was planned for the load of the control period, but not enough of it was ready."},
	"given_up_burst":     {"Given up: burst", Neither, "Requests that were rejected or dropped, when enough was ready for the control period, but more requests came within the time of one objective than the ready capacity serves in that time."},
	"given_up_behind":    {"Given up: behind late", Neither, "Requests that were rejected or dropped, when the replica served requests that were already late when they started, while the request waited."},
	"given_up_batch":     {"Given up: batch wait", Neither, "Requests that were rejected or dropped, when the batcher held the request while a slot was free, for at least as long as it was late."},
	"given_up_transfer":  {"Given up: KV transfer", Neither, "Requests that were rejected or dropped, when the KV cache was on its way from the prefill replica to the decode replica."},
	"given_up_service":   {"Given up: service", Neither, "Requests that were rejected or dropped, when the service of the request, or the services before it, took too long; no other cause applies."},

	"cost_booting":    {"Booting", Lower, "Rent of machines from their order until they were up."},
	"cost_loading":    {"Up, not serving", Lower, "Rent of machines that were up while none of their replicas was ready."},
	"cost_called_off": {"Called off", Lower, "Rent for boots and loads that were cancelled; it is also part of the rent of machines that were booting, or up and not serving."},

	"forecast_mae":     {"Forecast MAE", Lower, "Mean absolute difference between the demand of the plans and the load of the control period that followed."},
	"forecast_bias":    {"Forecast bias", Neither, "Mean of the demand of the plans minus the load of the control period that followed."},
	"forecast_mase":    {"Forecast MASE", Lower, "Forecast MAE divided by that of a naive forecast, which takes the load of the last control period."},
	"forecast_surplus": {"Surplus planned", Lower, "Rent of capacity for planned demand that did not come, at the mean price of the model's capacity."},
	"plans":            {"Plans", Neither, "Decisions whose plan a solver made."},
	"plans_exact":      {"Proved optimal", Higher, "Share of the solver's plans that are proved to have the lowest cost, as the solver counts it."},
	"plans_altered":    {"Altered", Neither, "Share of the solver's plans that were changed before they were carried out, because booting and loading replicas are kept, or because a model must have a minimum of replicas."},
	"plan_gap_mean":    {"Mean cost gap", Lower, "Relative gap between the cost of a plan and its lower bound, mean over the plans with a known bound that are proved to serve as much as any."},
	"plan_gap_max":     {"Worst cost gap", Lower, "Largest relative gap between the cost of a plan and its lower bound, over the same plans."},

	"plan_unserved_gap": {"Unserved gap", Lower, "Share of the demand that a plan leaves unserved although another one may serve it, mean over the plans with a known bound whose limits keep a model short."},

	"shadow_price_demand":  {"Price of demand", Neither, "Cost of one more request per second of a model, by the linear relaxation, mean over the plans that leave no demand unserved."},
	"shadow_price_machine": {"Price of the limit", Neither, "The most that one machine of a type beyond the limit saves, by the linear relaxation, mean over the plans that leave no demand unserved."},

	"forecast_missed": {"Missed by forecast", Lower, "Requests that missed their objective because too little was planned, and the planned demand was below the load."},
}
