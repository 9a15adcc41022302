package scenarios

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"wavetank/scenarios/file"
)

// queueOf returns a scenario with one replica, which has the given number of servers, and one
// stream with the given lines. The unit of time is the second.
func queueOf(servers int, duration string, stream ...string) string {
	return fmt.Sprintf(`name: queue
duration: %s
warmup: 1000s
drain: 1h
replications: 8
control: {period: 1h}
planning: {utilization: 1, wait: none}
machines: [{name: server, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}]
models:
  - name: queue
    variants:
      - name: unit
        accuracy: 100
        weights: 1B
        devices: [{device: cpu, cores: 1, memory: 1GiB, slots: %d, latency: {table: {1: 1s}}}]
fleet: [{machine: server, max: 1}]
router: central-queue
policies: [{name: static-mean, allocator: {static-mean: {capacity: utilization}}}]
workload:
  - model: queue
    slo: {latency: 10s}
    %s
`, duration, servers, strings.Join(stream, "\n    "))
}

// estimates runs a scenario and returns the mean and the standard error of every metric of all
// requests.
func estimates(t *testing.T, text string) map[string][2]float64 {
	t.Helper()
	f, err := file.Read("queue.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	e := ready(t, f)
	r, err := e.Run(t.Context(), RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]float64{}
	for _, row := range r.Rows {
		if row.Scope == "all" {
			values[row.Metric] = append(values[row.Metric], row.Value)
		}
	}
	all := map[string][2]float64{}
	for metric, x := range values {
		n, sum, squares := float64(len(x)), 0.0, 0.0
		for _, v := range x {
			sum += v
		}
		for _, v := range x {
			squares += (v - sum/n) * (v - sum/n)
		}
		all[metric] = [2]float64{sum / n, math.Sqrt(squares / (n - 1) / n)}
	}
	return all
}

// The expected values come from formulas. For M/G/1 it is that of Pollaczek and Khinchine, 1 +
// λ(1 + c²)/2/(1 − λ). For GI/M/1 it is 1/(1 − σ), where σ is the root of an equation with the
// transform of the gaps. For bulks it is (1 + E[X²]/E[X])/2/(1 − ρ). The other values come from
// solving the Markov chain.
func TestQueuesOfTheTheoryAreWrittenAsScenarios(t *testing.T) {
	short := "12000s"
	for _, c := range []struct {
		name     string
		servers  int
		duration string
		stream   string
		metric   string
		want     float64
	}{
		{"M/M/1", 1, short, "service: exponential\narrivals: {poisson: {rate: 0.5/s}}", "latency_mean", 2},
		{"M/D/1", 1, short, "service: deterministic\narrivals: {poisson: {rate: 0.5/s}}", "latency_mean", 1.5},
		{"M/G/1 erlang", 1, short, "service: {erlang: {k: 2}}\narrivals: {poisson: {rate: 0.5/s}}", "latency_mean", 1.75},
		{"M/G/1 hyperexponential", 1, short, "service: {hyperexponential: {scv: 4}}\narrivals: {poisson: {rate: 0.5/s}}", "latency_mean", 3.5},
		{"M/G/1 lognormal", 1, short, "service: {lognormal: {scv: 2}}\narrivals: {poisson: {rate: 0.5/s}}", "latency_mean", 2.5},
		{"M/G/1 uniform", 1, short, "service: {uniform: {low: 0, high: 2}}\narrivals: {poisson: {rate: 0.5/s}}", "latency_mean", 1 + 2./3},
		{"M/G/1 bimodal", 1, short, "service: {bimodal: {share: 0.1, low: 0.5, high: 5.5}}\narrivals: {poisson: {rate: 0.5/s}}", "latency_mean", 2.625},
		{"M/G/1 gamma", 1, short, "service: {gamma: {scv: 0.25}}\narrivals: {poisson: {rate: 0.5/s}}", "latency_mean", 1.625},
		{"M/M/4", 4, short, "service: exponential\narrivals: {poisson: {rate: 3.2/s}}", "latency_mean", 1.7455405897342555},
		{"M/M/2/6", 2, short, "service: exponential\nqueue-limit: 4\narrivals: {poisson: {rate: 1.8/s}}", "latency_mean", 1.788211458838539},
		{"M/G/10/10", 10, short, "service: {uniform: {high: 2}}\nqueue-limit: 0\narrivals: {poisson: {rate: 8/s}}", "throughput", 8 * (1 - 0.12166106425295149)},
		{"M/M/10+M", 10, short, "service: exponential\npatience: {mean: 1s, distribution: exponential}\narrivals: {poisson: {rate: 12/s}}", "throughput", 9.436411764504431},
		{"M/M/1+M", 1, short, "service: exponential\npatience: {mean: 2s, distribution: exponential}\narrivals: {poisson: {rate: 1/s}}", "throughput", 0.6869647145006686},
		{"D/M/1", 1, short, "service: exponential\narrivals: {constant: {rate: 0.5/s}}", "latency_mean", 1.2550009749159752},
		{"GI/M/1 gamma", 1, short, "service: exponential\narrivals: {gamma: {rate: 0.5/s, cv: 2}}", "latency_mean", 4.36105136371335},
		{"GI/M/1 hyperexponential", 1, short, "service: exponential\narrivals: {renewal: {rate: 0.5/s, gaps: {hyperexponential: {scv: 4}}}}", "latency_mean", 3.1622776601683786},
		{"GI/M/1 erlang", 1, short, "service: exponential\narrivals: {renewal: {rate: 0.8/s, gaps: {erlang: {k: 2}}}}", "latency_mean", 3.843979766989909},
		{"M^X/M/1 fixed", 1, "60000s", "service: exponential\narrivals: {bulk: {size: 3, arrivals: {poisson: {rate: 0.2/s}}}}", "latency_mean", 5},
		{"M^X/M/1 geometric", 1, "60000s", "service: exponential\narrivals: {bulk: {mean-size: 4, arrivals: {poisson: {rate: 0.2/s}}}}", "latency_mean", 20},
		{"MMPP2/M/1", 1, "120000s", "service: exponential\narrivals: {mmpp: {states: [{rate: 1.5/s, mean-sojourn: 10s}, {rate: 0.1/s, mean-sojourn: 10s}]}}", "latency_mean", 17.14632840272832},
		{"MMPP2/M/1 slow", 1, "200000s", "service: exponential\narrivals: {mmpp: {states: [{rate: 0.9/s, mean-sojourn: 100s}, {rate: 0.3/s, mean-sojourn: 100s}]}}", "latency_mean", 5.468190751851295},
		{"D/D/1", 1, short, "service: deterministic\narrivals: {constant: {rate: 1/s, start: 0s}}", "latency_mean", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := estimates(t, queueOf(c.servers, c.duration, strings.Split(c.stream, "\n")...))[c.metric]
			// The mean of eight runs differs by more than 5.4 standard errors only once in a
			// thousand times (Student's t distribution).
			if band := 5.4*got[1] + 1e-9; math.Abs(got[0]-c.want) > band || band > 0.3*c.want {
				t.Errorf("%s is %v ± %v, the theory says %v", c.metric, got[0], band, c.want)
			}
		})
	}
}
