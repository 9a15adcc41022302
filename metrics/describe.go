package metrics

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

// Describe returns what is known of a metric. Of an unknown one that is its name.
func Describe(metric string) Info {
	if info, ok := infos[metric]; ok {
		return info
	}
	return Info{Title: metric}
}

var infos = map[string]Info{
	"throughput":     {"Throughput", Higher, "Requests finished per second, on time or not."},
	"goodput":        {"Goodput", Higher, "Requests finished within their objective per second."},
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

	"utilization": {"Utilization", Higher, "Busy share of the provisioned time of the devices; over all kinds, devices weigh as their price."},
	"machines":    {"Machines", Neither, "Mean number of rented machines."},
	"capacity":    {"Capacity", Neither, "Requests per second that the ready replicas are planned for."},
	"demand":      {"Demand", Neither, "Requests that arrived per second."},
	"shortfall":   {"Shortfall", Lower, "Forecast demand that the allocator's plans left unserved, mean over time."},
	"waiting":     {"Waiting", Lower, "Requests that wait for their start."},

	"cost":        {"Cost", Lower, "Rent of all machines over the measured span, from order to release."},
	"cost_rate":   {"Cost rate", Lower, "Rent of all machines per hour of the measured span."},
	"cost_per_1k": {"Cost per 1k", Lower, "Rent per thousand requests that finished within their objective."},
	"energy":      {"Energy", Lower, "Energy of all machines over the measured span."},

	"machine_failures": {"Failures", Neither, "Machines that failed."},
	"reclaims":         {"Reclaims", Neither, "Machines that their owner took back."},
	"machines_down":    {"Down", Neither, "Mean number of machines under repair; they are paid for, and count as provisioned."},

	"accuracy":    {"Accuracy", Higher, "Mean accuracy of the variants that answered, weighted by answers."},
	"arrived":     {"Arrived", Neither, "Requests that arrived in the measured span."},
	"rejected":    {"Rejected", Lower, "Requests turned away at arrival."},
	"timed_out":   {"Timed out", Lower, "Requests that gave up while they waited."},
	"dropped":     {"Dropped", Lower, "Requests that the batcher took out of the queue unserved."},
	"failed":      {"Failed", Lower, "Requests that ended unserved because their machine was lost."},
	"retried":     {"Retried", Lower, "Times that a request lost its machine and waited anew."},
	"unfinished":  {"Unfinished", Lower, "Requests still waiting or in service when the run ended."},
	"cold_starts": {"Cold starts", Lower, "Replicas that were loaded."},
	"decisions":   {"Decisions", Neither, "Times that the allocator was asked."},
}
