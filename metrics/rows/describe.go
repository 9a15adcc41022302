package rows

import "math"

// Direction says which way of a metric is the better one.
type Direction int

// Neither is the direction of a metric that says what happened, not how good it was.
const (
	Neither Direction = iota
	Higher
	Lower
)

// Info is what a reader should know of a metric.
type Info struct {
	Title  string // short enough for a column head
	Better Direction
	About  string // one sentence; empty for an unknown metric
}

// Describe returns what is known of a metric. For an unknown metric, only the title is
// set: it is the name.
func Describe(metric string) Info {
	if info, ok := infos[metric]; ok {
		return info
	}
	return Info{Title: metric}
}

// Whole is the largest value that a metric of a unit can have: 100 of percentages, and 1 of Jain's
// index. It is +Inf if there is none.
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
	"throughput":     {"Throughput", Higher, "Requests that finished per second of the measured span, on time or not, whenever they arrived."},
	"goodput":        {"Goodput", Higher, "Requests that finished within their objective per second of the measured span, whenever they arrived."},
	"slo_attainment": {"SLO attainment", Higher, "Share of all arrived requests that finished within their objective; a rejected, timed-out or unfinished request is a miss."},

	"weighted_attainment":   {"Weighted attainment", Higher, "Share of all arrived requests that finished within their objective, each counted with the weight of its class."},
	"fairness":              {"Fairness", Higher, "Jain's index of the tenants' SLO attainments: 1 when all are equal, 1/n when one of n has all."},
	"tenant_attainment_min": {"Worst tenant", Higher, "SLO attainment of the tenant that has the lowest."},
	"tenant_attainment_max": {"Best tenant", Higher, "SLO attainment of the tenant that has the highest."},

	"latency_mean": {"Mean latency", Neither, "Mean time from arrival to finish, over the requests that finished; without a better direction, because dropping requests lowers it."},
	"latency_p50":  {"p50", Lower, "Half of all arrived requests finished within this time; one that never finished counts as infinite."},
	"latency_p90":  {"p90", Lower, "90 % of all arrived requests finished within this time; one that never finished counts as infinite."},
	"latency_p95":  {"p95", Lower, "95 % of all arrived requests finished within this time; one that never finished counts as infinite."},
	"latency_p99":  {"p99", Lower, "99 % of all arrived requests finished within this time; one that never finished counts as infinite."},
	"latency":      {"Latency", Lower, "Time from arrival to finish; infinite for a request that never finished."},

	"ttft":          {"TTFT", Lower, "Time from arrival until the first token is seen; infinite for a request that never finished."},
	"ttft_mean":     {"Mean TTFT", Neither, "Time from arrival until the first token is seen, mean over the requests that finished."},
	"ttft_p50":      {"TTFT p50", Lower, "Time from arrival until the first token is seen, 50th percentile over all arrived requests."},
	"ttft_p90":      {"TTFT p90", Lower, "Time from arrival until the first token is seen, 90th percentile over all arrived requests."},
	"ttft_p95":      {"TTFT p95", Lower, "Time from arrival until the first token is seen, 95th percentile over all arrived requests."},
	"ttft_p99":      {"TTFT p99", Lower, "Time from arrival until the first token is seen, 99th percentile over all arrived requests."},
	"tpot":          {"TPOT", Lower, "Mean time from token to token of one output, after its first; infinite for a request that never finished."},
	"tpot_mean":     {"Mean TPOT", Neither, "Mean time from token to token of one output, after its first, mean over the requests that finished."},
	"tpot_p50":      {"TPOT p50", Lower, "Mean time from token to token of one output, after its first, 50th percentile over all arrived requests."},
	"tpot_p90":      {"TPOT p90", Lower, "Mean time from token to token of one output, after its first, 90th percentile over all arrived requests."},
	"tpot_p95":      {"TPOT p95", Lower, "Mean time from token to token of one output, after its first, 95th percentile over all arrived requests."},
	"tpot_p99":      {"TPOT p99", Lower, "Mean time from token to token of one output, after its first, 99th percentile over all arrived requests."},
	"itl":           {"ITL", Lower, "Time from one token to the next, every token counted."},
	"itl_mean":      {"Mean ITL", Lower, "Time from one token to the next, every token counted, mean."},
	"itl_p50":       {"ITL p50", Lower, "Time from one token to the next, every token counted, 50th percentile."},
	"itl_p90":       {"ITL p90", Lower, "Time from one token to the next, every token counted, 90th percentile."},
	"itl_p95":       {"ITL p95", Lower, "Time from one token to the next, every token counted, 95th percentile."},
	"itl_p99":       {"ITL p99", Lower, "Time from one token to the next, every token counted, 99th percentile."},
	"queue":         {"Queue", Lower, "Time from arrival until the request is first scheduled; infinite for a request that never finished."},
	"queue_mean":    {"Mean queue time", Neither, "Time from arrival until the request is first scheduled, mean over the requests that finished."},
	"queue_p50":     {"Queue p50", Lower, "Time from arrival until the request is first scheduled, 50th percentile over all arrived requests."},
	"queue_p90":     {"Queue p90", Lower, "Time from arrival until the request is first scheduled, 90th percentile over all arrived requests."},
	"queue_p95":     {"Queue p95", Lower, "Time from arrival until the request is first scheduled, 95th percentile over all arrived requests."},
	"queue_p99":     {"Queue p99", Lower, "Time from arrival until the request is first scheduled, 99th percentile over all arrived requests."},
	"prefill_mean":  {"Mean prefill", Neither, "Time from being scheduled until the first token is seen, mean over the requests that finished."},
	"output_tokens": {"Output tokens", Higher, "Output tokens emitted per second of the measured span."},
	"total_tokens":  {"Total tokens", Higher, "Tokens per second of the measured span: output tokens emitted, and those of prompts whose first token was."},
	"prefix_hits":   {"Prefix hits", Higher, "Share of the input tokens of finished requests that were found in the prefix cache."},
	"preemptions":   {"Preemptions", Lower, "Times that a request lost its KV blocks to others and had to be computed anew."},
	"transfer":      {"KV transfer", Lower, "Time from being routed to a replica that decodes until the KV cache is there."},
	"transfer_mean": {"Mean transfer", Lower, "Time from being routed to a replica that decodes until the KV cache is there, mean."},
	"transfer_p50":  {"Transfer p50", Lower, "Time from being routed to a replica that decodes until the KV cache is there, 50th percentile."},
	"transfer_p90":  {"Transfer p90", Lower, "Time from being routed to a replica that decodes until the KV cache is there, 90th percentile."},
	"transfer_p95":  {"Transfer p95", Lower, "Time from being routed to a replica that decodes until the KV cache is there, 95th percentile."},
	"transfer_p99":  {"Transfer p99", Lower, "Time from being routed to a replica that decodes until the KV cache is there, 99th percentile."},
	"kv_occupancy":  {"KV occupancy", Neither, "Share of the KV blocks of ready replicas that were in use, mean over time."},
	"busy":          {"Busy", Neither, "Share of the time of ready token replicas in which any request ran."},
	"running":       {"Running", Neither, "Requests in service; of token replicas, in their running batches; mean over time."},

	"utilization": {"Utilization", Higher, "Load against the planned rate: share of the rented time of the devices that went into service, for token replicas by the rate at which the requests that run are answered; over all kinds, devices weigh as their price."},
	"machines":    {"Machines", Neither, "Rented machines, mean over time."},

	"machines_min": {"Fewest machines", Neither, "Least number of machines that were rented at a time."},
	"machines_max": {"Most machines", Neither, "Largest number of machines that were rented at a time."},
	"replicas":     {"Replicas", Neither, "Ready replicas, mean over time."},
	"replicas_min": {"Fewest replicas", Neither, "Least number of replicas that were ready at a time."},
	"replicas_max": {"Most replicas", Neither, "Largest number of replicas that were ready at a time."},

	"capacity":  {"Capacity", Neither, "Requests per second that the ready replicas are planned for, mean over the step."},
	"demand":    {"Demand", Neither, "Requests that arrived per second, mean over the step."},
	"shortfall": {"Shortfall", Lower, "Forecast demand that the allocator's plans left unserved, mean over time."},
	"waiting":   {"Waiting", Lower, "Requests that wait for their start, at the end of the step."},
	"in_system": {"In system", Lower, "Requests that have arrived and not ended, at the end of the step."},

	"backlog_tokens": {"Token backlog", Lower, "Tokens of prompts and outputs that are still to be processed, at the end of the step."},

	"cost":        {"Cost", Lower, "Rent of all machines over the measured span, from order to release."},
	"cost_rate":   {"Cost rate", Lower, "Rent of all machines per hour of the measured span."},
	"cost_month":  {"Cost per 30 days", Lower, "Rent of all machines in 30 days like the measured span."},
	"cost_per_1k": {"Cost per 1k", Lower, "Rent of the measured span per thousand requests that finished within their objective in it."},
	"energy":      {"Energy", Lower, "Energy of all machines over the measured span, where their power is known."},
	"carbon":      {"CO2", Lower, "CO2 for the energy of all machines over the measured span, where power and carbon intensity are known."},

	"over_budget":     {"Over budget", Lower, "Share of the measured time in which the rent of all machines was above the budget of the scenario."},
	"over_budget_max": {"Most over budget", Lower, "Largest amount by which the rent of all machines was above the budget of the scenario at a time."},

	"work_bound": {"Work bound", Neither, "Least rent of what was served: each request in the best batch on the cheapest share of a machine; no policy that drops nothing pays less for it."},

	"cost_per_mtok": {"Cost per Mtok", Lower, "Rent of the measured span per million output tokens emitted in it."},

	"machine_failures": {"Failures", Neither, "Machines that failed."},
	"reclaims":         {"Reclaims", Neither, "Machines that their owner took back."},
	"machines_down":    {"Down", Neither, "Mean number of machines under repair; they are paid for, and count as provisioned."},

	"accuracy":         {"Accuracy", Higher, "Mean accuracy of the variants that answered, weighted by answers."},
	"wanted":           {"Wanted", Neither, "Requests that clients wanted to send in the measured span."},
	"held_back":        {"Held back", Lower, "Requests that clients wanted to send in the measured span and had not sent at its end, because others were in flight."},
	"client_wait_mean": {"Mean client wait", Lower, "Time that a wanted request waited at its client before it was sent, mean; no latency counts it."},
	"client_wait_max":  {"Longest client wait", Lower, "Longest time that a wanted request waited at its client before it was sent; no latency counts it."},
	"arrived":          {"Arrived", Neither, "Requests that arrived in the measured span."},
	"rejected":         {"Rejected", Lower, "Requests turned away at arrival."},
	"rejected_context": {"Beyond context", Lower, "Requests turned away because prompt and output are longer than the context."},
	"rejected_kv":      {"Beyond KV cache", Lower, "Requests turned away because they are larger than the KV cache of a replica."},
	"rejected_step":    {"Beyond step", Lower, "Requests turned away because they are longer than a step may be, without chunked prefill."},
	"timed_out":        {"Timed out", Lower, "Requests that gave up while they waited."},
	"dropped":          {"Dropped", Lower, "Requests that the batcher took out of the queue unserved."},
	"failed":           {"Failed", Lower, "Requests that ended unserved because their machine or replica was lost."},
	"retried":          {"Retried", Lower, "Times that a request lost its machine and waited anew."},
	"withdrawn":        {"Withdrawn", Lower, "Branches of a pipeline's stage that were taken out of the queue because the request had already ended in another."},
	"visits":           {"Visits", Neither, "Times that a request of the pipelines of a model came to it, on average, where requests go back."},
	"unfinished":       {"Unfinished", Lower, "Requests still waiting or in service when the run ended."},
	"cold_starts":      {"Cold starts", Lower, "Replicas that were loaded."},

	"missed_rejected":  {"Missed: rejected", Lower, "Requests that missed their objective, because the request was turned away as it arrived, or no such replica can ever serve it."},
	"missed_dropped":   {"Missed: dropped", Lower, "Requests that missed their objective, because the batcher took the request out of the queue unserved."},
	"missed_lost":      {"Missed: replica lost", Lower, "Requests that missed their objective, because the replica that had the request failed or was reclaimed."},
	"missed_kv":        {"Missed: KV preempted", Lower, "Requests that missed their objective, because others took the KV blocks of the request while it ran."},
	"missed_loading":   {"Missed: none ready", Lower, "Requests that missed their objective, because no replica of the model was ready when the request arrived, and one was on its way."},
	"missed_unplanned": {"Missed: too little planned", Lower, "Requests that missed their objective, because the load of the control period was above the capacity of the last plan, all of it, ready or not."},
	"missed_unready":   {"Missed: not ready", Lower, "Requests that missed their objective, because enough was planned for the load of the control period, but not enough of it was ready."},
	"missed_burst":     {"Missed: burst", Lower, "Requests that missed their objective, because enough was ready for the control period, but more requests came within an objective than the ready capacity serves in it."},
	"missed_behind":    {"Missed: behind late", Lower, "Requests that missed their objective, because while the request waited, its replica worked on requests that were late already when they started."},
	"missed_batch":     {"Missed: batch wait", Lower, "Requests that missed their objective, because the batcher held the request while a slot was free, for at least as long as it was late."},
	"missed_transfer":  {"Missed: KV transfer", Lower, "Requests that missed their objective, because the KV cache was on its way from the replica of the prompt to that of the answer for at least as long as the request was late."},
	"missed_service":   {"Missed: service", Lower, "Requests that missed their objective, because nothing else applies: its service, or the services in front of it, took longer than it had time."},

	"given_up_lost":      {"Given up: replica lost", Neither, "Requests that were rejected or dropped, when the replica that had the request failed or was reclaimed."},
	"given_up_kv":        {"Given up: KV preempted", Neither, "Requests that were rejected or dropped, when others took the KV blocks of the request while it ran."},
	"given_up_loading":   {"Given up: none ready", Neither, "Requests that were rejected or dropped, when no replica of the model was ready when the request arrived, and one was on its way."},
	"given_up_unplanned": {"Given up: too little planned", Neither, "Requests that were rejected or dropped, when the load of the control period was above the capacity of the last plan, all of it, ready or not."},
	"given_up_unready":   {"Given up: not ready", Neither, "Requests that were rejected or dropped, when enough was planned for the load of the control period, but not enough of it was ready."},
	"given_up_burst":     {"Given up: burst", Neither, "Requests that were rejected or dropped, when enough was ready for the control period, but more requests came within an objective than the ready capacity serves in it."},
	"given_up_behind":    {"Given up: behind late", Neither, "Requests that were rejected or dropped, when while the request waited, its replica worked on requests that were late already when they started."},
	"given_up_batch":     {"Given up: batch wait", Neither, "Requests that were rejected or dropped, when the batcher held the request while a slot was free, for at least as long as it was late."},
	"given_up_transfer":  {"Given up: KV transfer", Neither, "Requests that were rejected or dropped, when the KV cache was on its way from the replica of the prompt to that of the answer."},
	"given_up_service":   {"Given up: service", Neither, "Requests that were rejected or dropped, when nothing else applies: its service, or the services in front of it, took longer than it had time."},

	"cost_booting":    {"Booting", Lower, "Rent of machines from their order until they were up."},
	"cost_loading":    {"Up, not serving", Lower, "Rent of machines that were up while none of their replicas was ready."},
	"cost_called_off": {"Called off", Lower, "Of the rent of machines that did not serve yet, that for boots and loads that came to nothing."},

	"forecast_mae":     {"Forecast MAE", Lower, "Demand that was planned for against the load of the control period that followed, mean absolute difference."},
	"forecast_bias":    {"Forecast bias", Neither, "Demand that was planned for less the load of the control period that followed, mean."},
	"forecast_mase":    {"Forecast MASE", Lower, "Forecast MAE over that of a forecast that takes the load of the last control period for the next."},
	"forecast_surplus": {"Surplus planned", Lower, "Rent of the capacity that was planned for demand that did not come, at the mean price of the model's capacity."},
	"plans":            {"Plans", Neither, "Decisions whose plan a solver made."},
	"plans_exact":      {"Proved optimal", Higher, "Share of the solver's plans that are proved to cost least, as the solver counts it."},
	"plans_altered":    {"Altered", Neither, "Share of the solver's plans that were changed before they were carried out, because replicas that boot or load are kept, or for the least replicas of a model."},
	"plan_gap_mean":    {"Mean cost gap", Lower, "By what part of its cost a plan may be dearer than the best one, at most; mean over the plans with a known bound that are proved to serve as much as any."},
	"plan_gap_max":     {"Worst cost gap", Lower, "By what part of its cost a plan may be dearer than the best one, at most; the largest of these plans."},

	"plan_unserved_gap": {"Unserved gap", Lower, "Part of the demand that a plan leaves unserved although another one may serve it, at most; mean over the plans with a known bound whose limits keep a model short."},

	"shadow_price_demand":  {"Price of demand", Neither, "What one more request per second of a model would cost, by the relaxation of the plans, mean over the plans that leave no demand unserved."},
	"shadow_price_machine": {"Price of the limit", Neither, "What one more machine of a type than the limit would save at most, by the relaxation of the plans, mean over the plans that leave no demand unserved."},

	"forecast_missed": {"Missed by forecast", Lower, "Requests that missed their objective because too little was planned, when the demand that was planned for was below the load."},
}
