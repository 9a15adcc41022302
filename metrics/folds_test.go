package metrics_test

import (
	"math"
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// script is a stream of requests for model 0 at given milliseconds.
type script []int

func (s *script) Next(r *fleet.Request) bool {
	if len(*s) == 0 {
		return false
	}
	*r = fleet.Request{Arrival: kernel.Time((*s)[0]) * kernel.Time(time.Millisecond), Work: 1}
	*s = (*s)[1:]
	return true
}

func (s *script) Err() error { return nil }

// watch runs a script on one server that takes 100 ms for a request. The run takes one second, and
// the first 200 ms are warm-up. It returns the numbers of the metrics.
func watch(t *testing.T, at []int, change func(*sim.Setup)) (map[string]float64, *metrics.Board) {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: 100 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	c.Models[0].Target = 150 * time.Millisecond
	arrivals := script(at)
	s := sim.Setup{
		Spec: c, Arrivals: &arrivals, Levers: sim.Levers{Router: routing.NewCentralQueue(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
		Duration: time.Second, Warmup: 200 * time.Millisecond, Drain: -1,
	}
	if change != nil {
		change(&s)
	}
	b := metrics.NewBoard(c, metrics.MeasuredSpan{From: kernel.Time(s.Warmup), Until: kernel.Time(s.Duration)}, 250*time.Millisecond)
	check := simtest.NewInvariantChecker(c)
	s.Observers = append(b.Observers(), check)
	if err := engine.Run(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := check.Err(); err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, m := range b.Measures() {
		values[m.Scope+" "+m.Metric] = m.Value
	}
	if err := simtest.CausesAddUp(values); err != nil {
		t.Error(err)
	}
	distributed(t, values, b)
	described(t, b)
	return values, b
}

// described checks that every metric of a board has a description.
func described(t *testing.T, b *metrics.Board) {
	t.Helper()
	list := b.Measures()
	for _, s := range rows.Samples(b.Series.TimeSeries()) {
		list = append(list, s.Measurement)
	}
	for _, d := range b.Distributions() {
		list = append(list, rows.Measurement{Metric: d.Metric})
	}
	for _, m := range list {
		if rows.Describe(m.Metric).About == "" {
			t.Errorf("%s has no description: add a line to metrics/rows/describe.go", m.Metric)
		}
	}
}

// near compares values with those computed by hand. Latencies are exact to 0.1 %.
func near(t *testing.T, values map[string]float64, want map[string]float64) {
	t.Helper()
	for key, w := range want {
		got, ok := values[key]
		if !ok || math.Abs(got-w) > 1e-3*math.Abs(w)+1e-12 && got != w {
			t.Errorf("%s is %v, want %v (known: %v)", key, got, w, ok)
		}
	}
}

// Requests arrive at 150 (warm-up), 240, 300, 320, 700 and 980 ms. Services are at 150–250,
// 250–350, 350–450, 450–550, 700–800 and 980–1080 ms. The latencies of the five measured requests
// are 110, 150, 230, 100 and 100 ms. That of 230 ms misses the objective of 150 ms. Within 200–1000
// ms the server is busy for 50+100+100+100+100+20 = 470 of 800 ms.
func TestMeasuresOfAHandWorkedRun(t *testing.T) {
	values, _ := watch(t, []int{150, 240, 300, 320, 700, 980}, nil)
	near(t, values, map[string]float64{
		"all arrived": 5, "all throughput": 5 / 0.8, "all goodput": 4 / 0.8, "all slo_attainment": 80,
		"all latency_mean": 0.138, "all latency_p50": 0.110, "all latency_p90": 0.230, "all latency_p99": 0.230,
		"all accuracy": 80, "all rejected": 0, "all timed_out": 0, "all unfinished": 0,
		"cpu utilization": 100 * 0.470 / 0.8, "all utilization": 100 * 0.470 / 0.8,
		"all cost": 0.8 / 3600, "all cost_rate": 1, "all cost_per_1k": 1000 * 0.8 / 3600 / 4,
		"all energy": (0.8*50 + 0.470*50) / 3.6e6, "all machines": 1, "all cold_starts": 0, "all shortfall": 0,
	})
}

// The queue limit is 0 and four requests come at once, so three are rejected. They are misses, with
// an infinite latency.
func TestLostRequestsCountInAttainmentAndPercentiles(t *testing.T) {
	values, b := watch(t, []int{300, 300, 300, 300}, func(s *sim.Setup) { s.Spec.Models[0].QueueLimit = 0 })
	near(t, values, map[string]float64{"all arrived": 4, "all rejected": 3, "all slo_attainment": 25, "all throughput": 1 / 0.8, "all latency_mean": 0.1})
	if !math.IsInf(values["all latency_p50"], 1) || !math.IsInf(values["all latency_p99"], 1) {
		t.Errorf("percentiles are %v and %v, want infinite ones", values["all latency_p50"], values["all latency_p99"])
	}
	for _, q := range b.Quantiles() {
		if math.IsInf(q.Value, 1) != (q.Share > 0.25) {
			t.Errorf("the quantile at %v is %v", q.Share, q.Value)
		}
	}
}

// Requests may wait for 120 ms. One starts after 100 ms. The next would start after 200 ms and
// gives up.
func TestTimedOutRequestsAreCounted(t *testing.T) {
	values, _ := watch(t, []int{300, 300, 300}, func(s *sim.Setup) { s.Spec.Models[0].Timeout = 120 * time.Millisecond })
	near(t, values, map[string]float64{"all arrived": 3, "all timed_out": 1, "all throughput": 2 / 0.8, "all slo_attainment": 100. / 3})
}

// Nothing is drained: the request of 980 ms cannot finish.
func TestUnfinishedRequestsAreCounted(t *testing.T) {
	values, _ := watch(t, []int{300, 980}, func(s *sim.Setup) { s.Drain = 0 })
	near(t, values, map[string]float64{"all arrived": 2, "all unfinished": 1, "all slo_attainment": 50})
}

// Without requests, there are no numbers for latency, accuracy and attainment.
func TestWhatIsUndefinedIsLeftOut(t *testing.T) {
	values, _ := watch(t, nil, nil)
	for _, key := range []string{"all slo_attainment", "all latency_mean", "all latency_p99", "all accuracy", "all cost_per_1k"} {
		if v, ok := values[key]; ok {
			t.Errorf("%s is %v without any request", key, v)
		}
	}
	near(t, values, map[string]float64{"all arrived": 0, "cpu utilization": 0, "all cost_rate": 1})
}

// The steps are 250 ms long. The request at 0 keeps the server busy at 0–100 ms. Those at 260, 270
// and 280 ms keep it busy at 260–560 ms.
func TestSeriesAreMeansOverTheirSteps(t *testing.T) {
	_, b := watch(t, []int{0, 260, 270, 280}, nil)
	got := map[string][]float64{}
	for _, s := range rows.Samples(b.Series.TimeSeries()) {
		got[s.Scope+" "+s.Metric] = append(got[s.Scope+" "+s.Metric], s.Value)
	}
	for key, want := range map[string][]float64{
		"all demand": {4, 12, 0, 0}, "cpu utilization": {40, 96, 24, 0}, "all capacity": {10, 10, 10, 10}, "all waiting": {0, 0, 0, 0}, "all cost_rate": {1, 1, 1, 1},
	} {
		if len(got[key]) != len(want) {
			t.Errorf("%s has %d samples, want %d", key, len(got[key]), len(want))
			continue
		}
		for i, w := range want {
			if math.Abs(got[key][i]-w) > 1e-9 && key != "all waiting" {
				t.Errorf("%s in step %d is %v, want %v", key, i, got[key][i], w)
			}
		}
	}
	// At 500 ms the requests of 270 (started at 360, done at 460) and 280 (started at 460) no
	// longer wait.
	if w := got["all waiting"]; len(w) == 4 && (w[0] != 0 || w[1] != 0 || w[3] != 0) {
		t.Errorf("waiting %v", w)
	}
}

// TestMergedLatenciesEqualThoseOfOne compares the merge of two histograms with one that saw
// everything.
func TestMergedLatenciesEqualThoseOfOne(t *testing.T) {
	s := kernel.NewStream(1, 0, "test", 0)
	a, b, all := histogram.NewLatencies(), histogram.NewLatencies(), histogram.NewLatencies()
	for i := range 10_000 {
		d := time.Duration(s.Exponential() * 1e8)
		all.Add(d)
		if i%3 == 0 {
			a.Add(d)
		} else {
			b.Add(d)
		}
	}
	all.AddNever()
	b.AddNever()
	a.Merge(b)
	for _, share := range []float64{0.001, 0.5, 0.9, 0.999, 1} {
		if a.Quantile(share) != all.Quantile(share) {
			t.Errorf("quantile %v is %v merged, %v in one", share, a.Quantile(share), all.Quantile(share))
		}
	}
	if a.Count() != all.Count() || math.Abs(a.Mean()-all.Mean()) > 1e-12 {
		t.Error("counts or means differ")
	}
}

// TestQuantilesAreExactToAThousandth compares the histogram with the sorted values.
func TestQuantilesAreExactToAThousandth(t *testing.T) {
	l := histogram.NewLatencies()
	const n = 1000
	for i := 1; i <= n; i++ {
		l.Add(time.Duration(i) * 1234567)
	}
	for _, share := range []float64{0.001, 0.01, 0.5, 0.9, 0.99, 1} {
		want := math.Ceil(share*n-1e-9) * 1234567e-9
		if got := l.Quantile(share); math.Abs(got-want) > 1e-3*want {
			t.Errorf("quantile %v is %v, want %v", share, got, want)
		}
	}
}
