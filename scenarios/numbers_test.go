package scenarios

import (
	"fmt"
	"math"
	"testing"
)

// measured runs a scenario and returns the values of its first replication by policy, scope and
// metric.
func measured(t *testing.T, text string) map[string]float64 {
	t.Helper()
	r, err := load(t, text).Run(t.Context(), RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, row := range r.Rows {
		if row.Replication == 0 {
			values[row.Policy+" "+row.Scope+" "+row.Metric] = row.Value
		}
	}
	return values
}

// stand returns a scenario with one server that takes a second per request and costs a dollar per
// hour.
func stand(head, arrivals string) string {
	return `name: stand
replications: 1
` + head + `
planning: {utilization: 1, wait: none}
machines: [{name: box, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}]
models:
  - {name: m, variants: [{name: v, accuracy: 80, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 1s}}}]}]}
workload:
  - {model: m, slo: {latency: 20m}, arrivals: {constant: {` + arrivals + `}}}
fleet: [{machine: box, max: 1}]
policies: [{name: static-peak, allocator: {static-peak: {capacity: utilization}}}]
`
}

// TestAnOverloadedServerDoesWhatItCan offers a server twice its rate. In two minutes it finishes
// 119 requests, since the first one arrives after 0.5 s. If there is a queue at the end of the
// warm-up, it finishes one request per second.
func TestAnOverloadedServerDoesWhatItCan(t *testing.T) {
	for _, drain := range []string{"0s", "1m", "10m"} {
		got := measured(t, stand("duration: 2m\ndrain: "+drain, "rate: 2/s"))
		for metric, want := range map[string]float64{"throughput": 119. / 120, "goodput": 119. / 120, "cost_per_1k": 1000 * 120. / 3600 / 119, "cost_month": 720} {
			if v := got["static-peak all "+metric]; math.Abs(v-want) > 1e-9*want {
				t.Errorf("%s is %v with a drain of %s, want %v", metric, v, drain, want)
			}
		}
		if got := measured(t, stand("duration: 5m\nwarmup: 100s\ndrain: "+drain, "rate: 2/s, start: 0s"))["static-peak all throughput"]; got != 1 {
			t.Errorf("throughput is %v after a warm-up, with a drain of %s", got, drain)
		}
	}
}

// chatting returns a scenario with one stream for an LLM on one H100, or on as many as a policy
// asks for.
func chatting(length, stream, policies string) string {
	return fmt.Sprintf(`name: chatting
duration: %s
replications: 1
workload:
  - model: llama-3.1-8b
    slo: {ttft: 2s, tpot: 50ms}
    input: {fixed: {value: 400}}
    output: {fixed: {value: 150}}
    %s
fleet: [{machine: aws/p5.4xlarge, max: 10}]
policies: %s
`, length, stream, policies)
}

// TestUtilizationFallsWithTheNumberOfReplicas spreads one load over one replica and over ten. Each
// of the ten serves a tenth of the requests and so has a tenth of the utilization, although it has
// some request running at nearly any time.
func TestUtilizationFallsWithTheNumberOfReplicas(t *testing.T) {
	got := measured(t, chatting("5m", "arrivals: {poisson: {rate: 12/s}}", "[{name: one, allocator: static-peak}, {name: ten, allocator: {static-peak: {min-replicas: 10}}}]"))
	one, ten := got["one all utilization"], got["ten all utilization"]
	if ratio := one / ten; !(ratio > 9 && ratio < 11) {
		t.Errorf("utilization is %.4g %% with one replica and %.4g %% with ten", one, ten)
	}
	if busy := got["ten all busy"]; !(busy > 80) || !(got["ten all kv_occupancy"] < ten) {
		t.Errorf("ten replicas are busy for %.4g %% of the time, and %.4g %% of their blocks are in use", busy, got["ten all kv_occupancy"])
	}
	if most, least := got["ten replica:llama-3.1-8b@aws/p5.4xlarge replicas_max"], got["ten machine:aws/p5.4xlarge machines_min"]; most != 10 || least != 10 {
		t.Errorf("at most %v replicas, at least %v machines", most, least)
	}
}

// TestAClosedLoopOfAnLLMObeysLittlesLaw lets a hundred clients send their next request as soon as
// they are answered, and checks Little's law.
func TestAClosedLoopOfAnLLMObeysLittlesLaw(t *testing.T) {
	got := measured(t, chatting("30s", "arrivals: {clients: {count: 100}}", "[{name: one, allocator: static-peak}]"))
	if product := got["one all throughput"] * got["one all latency_mean"]; !(product > 60 && product <= 100) {
		t.Errorf("throughput times latency is %v", product)
	}
}

// TestWhatAClientKeepsBackIsMeasured lets a client have at most four requests in flight. Its stream
// would need about four times as many.
func TestWhatAClientKeepsBackIsMeasured(t *testing.T) {
	const text = "one all "
	got := measured(t, chatting("2m", "max-concurrency: 4\n    arrivals: {constant: {rate: 20/s, start: 0s}}", "[{name: one, allocator: static-peak}]"))
	arrived, wanted, held := got[text+"arrived"], got[text+"wanted"], got[text+"held_back"]
	if wanted != 2400 || held != wanted-arrived || held < 500 {
		t.Errorf("%v of %v requests arrive, %v are held back", arrived, wanted, held)
	}
	// The queue at the client grows at a constant rate. The last request that is sent has waited
	// from its own arrival to the end of the run, and the next one would wait slightly longer.
	last := 120 - arrived/20
	if longest, mean := got[text+"client_wait_max"], got[text+"client_wait_mean"]; math.Abs(longest-last) > 0.5 || math.Abs(mean-longest/2) > 0.5 {
		t.Errorf("they wait %v s on average and %v at most, want about %v at most", mean, longest, last)
	}
}
