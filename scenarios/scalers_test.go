package scenarios

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest/shared"
)

// sizes records how many replicas there are after each decision of a run, loading or ready.
type sizes struct {
	now   int
	after []int
}

// Observe implements sim.Observer.
func (s *sizes) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.ReplicaLoading:
		s.now++
	case sim.ReplicaDraining, sim.ReplicaCancelled:
		s.now--
	case sim.Decided, sim.HorizonReached:
		s.after = append(s.after, s.now)
	}
}

// decided returns the number of replicas after each decision of a scenario's first policy.
func decided(t *testing.T, text string) []int {
	t.Helper()
	s := &sizes{}
	if err := load(t, text).Observe(t.Context(), 0, 0, s); err != nil {
		t.Fatal(err)
	}
	// The first entry is from before the first decision, when there are no replicas.
	return s.after[1:]
}

// walk returns a scenario whose replicas serve 10 requests per second each, one at a time.
func walk(arrivals, allocator, duration string) string {
	return `name: walk
duration: ` + duration + `
drain: 1m
replications: 1
control: {period: 15s, startup: 0s}
planning: {utilization: 0.5, wait: none}
machines: [{name: box, cores: 1, memory: 1GiB, price: 1$/h, boot: 0s}]
models:
  - {name: a, variants: [{name: a1, accuracy: 100, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 100ms}}}]}]}
workload:
  - {model: a, slo: {latency: 1s, percentile: 95}, arrivals: ` + arrivals + `}
fleet: [{machine: box, max: 200}]
router: central-queue
policies:
  - {name: p, allocator: ` + allocator + `}
`
}

// TestAnAutoscalerSeesHowFarItsReplicasAreOverloaded: a load of 305 % of one replica, with a target
// of 50 %, leads to five replicas and then to seven, or to seven at once if nothing limits the
// scaling. The gaps are constant: in a Poisson stream, a window of 73 requests is so often 10 %
// above its mean that a second replica would be added before.
func TestAnAutoscalerSeesHowFarItsReplicasAreOverloaded(t *testing.T) {
	for allocator, want := range map[string][]int{
		"{hpa: {target: 0.5}}": {1, 5, 7},
		"{hpa: {target: 0.5, behavior: {scale-up: {policies: [{type: percent, value: 10000, period: 15s}]}}}}": {1, 7},
	} {
		got := slices.Compact(decided(t, walk("{steps: {step: 5m, rates: [4.9/s, 30.5/s], cv: 0.01}}", allocator, "10m")))
		if !slices.Equal(got, want) {
			t.Errorf("%s goes %v, want %v", allocator, got, want)
		}
	}
}

// TestGoldenTracesOfTheAutoscalerRunThroughAScenario replays published traces of the controller:
// the load of a row is that of the control period before the decision. Loads are slightly lower
// than in the trace, so that rounding up does not depend on a single request.
func TestGoldenTracesOfTheAutoscalerRunThroughAScenario(t *testing.T) {
	rows, err := csv.NewReader(shared.Open(t, "instances", "golden", "hpa_traces.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		trace, allocator string
		part             float64 // factor on the loads of the trace
	}{
		{"hpa_default_spike", "{hpa: {target: 0.5}}", 0.96},
		{"hpa_small_start_pods4", "{hpa: {target: 0.5}}", 0.99},
		{"hpa_down_limited_10pct_60s", "{hpa: {target: 0.5, behavior: {scale-down: {stabilization: 0s, policies: [{type: percent, value: 10, period: 1m}]}}}}", 0.99},
	} {
		var rates []string
		var want []int
		for _, row := range rows[1:] {
			if row[0] != c.trace {
				continue
			}
			var n [3]float64 // present replicas, load in replicas, wanted replicas
			for i, column := range []int{2, 3, 7} {
				if n[i], err = strconv.ParseFloat(row[column], 64); err != nil {
					t.Fatal(err)
				}
			}
			if len(want) == 0 { // the first fleet, and the decision after the first period
				rates, want = append(rates, fmt.Sprintf("%v/s", 5*0.99*n[0])), append(want, int(n[0]), int(n[0]))
			}
			rates, want = append(rates, fmt.Sprintf("%v/s", 5*c.part*n[1])), append(want, int(n[2]))
		}
		arrivals := fmt.Sprintf("{steps: {step: 15s, rates: [%s], cv: 0.01}}", strings.Join(rates, ", "))
		got := decided(t, walk(arrivals, c.allocator, fmt.Sprintf("%ds", 15*len(rates)+1)))
		if len(want) < 5 || !slices.Equal(got, want) {
			t.Errorf("%s goes %v, want %v", c.trace, got, want)
		}
	}
}

// TestScalersThatGoToZeroComeBack tests each scaler with a load that stops for twenty minutes.
// Scalers that are woken by a request add a replica when it comes, and the others at their next
// decision.
func TestScalersThatGoToZeroComeBack(t *testing.T) {
	for allocator, woken := range map[string]bool{
		"kpa":                               true,
		"{queue-length: {min-replicas: 0}}": true,
		"{lcp: {min-replicas: 0}}":          true,
		"{mpc: {min-replicas: 0}}":          true,
		"keda":                              false,
		"{hpa: {min-replicas: 0, metrics: [concurrency]}}": false,
	} {
		w := &waking{}
		text := walk("{steps: {step: 10m, rates: [2/s, 0/s, 0/s, 2/s], cv: 0.01}}", allocator, "40m")
		if err := load(t, text).Observe(t.Context(), 0, 0, w); err != nil {
			t.Fatal(err)
		}
		if !w.gone || w.replicas == 0 {
			t.Errorf("%s: gone %v, %d replicas at the end", allocator, w.gone, w.replicas)
		}
		if at := w.back.Seconds(); woken != (at == w.first.Seconds()) || at > w.first.Seconds()+60 {
			t.Errorf("%s: a request comes at %v s, a replica at %v s", allocator, w.first.Seconds(), at)
		}
	}
}

// waking records when a model goes to zero replicas and comes back.
type waking struct {
	replicas    int
	gone        bool        // there were no replicas for a while
	first, back kernel.Time // times of the next request, and of the next replica ordered
}

// Observe implements sim.Observer.
func (w *waking) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.ReplicaLoading:
		if w.replicas++; w.gone && w.back == 0 {
			w.back = f.At
		}
	case sim.ReplicaDraining, sim.ReplicaCancelled:
		w.replicas--
		w.gone = w.gone || w.replicas == 0 && f.At < kernel.Time(30*time.Minute)
	case sim.RequestArrived:
		if w.gone && w.first == 0 {
			w.first = f.At
		}
	}
}

// TestAFixedFleetIsCheckedAgainstItsMachines checks that each fault of a fixed fleet is reported at
// its place.
func TestAFixedFleetIsCheckedAgainstItsMachines(t *testing.T) {
	for replicas, want := range map[string]string{
		"{a1: 201}":          `s.yaml:15:50: policies[0].allocator.fixed.replicas.a1: the machines that can be rented hold 200, not 201`,
		"{a1: 1, nobody: 1}": `s.yaml:15:61: policies[0].allocator.fixed.replicas.nobody: no deployment that can run has this in its name`,
		"{a1: -1}":           `policies[0].allocator.fixed.replicas.a1: -1 is outside [0, 10000]`,
	} {
		f, err := file.Read("s.yaml", []byte(walk("{constant: {rate: 5/s}}", "{fixed: {replicas: "+replicas+"}}", "5m")))
		if err == nil {
			_, err = Prepare(f)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", replicas, err, want)
		}
	}
	if got := decided(t, walk("{constant: {rate: 5/s}}", "{fixed: {replicas: {a1: 7}}}", "5m")); slices.Min(got) != 7 || slices.Max(got) != 7 {
		t.Errorf("replicas %v, want 7 always", got)
	}
}
