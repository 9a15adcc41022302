package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wavetank/metrics/rows"
	"wavetank/policies/registry"
	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/simtest"
)

// writer writes a random scenario file.
type writer struct {
	*rapid.T
	text   strings.Builder
	levers map[string]bool // what the file has beyond the plainest scenario
}

// world is a random scenario file, with its levers.
type world struct {
	text   string
	levers []string
}

func (w *writer) number(what string, from, to int) int {
	return rapid.IntRange(from, to).Draw(w.T, what)
}

// one draws and returns one of several texts. The first is the plainest; any other is a lever of
// the scenario.
func (w *writer) one(what string, of ...string) string {
	text := rapid.SampledFrom(of).Draw(w.T, what)
	if text != of[0] {
		w.levers[what] = true
	}
	return text
}

// kind is one for a lever of several kinds, each of which is a lever of its own.
func (w *writer) kind(what string, of ...string) string {
	text := rapid.SampledFrom(of).Draw(w.T, what)
	if text != of[0] {
		w.levers[strings.Trim(text, ", ")] = true
	}
	return text
}

// has draws whether the scenario has a lever, in one of n cases.
func (w *writer) has(what string, n int) bool {
	is := rapid.IntRange(0, n-1).Draw(w.T, what) == 0
	if is {
		w.levers[what] = true
	}
	return is
}

func (w *writer) put(format string, args ...any) { fmt.Fprintf(&w.text, format, args...) }

// randomScenario returns a random scenario with batch models and an LLM. Some of them share a
// pipeline, the machines may be lost, and the policies have levers of every kind.
func randomScenario(t *rapid.T) world {
	w := &writer{T: t, levers: map[string]bool{}}
	w.put("name: world\nseed: %d\nduration: %ds\nwarmup: %ds\ndrain: %ds\nreplications: 2\n", w.number("seed", 1, 1<<30), w.number("duration", 3, 8), w.number("warm-up", 0, 2), w.number("drain", 0, 20))
	w.put("control: {period: %ds, delay: %ds, start: %s, startup: %ds%s}\n", w.number("period", 1, 5), w.number("delay", 0, 2), w.one("start", "warm", "cold"), w.number("startup", 0, 3),
		w.kind("grace", "", "", ", termination-grace-period: 50ms", ", termination-grace-period: 1s")+w.one("storage", "", "", ", storage-outages: [{from: 1s, until: 3s}]"))
	w.put("planning: {utilization: 0.7%s%s}\n", w.one("forecast error", "", "", ", forecast-error: {bias: -30 %, noise: 20 %}"), w.one("profile error", "", "", ", profile-error: {bias: 20 %, noise: 10 %}"))
	w.put("lost-requests: %s\n", w.one("lost", "retry", "fail"))
	zones := w.has("zones", 2)
	if zones {
		w.put("zones: [{name: east, region: coast, outages: [{from: 1s, until: 4s}]}, {name: west%s%s}]\n", w.one("region", "", ", region: coast"), w.one("zone failures", "", ", failures: {mtbf: 6s, mttr: 1s}"))
		w.put("%s", w.one("round trip", "", "round-trip: {within-region: 20ms, across-regions: 80ms}\n", "round-trip: {within-zone: 5ms, between: [{places: [east, west], time: 300ms}]}\n"))
	}
	w.put("machines:\n  - {name: box, cores: 4, memory: 64GiB, price: 1$/h, boot: %ds}\n  - {name: spot, cores: 2, memory: 64GiB, price: 0.3$/h, boot: %ds}\n", w.number("boot", 0, 3), w.number("boot", 0, 3))
	parallel, devices := w.kind("parallel", "", "", ", pipeline-parallel-size: 2, pipeline-hop: 1ms", ", data-parallel-size: 2"), 1
	if parallel != "" {
		devices = 2
	}
	w.put("  - {name: gpu, cores: 8, memory: 64GiB, gpu: h100, gpus: %d, gpu-memory: 80GiB, price: 4$/h, boot: 1s, network: 100Gb/s}\n", devices)
	turns, grouped := w.has("turns", 3), w.has("group", 3)
	from := ""
	if w.has("classes", 2) {
		w.put("classes:\n  - {name: urgent, priority: 0, weight: 2, slo: {latency: %dms}}\n  - {name: patient, priority: 1}\n", w.number("urgent", 50, 400))
		from = ", classes: {urgent: 0.3, patient: 0.7}, tenants: {count: 3}"
	}
	w.models(turns, from != "", grouped, parallel)
	w.streams(from, zones)
	stand := ""
	if zones {
		stand = ", zones: [east, west]"
	}
	w.put("fleet:\n  - {machine: box, max: %d%s%s%s%s}\n", w.number("boxes", 2, 6), stand, w.one("maintenance", "", "", ", maintenance: [{from: 1s, until: 2s}, {from: 3s, until: 5s, share: 50 %}]"), w.one("failures", "", "", ", failures: {mtbf: 5s, mttr: 1s}"), w.one("slow", "", "", ", slowdowns: [{from: 1s, until: 3s, factor: 3x, share: 50 %}]"))
	sharing := ""
	if turns {
		sharing = ", sharing: time, time-shares: [30 %, 50 %, 100 %]"
	}
	gpus := w.one("slow GPUs", "", ", slowdowns: [{from: 2s, until: 4s, factor: 2.5x, share: 50 %}]") + w.one("sleep", "", ", sleep: {memory: 2GB, wake: 100ms}", ", sleep: {level: 2, wake: 200ms}")
	w.put("  - {machine: spot, max: %d%s, spot: {mean-lifetime: %ds, notice: %ds}}\n  - {machine: gpu, max: 4%s%s}\n", w.number("spots", 1, 4), stand, w.number("life", 2, 20), w.number("notice", 0, 2), sharing, gpus)
	if grouped {
		w.put("  - {machine: gpu, group: 2, max: 3, failures: {mtbf: %ds, mttr: 1s}, spot: {mean-lifetime: 20s, notice: 1s}%s%s}\n", w.number("mtbf", 4, 30), stand, gpus)
	}
	w.policies(turns, from != "")
	return world{w.text.String(), slices.Sorted(maps.Keys(w.levers))}
}

// models writes four batch models and an LLM. With turns, two of them also run on GPUs. The LLM
// has adapters only if the streams have tenants. If machines are grouped, it is spread over two of
// them.
func (w *writer) models(turns, tenants, grouped bool, parallel string) {
	adapters := ""
	if tenants && parallel == "" {
		adapters = w.one("adapters", "", ", lora: {adapter-size: 100MB, max-loras: 2}")
	}
	w.put("models:\n")
	for _, name := range []string{"a", "b", "c", "d"} {
		latency := fmt.Sprintf("latency: {fixed: %dms, each: %dms, max: %d}", w.number("fixed", 0, 20), w.number("each", 1, 10), w.number("largest", 1, 16))
		more := ""
		if turns && name > "b" {
			more = fmt.Sprintf(", {device: h100, cores: 1, memory: 1GiB, gpu-memory: 1GiB, %s}", latency)
		}
		w.put("  - {name: %s, variants: [{name: %s1, accuracy: 90, weights: 1MB, devices: [{device: cpu, cores: 1, memory: 1GiB, %s}%s]}]}\n", name, name, latency, more)
	}
	takes := "cores: 1"
	switch {
	case grouped:
		takes = "machines: 2, gpus: 2, cores: 2"
	case parallel != "":
		takes = "gpus: 2, cores: 1"
	}
	w.put("  - {name: l, variants: [{name: l1, accuracy: 90, weights: 1GB, devices: [{device: h100, %s, memory: 1GiB, gpu-memory: 40GiB, tokens: {step-time: {compute: {constant: %dms, prefill: 20µs, decode: 50µs}}, max-num-seqs: %d, max-num-batched-tokens: 512, kv-blocks: %d, kv-bytes-per-token: 100kB, max-model-len: 1024, enable-prefix-caching: %s%s%s}}]}]}\n",
		takes, w.number("step", 1, 5), w.number("sequences", 4, 32), w.number("blocks", 80, 400), w.kind("prefix", "false", "true", "true, kv-offload: {size: 300MB}"), w.one("priority", "", ", priority: true"), w.one("prefill first", "", ", prefill-first: true")+w.one("prefill reads", "", ", prefill-reads-kv: true")+adapters+parallel+w.kind("handover", "", ", handover: {fixed: 2ms}", ", handover: {fixed: 1ms, layers: 32}")+w.kind("drafts", "", ", speculative: {num-speculative-tokens: 3, acceptance-rate: 0.6}", ", speculative: {num-speculative-tokens: 3, acceptance-rate: 0.6, random-acceptance: true}"))
}

// streams writes the streams. The text from gives the classes and tenants of all requests. With
// zones, the first stream comes from the east, and others may.
func (w *writer) streams(from string, zones bool) {
	zone := func(m string) string {
		if !zones || m != "a" && w.one("zone of others", "", ", zone: east") == "" {
			return ""
		}
		return ", zone: east"
	}
	arrivals := func(most int) string {
		rate := w.number("rate", 1, most)
		return w.one("arrivals", fmt.Sprintf("{poisson: {rate: %d/s}}", rate), fmt.Sprintf("{gamma: {rate: %d/s, cv: 3}}", rate), fmt.Sprintf("{constant: {rate: %d/s, start: 0s}}", rate),
			fmt.Sprintf("{bulk: {mean-size: 3, arrivals: {poisson: {rate: %d/s}}}}", rate), fmt.Sprintf("{clients: {count: %d, think-time: {mean: 50ms}}}", rate))
	}
	w.put("workload:\n")
	for _, m := range []string{"a", "b"} {
		w.put("  - {name: %s, model: %s, slo: {latency: %dms, percentile: 90}, arrivals: %s%s%s%s%s%s%s}\n", m, m, w.number("objective", 250, 900), arrivals(80),
			w.one("items", "", "", ", items: 2", ", items: {geometric: {mean: 2, max: 6}}"), w.one("service", "", ", service: exponential", ", service: {bimodal: {share: 0.2, ratio: 5}}"),
			w.one("combine", "", ", combine: max", ", combine: sum"), w.one("limit", "", fmt.Sprintf(", queue-limit: %d", w.number("queue", 0, 20))),
			w.one("patience", "", ", timeout: 300ms", ", patience: {mean: 1s, distribution: exponential}"), w.client()+zone(m)+from)
	}
	w.put("  - {name: l, model: l, slo: {%s, percentile: 90}, input: {lognormal: {mean: 200, sd: 200, max: 600}}, output: {geometric: {mean: 20, max: 200}}, arrivals: %s%s%s%s%s}\n",
		w.one("slo", "ttft: 200ms, tpot: 20ms, latency: 5s", "latency: 2s", "ttft: 300ms, latency: 3s"), arrivals(30), w.one("prompt", "", ", system-prompt: {tokens: 100, count: 3}"),
		w.one("parted", "", ", disaggregated: true"), w.one("timeout", "", ", timeout: 1s"), w.client()+zone("l")+from)
	if w.has("pipeline", 2) {
		w.put("  - {name: way, pipeline: [%s], slo: {latency: 2s, percentile: 90}, arrivals: {poisson: {rate: %d/s}}%s%s}\n",
			w.one("stages", "c, d", "{model: c, continue: 50 %}, d", "parallel: [c, d]", "c, {model: d, feedback: {probability: 30 %, from: c, max-returns: 3}}"), w.number("rate", 1, 40), w.kind("branch retries", "", ", branch-retries: {attempts: 2}, timeout: 200ms", ", branch-retries: {attempts: 3, of: request, backoff: {base: 10ms}, budget: 50 %}, queue-limit: 3"), zone("way")+from)
	}
}

// client writes the client of a stream, or none.
func (w *writer) client() string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	kind := w.one("client", "", "", "waits", "retries", "waits, retries", "hedge", "waits, hedge")
	if strings.Contains(kind, "waits") {
		add("timeout: %dms, cancels: %s%s", w.number("client timeout", 20, 900), w.one("cancels", "false", "true"), w.one("throttle", "", ", throttle: {k: 1.2, window: 1s}"))
	}
	switch {
	case strings.Contains(kind, "retries"):
		w.levers["retries"] = true
		add("retries: {attempts: %d, backoff: {base: %dms, jitter: %s}%s}", w.number("attempts", 2, 5), w.number("pause", 0, 200), w.one("jitter", "full", "none"),
			w.one("budget", "", ", budget: 20 %", ", budget: {share: 50 %, min-rate: 1/s, ttl: 2s}"))
	case strings.Contains(kind, "hedge"):
		w.levers["hedge"] = true
		if kind == "hedge" {
			add("cancels: true")
		}
		add("hedge: {delay: %dms, attempts: %d%s}", w.number("delay", 1, 300), w.number("attempts", 2, 4), w.one("budget", "", ", budget: 10 %"))
	case kind == "":
		return ""
	}
	return fmt.Sprintf(", client: {%s}", strings.Join(parts, ", "))
}

// policies writes two policies. Fixed fleets and references are left out and have their own tests:
// a fixed fleet may not fit on the machines, and references take many runs.
//
// Where replicas take turns on a GPU, no order serves requests one by one.
//
// Of the policies that can use simulated capacity, one in sixty does: making the tables takes as
// long as many other policies.
//
// Where requests have classes, a gateway may share among them.
func (w *writer) policies(turns, classes bool) {
	names := func(c registry.PolicyChoice) []string {
		return slices.DeleteFunc(c.Names(), func(name string) bool {
			return slices.Contains([]string{"fixed", "static-best", "oracle"}, name) || c.Needs(name) != ""
		})
	}
	orders := names(&registry.Order{})
	if turns {
		orders = []string{"priority", "edf", "sjf", "fair"}
	}
	gateways := []string{"", "", "", ", gateway: none", ", gateway: limits", ", gateway: {limits: {concurrency: 3, queue-depth: 0, kv-share: 0}}", ", gateway: {limits: {concurrency: 6, queue-depth: 1, kv-share: 0.5}}"}
	if classes {
		gateways = append(gateways, ", gateway: {limits: {concurrency: 3, queue-depth: 0, kv-share: 0, quantum: {urgent: 3, patient: 1}}}",
			", gateway: {limits: {concurrency: 6, queue-depth: 1, reserved: {urgent: 2}, quantum: {urgent: 500, patient: 200}, cost: tokens}}")
	}
	w.put("policies:\n")
	for i := range 2 {
		allocator := w.one("allocator", names(&registry.Allocator{})...)
		rule := w.one("capacity", slices.Concat(slices.Repeat([]string{"utilization"}, 49), slices.Repeat([]string{"erlang"}, 10), []string{"simulated"})...)
		placer := w.one("placer", "best-fit", "best-fit", "spread", "{spread: {max-skew: 2, when-unsatisfiable: schedule-anyway}}")
		switch capacity, places := has(w.T, allocator, "capacity"), has(w.T, allocator, "placer"); {
		case capacity && places:
			allocator = fmt.Sprintf("{%s: {capacity: %s, placer: %s}}", allocator, rule, placer)
		case places:
			allocator = fmt.Sprintf("{%s: {placer: %s}}", allocator, placer)
		}
		w.put("  - {name: p%d, allocator: %s, router: %s, batcher: %s", i, allocator, w.one("router", names(&registry.Router{})...), w.one("batcher", names(&registry.Batcher{})...))
		w.put(", admission: %s, order: %s", w.kind("admission", "always", "always", "early-drop", "{early-drop: {estimate: false}}", "{bounded-queue: {limit: 9}}", "{token-bucket: {rate: 50/s, burst: 5}}", "{circuit-breaker: {max-requests: 6, max-pending-requests: 4, max-retries: 1}}"),
			w.kind("order", append([]string{"fcfs", "fcfs", "fcfs"}, orders...)...))
		w.put("%s", w.kind("gateway", gateways...))
		w.put("%s", w.kind("health", "", "", ", health: none", ", health: {outlier-ejection: {consecutive-failures: 2, interval: 1s, base-ejection-time: 1s, max-ejection-percent: 60 %}}",
			", health: {readiness: {period: 500ms, timeout: 50ms, failure-threshold: 1}}",
			", health: {both: {outlier-ejection: {consecutive-failures: 2, interval: 1s}, readiness: {period: 500ms, timeout: 50ms}}}"))
		if w.has("per model", 2) {
			w.put(", per-model: {a: {router: %s, batcher: %s}}", w.one("router of a", names(&registry.Router{})...), w.one("batcher of a", names(&registry.Batcher{})...))
		}
		w.put("}\n")
	}
}

// has reports whether an allocator has a key.
func has(t *rapid.T, allocator, key string) bool {
	params, ok := new(registry.Allocator).Params(allocator)
	if !ok {
		t.Fatalf("there is no allocator %s", allocator)
	}
	text, err := strict.Encode(params)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains("\n"+string(text), "\n"+key+":")
}

// linesOf returns a checker of the queues in a run of a policy. It checks only rules that hold for
// all scenarios.
func linesOf(e *Experiment, p *file.Policy, setup *sim.Setup) *simtest.Lines {
	levers := e.Scenario.LeversOf(p)
	l := simtest.NewLines(e.Spec)
	routers, batchers := levers.PerModel.Routers(), levers.PerModel.Batchers()
	named := func(m fleet.ModelID, names ...string) bool {
		name, _ := levers.Batcher.Chosen()
		if own := batchers[e.Spec.Models[m].Name]; own != nil {
			name, _ = own.Chosen()
		}
		return slices.Contains(names, name)
	}
	l.Prompt = func(m fleet.ModelID) bool { return named(m, "greedy", "nexus", "clockwork") }
	l.Greedy = func(m fleet.ModelID) bool { return named(m, "greedy") }
	l.Central = func(m fleet.ModelID) bool {
		name, _ := levers.Router.Chosen()
		if own := routers[strings.TrimSuffix(e.Spec.Models[m].Name, "/decode")]; own != nil {
			name, _ = own.Chosen()
		}
		return name == "central-queue"
	}
	l.Retains = l.Central
	if levers.Gateway != nil {
		l.Retains = func(fleet.ModelID) bool { return true }
		_, params := levers.Gateway.Chosen()
		if p, ok := params.(*registry.GatewayLimits); ok && p.Queue == 0 && p.KVShare == 0 {
			l.Concurrency = p.Concurrency
		} else if ok {
			l.Central = func(fleet.ModelID) bool { return false }
		}
	}
	if levers.Health != nil { // requests may wait although a replica is ready and idle
		l.Retains, l.Central, l.Concurrency = func(fleet.ModelID) bool { return true }, func(fleet.ModelID) bool { return false }, 0
	}
	if setup.Order != nil {
		l.Discipline = setup.Order.Discipline()
		order := ranks{setup.Order, map[int64]int64{}}
		setup.Order, l.Ranks = order, order.of
	}
	return l
}

// ranks is an order that records the ranks that it gives.
type ranks struct {
	sim.Order
	of map[int64]int64
}

func (r ranks) Rank(v *sim.View, request *fleet.Request) int64 {
	rank := r.Order.Rank(v, request)
	r.of[request.Ordinal] = rank
	return rank
}

// Wants implements sim.Selective: an order may learn from facts.
func (r ranks) Wants(k sim.FactKind) bool {
	o, learns := r.Order.(sim.Observer)
	return learns && sim.HandlerOf(o, k) != nil
}

func (r ranks) Observe(f *sim.Fact) { r.Order.(sim.Observer).Observe(f) }

// possible returns an error if the rows of a run contain something impossible.
func possible(list []rows.Row) error {
	values := map[string]float64{}
	for _, m := range list {
		values[m.Policy+m.Scope+m.Metric+fmt.Sprint(m.Replication)] = m.Value
	}
	for _, m := range list {
		at := func(metric string) float64 { return values[m.Policy+m.Scope+metric+fmt.Sprint(m.Replication)] }
		switch {
		case m.Unit == "%" && m.Value > 100 && !strings.HasPrefix(m.Metric, "plan_gap"), m.Value < 0 && m.Metric != "forecast_bias" && m.Metric != "shadow_price_demand", math.IsNaN(m.Value):
			return fmt.Errorf("%s: %s %s is %v %s", m.Policy, m.Scope, m.Metric, m.Value, m.Unit)
		case m.Metric == "goodput" && m.Value > at("throughput"):
			return fmt.Errorf("%s: goodput of %s is beyond its throughput", m.Policy, m.Scope)
		case m.Metric == "latency_p50" && !(at("latency_p50") <= at("latency_p90") && at("latency_p90") <= at("latency_p95") && at("latency_p95") <= at("latency_p99")):
			return fmt.Errorf("%s: percentiles of %s fall", m.Policy, m.Scope)
		case m.Metric == "plan_gap_mean" && (m.Value > at("plan_gap_max")*(1+1e-9) || at("plans_exact") == 100 && m.Value != 0):
			return fmt.Errorf("%s: a mean gap of %v %%, but %v %% in the worst of plans, of which %v %% are exact", m.Policy, m.Value, at("plan_gap_max"), at("plans_exact"))
		case m.Metric == "work_bound" && m.Value > at("cost")*(1+1e-9):
			return fmt.Errorf("%s: the work bound of %v $ is above the cost of %v $", m.Policy, m.Value, at("cost"))
		}
	}
	return nil
}

// keepsLaws runs a policy of a scenario, and returns an error if a law is broken.
func keepsLaws(ctx context.Context, e *Experiment, policy int) (*simtest.InvariantChecker, error) {
	run, err := e.trial(ctx, policy, 0)
	if err != nil {
		return nil, err
	}
	check, lines := simtest.NewInvariantChecker(e.Spec), linesOf(e, &e.Scenario.Policies[policy], &run.Setup)
	run.Observers = append(run.Observers, check, lines)
	err = run.run(ctx)
	return check, errors.Join(err, check.Err(), lines.Err())
}

// TestRandomScenariosKeepTheLaws runs random scenario files. Each run must keep the invariants, and
// the results must be the same with one run and with two runs at a time.
func TestRandomScenariosKeepTheLaws(t *testing.T) {
	ends := simtest.InvariantChecker{}
	rapid.Check(t, func(r *rapid.T) {
		text := randomScenario(r).text
		fail := func(err error) {
			if err != nil {
				r.Fatalf("%v\n%s", err, text)
			}
		}
		f, err := file.Read("s.yaml", []byte(text))
		fail(err)
		e, err := Prepare(f)
		fail(err)
		one, err := e.Run(t.Context(), RunOptions{Parallel: 1})
		fail(err)
		two, err := e.Run(t.Context(), RunOptions{Parallel: 2})
		fail(err)
		if !equal(one, two) {
			fail(errors.New("two runs at a time give other results than one"))
		}
		fail(possible(one.Rows))
		check, err := keepsLaws(t.Context(), e, rapid.IntRange(0, len(e.Scenario.Policies)-1).Draw(r, "policy"))
		fail(err)
		ends.Finished += check.Finished
		ends.Rejected += check.Rejected
		ends.TimedOut += check.TimedOut
		ends.Dropped += check.Dropped
		ends.Retried += check.Retried
	})
	if ends.Finished == 0 || ends.Rejected == 0 || ends.TimedOut == 0 || ends.Dropped == 0 || ends.Retried == 0 {
		t.Errorf("requests that finished: %d, were rejected: %d, gave up: %d, were dropped: %d, were retried: %d; want some of each", ends.Finished, ends.Rejected, ends.TimedOut, ends.Dropped, ends.Retried)
	}
}
