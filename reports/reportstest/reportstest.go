// Package reportstest makes results for tests: synthetic days, LLM requests, objectives.
package reportstest

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/store"
)

// Eight are the names of eight policies.
var Eight = []string{
	"static-peak", "static-mean", "hpa", "greedy", "dp", "lp",
	"auto-adjust(ridge, 0.3)+best-fit", "auto-adjust(seasonal-naive, 0.8)+first-fit-decreasing",
}

// Small is a day of three policies, in four replications.
func Small() store.Archive {
	return Synthetic([]string{"static-peak", "static-mean", "auto-adjust(ridge, 0.3)+best-fit"}, 4, 24)
}

// Synthetic makes results of a synthetic day, or of the given number of samples of five minutes.
// Demand follows a curve with its peak at 14 h. Each policy has its own margin, lag and noise.
func Synthetic(policies []string, replications, samples int) store.Archive {
	r := store.Archive{Manifest: store.Manifest{
		Scenario: "working-day", About: "Two vision models on a mixed fleet through one working day.",
		Version: "test", Seed: 7, Replications: replications, Completed: replications,
		WarmupSeconds: 1800, DurationSeconds: float64(samples) * 300,
		Policies: policies, Baseline: policies[0],
		Inputs:   []store.FileSum{{File: "invocations.csv.gz", SHA256: invocationsSum}},
		Resolved: "name: working-day\nseed: 7\n",
	}}
	for replication := range replications {
		shared := rand.New(rand.NewPCG(11, uint64(replication)))
		swell := 1 + 0.05*shared.NormFloat64()
		for p, policy := range policies {
			add(&r, policy, p, replication, samples, swell, rand.New(rand.NewPCG(uint64(p)+100, uint64(replication))))
		}
	}
	return r
}

func demandAt(hour, swell float64) float64 {
	return swell * (400 + 330*math.Sin((hour-8)/24*2*math.Pi))
}

func add(r *store.Archive, policy string, p, replication, samples int, swell float64, source *rand.Rand) {
	row := func(scope, metric, unit string, value float64) rows.Row {
		return rows.Row{Scenario: "working-day", Policy: policy, Replication: replication,
			Measurement: rows.Measurement{Scope: scope, Metric: metric, Unit: unit, Value: value}}
	}
	noise := func() float64 { return source.NormFloat64() }
	margin := []float64{0, 0.9, 1.3, 1.15, 1.12, 1.11, 1.25, 1.4}[p%8]
	lag := []float64{0, 0, 0.4, 0.25, 0.1, 0.1, 0.3, 0.2}[p%8]
	rented, short, total := 0.0, 0.0, 0.0
	for i := range samples {
		end := float64(i+1) * 300
		hour := end / 3600
		demand := demandAt(hour, swell) + 8*noise()
		capacity := margin*demandAt(hour-lag, swell) + 10*noise()
		switch p % 8 {
		case 0:
			capacity = 850
		case 1:
			capacity = 420
		}
		capacity = math.Ceil(capacity/25) * 25
		busy := 100 * min(1, demand/capacity)
		for _, m := range []rows.Row{row("all", "demand", "1/s", demand), row("all", "capacity", "1/s", capacity),
			row("a10g", "utilization", "%", busy*0.9), row("cpu", "utilization", "%", busy*0.45)} {
			AddSample(r, m, end)
		}
		rented, short, total = rented+capacity, short+max(0, demand-capacity), total+demand
	}
	span := float64(samples) * 300
	attainment := 100 - 100*short/total - 0.3*math.Abs(noise()) - 0.2
	median := 0.040 + 0.4*short/total + 0.001*float64(p) + 0.0008*noise()
	tail := func(share float64) float64 {
		if share > 1-short/total/3 {
			return math.Inf(1)
		}
		return median * math.Exp(0.55*probit(share))
	}
	cost := rented / float64(samples) / 40 * 1.2 * span / 3600
	r.Rows = append(r.Rows,
		row("all", "slo_attainment", "%", attainment), row("all", "goodput", "1/s", total/float64(samples)*attainment/100),
		row("all", "latency_mean", "s", median*1.2), row("all", "latency_p50", "s", tail(0.5)),
		row("all", "latency_p90", "s", tail(0.9)), row("all", "latency_p95", "s", tail(0.95)), row("all", "latency_p99", "s", tail(0.99)),
		row("all", "utilization", "%", 100*total/rented*0.8), row("a10g", "utilization", "%", 100*total/rented*0.9), row("cpu", "utilization", "%", 100*total/rented*0.45),
		row("all", "cost", "$", cost), row("all", "cost_per_1k", "$", cost/(total*300)*1000), row("all", "cold_starts", "1", math.Round(math.Abs(40*lag+3*noise()))),
		row("all", "throughput", "1/s", total/float64(samples)), row("all", "rejected", "1", math.Round(short*30)),
		row("all", "timed_out", "1", 0), row("all", "unfinished", "1", math.Round(math.Abs(3*noise()))), row("all", "accuracy", "%", 76.1),
		row("resnet50", "slo_attainment", "%", attainment-0.1), row("resnet50", "latency_p99", "s", tail(0.99)*1.1),
	)
	for i := range 200 {
		share := (float64(i) + 0.5) / 200
		r.Quantiles = append(r.Quantiles, rows.Quantile{Row: row("all", "latency", "s", tail(share)), Share: share})
	}
}

// probit is the quantile function of the normal distribution.
func probit(share float64) float64 { return math.Sqrt2 * math.Erfinv(2*share-1) }

// Names returns n names of policies.
func Names(n int) []string {
	list := append([]string{}, Eight...)
	for i := len(list); i < n; i++ {
		list = append(list, fmt.Sprintf("mpc(holt-winters, %d)+marginal-utility", i))
	}
	return list[:n]
}

// WithTokens adds the results of LLM requests: rows of all requests and of one model, series and
// distributions. Policies differ by a factor, replications only a little.
func WithTokens(r store.Archive) store.Archive {
	put := func(policy string, replication int, m rows.Measurement) rows.Row {
		return rows.Row{Scenario: r.Manifest.Scenario, Policy: policy, Replication: replication, Measurement: m}
	}
	seconds := map[string]float64{"ttft": 0.3, "tpot": 0.03, "itl": 0.02, "queue": 0.1}
	for p, policy := range r.Manifest.Policies {
		for replication := range r.Manifest.Replications {
			by := (1 + 0.1*float64(p)) * (1 + 0.01*math.Sin(float64(7*replication+p)))
			for _, scope := range []string{"all", "llama"} {
				add := func(metric, unit string, value float64) {
					r.Rows = append(r.Rows, put(policy, replication, rows.Measurement{Scope: scope, Metric: metric, Unit: unit, Value: value}))
				}
				for _, what := range []string{"ttft", "tpot", "queue", "itl"} {
					add(what+"_mean", "s", by*seconds[what])
					for _, percent := range []int{50, 90, 95, 99} {
						add(fmt.Sprintf("%s_p%d", what, percent), "s", by*seconds[what]*math.Exp(0.5*probit(float64(percent)/100)))
					}
				}
				add("prefill_mean", "s", by*0.08)
				add("output_tokens", "1/s", 18000/by)
				add("total_tokens", "1/s", 200000/by)
				add("prefix_hits", "%", 40/by)
				add("preemptions", "1", float64(3*p))
				add("kv_occupancy", "%", 40*by)
				add("running", "1", 300*by)
			}
			for i := range 100 {
				share := (float64(i) + 0.5) / 100
				for _, what := range []string{"ttft", "tpot", "itl"} {
					value := by * seconds[what] * math.Exp(0.5*probit(share))
					r.Quantiles = append(r.Quantiles, rows.Quantile{Row: put(policy, replication, rows.Measurement{Scope: "all", Metric: what, Unit: "s", Value: value}), Share: share})
				}
			}
		}
	}
	for _, s := range slices.Clone(r.Series) {
		if s.Metric == "demand" {
			r.Series = append(r.Series, Derived(s, "all", "kv_occupancy", "%", func(v float64) float64 { return min(100, v/8) }),
				Derived(s, "all", "running", "1", func(v float64) float64 { return v }))
		}
	}
	return r
}

// Derived returns a time series of the same run and steps, with values that follow from those of s.
func Derived(s rows.TimeSeries, scope, metric, unit string, value func(float64) float64) rows.TimeSeries {
	s.Scope, s.Metric, s.Unit, s.Values = scope, metric, unit, slices.Clone(s.Values)
	for i, v := range s.Values {
		s.Values[i] = value(v)
	}
	return s
}

// AddSample adds a value to its time series, or to a new one if there is none yet.
func AddSample(r *store.Archive, m rows.Row, end float64) {
	at := slices.IndexFunc(r.Series, func(s rows.TimeSeries) bool {
		return s.Policy == m.Policy && s.Replication == m.Replication && s.Scope == m.Scope && s.Metric == m.Metric
	})
	if at < 0 {
		at = len(r.Series)
		r.Series = append(r.Series, rows.TimeSeries{Scenario: m.Scenario, Policy: m.Policy, Replication: m.Replication, Scope: m.Scope, Metric: m.Metric, Unit: m.Unit})
	}
	s := &r.Series[at]
	s.Ends, s.Values = append(s.Ends, end), append(s.Values, m.Value)
}

// WithFleet adds machines of two types and the replicas of two models on them. Their numbers follow
// the capacity.
func WithFleet(r store.Archive) store.Archive {
	for _, s := range slices.Clone(r.Series) {
		if s.Metric != "capacity" {
			continue
		}
		for i, kind := range []string{"g5.xlarge", "c7i.large"} {
			model := []string{"resnet50", "bert"}[i]
			machines := func(capacity float64) float64 { return math.Ceil(capacity / 100 / float64(i+1)) }
			r.Series = append(r.Series, Derived(s, "machine:"+kind, "machines", "1", machines),
				Derived(s, "replica:"+model+"@"+kind, "replicas", "1", func(capacity float64) float64 { return 2 * machines(capacity) }))
		}
	}
	return WithMisses(r)
}

// WithMisses adds rows of why requests missed. The cause differs by policy. Some of the requests
// were dropped.
func WithMisses(r store.Archive) store.Archive {
	causes := []string{"loading", "unplanned", "unready", "burst", "behind", "batch", "service"}
	for _, row := range slices.Clone(r.Rows) {
		if row.Metric != "slo_attainment" {
			continue
		}
		add := func(metric string, value float64) {
			row.Measurement = rows.Measurement{Scope: row.Scope, Metric: metric, Unit: "1", Value: value}
			r.Rows = append(r.Rows, row)
		}
		first := slices.Index(r.Manifest.Policies, row.Policy)
		missed := math.Round(1e4 * (100 - row.Value))
		add("arrived", 1e6)
		add("missed_rejected", 0)
		dropped := 0.0
		for i, c := range causes {
			share := 0.0
			switch i {
			case first % len(causes):
				share = 0.5
			case (first + 2) % len(causes):
				share = 0.3
			}
			add("missed_"+c, math.Round(missed*share))
			add("given_up_"+c, math.Round(missed*share/4))
			dropped += math.Round(missed * share / 4)
		}
		add("missed_dropped", dropped)
	}
	return r
}

// Judged adds to synthetic results all that verdicts need: objectives, cost per hour, and rented
// machines.
func Judged(r store.Archive) store.Archive {
	r.Manifest.Objectives = []rows.Objective{{Scope: "resnet50", Name: "resnet50", Percent: 99, About: "latency 200ms", Latency: 0.2}}
	for _, p := range r.Manifest.Policies {
		if strings.HasPrefix(p, "static-") {
			r.Manifest.Clairvoyant = append(r.Manifest.Clairvoyant, p)
		}
	}
	llama := slices.ContainsFunc(r.Rows, func(row rows.Row) bool { return row.Scope == "llama" })
	if llama {
		r.Manifest.Objectives = append(r.Manifest.Objectives,
			rows.Objective{Scope: "llama", Name: "llama", Percent: 95, About: "first-token 1s, per-token 80ms", FirstToken: 1, PerToken: 0.08})
	}
	for _, row := range slices.Clone(r.Rows) {
		add := func(scope, metric, unit string, value float64) {
			row.Measurement = rows.Measurement{Scope: scope, Metric: metric, Unit: unit, Value: value}
			r.Rows = append(r.Rows, row)
		}
		switch v := row.Value; {
		case row.Scope == rows.All && row.Metric == "cost":
			add(rows.All, "cost_rate", "$/h", v/1.5)
			for _, held := range [][2]string{{"machine:" + "g5.xlarge", "machines"}, {"replica:" + "resnet50@g5.xlarge", "replicas"}} {
				add(held[0], held[1]+"_min", "1", math.Floor(v/16))
				add(held[0], held[1], "1", v/16)
				add(held[0], held[1]+"_max", "1", math.Ceil(v/16))
			}
			add(rows.All, "machines", "1", math.Ceil(v/16))
		case llama && row.Scope == rows.All && row.Metric == "slo_attainment":
			add("llama", "slo_attainment", "%", 94.8+v-99.5)
		}
	}
	return r
}

// Verdicts makes results in which every policy has the given shares and costs. Each list has one
// value for each replication.
func Verdicts(objectives []rows.Objective, policies map[string]map[string][]float64) store.Archive {
	r := store.Archive{Manifest: store.Manifest{Scenario: "day", Objectives: objectives}}
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		for _, scope := range slices.Sorted(maps.Keys(policies[name])) {
			for i, v := range policies[name][scope] {
				m := rows.Measurement{Scope: scope, Metric: "slo_attainment", Unit: "%", Value: v}
				if scope == "$" {
					m = rows.Measurement{Scope: rows.All, Metric: "cost", Unit: "$", Value: v}
				}
				r.Rows = append(r.Rows, rows.Row{Scenario: "day", Policy: name, Replication: i, Measurement: m})
				r.Manifest.Replications = max(r.Manifest.Replications, i+1)
			}
		}
	}
	return r
}

// invocationsSum is the SHA-256 of "invocations".
const invocationsSum = "60bbdfe432754c3b18c1f8fe5707acf7a6829bea0e58ccf7f36e26581c166a70"
