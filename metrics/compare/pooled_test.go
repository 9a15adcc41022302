package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"wavetank/metrics/histogram"
	"wavetank/metrics/rows"

	"pgregory.net/rapid"
)

// latenciesOf returns a distribution of latencies in milliseconds. Negative values are requests
// that never finished.
func latenciesOf(milliseconds ...float64) *histogram.Latencies {
	l := histogram.NewLatencies()
	for _, v := range milliseconds {
		if v < 0 {
			l.AddNever()
		} else {
			l.Add(time.Duration(v * 1e6))
		}
	}
	return l
}

// pooledOf pools the latencies of replications, in milliseconds.
func pooledOf(policy string, replications ...[]float64) []rows.Pooled {
	var numbers []int
	var lists [][]histogram.Compact
	for i, values := range replications {
		numbers = append(numbers, i)
		lists = append(lists, []histogram.Compact{histogram.Scoped{Scope: rows.All, Metric: "latency", Of: latenciesOf(values...)}.Compact()})
	}
	return Pool(rows.Row{Scenario: "day", Policy: policy}, numbers, lists)
}

func TestCompactHoldsTheDistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOf(rapid.Float64Range(-1e3, 1e7)).Draw(t, "values")
		l := latenciesOf(values...)
		c := histogram.Scoped{Scope: "m", Metric: "ttft", Of: l}.Compact()
		again := histogram.NewLatencies()
		c.AddTo(again)
		scope, metric := c.Name()
		if scope != "m" || metric != "ttft" || again.Count() != l.Count() || again.Finished() != l.Finished() {
			t.Fatalf("%s %s with %d of %d, want %d of %d", scope, metric, again.Finished(), again.Count(), l.Finished(), l.Count())
		}
		for _, share := range []float64{0.01, 0.5, 0.9, 1} {
			if a, b := l.Quantile(share), again.Quantile(share); a != b && !(math.IsNaN(a) && math.IsNaN(b)) {
				t.Fatalf("quantile %v is %v, was %v", share, b, a)
			}
		}
	})
}

// The percentile is that of all requests together, with the precision of histograms, 0.1 %. It lies
// in its interval.
func TestPooledPercentilesAreThoseOfTheRequestsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		replications := rapid.SliceOfN(rapid.SliceOfN(rapid.Float64Range(-0.3, 20), 1, 60), 2, 5).Draw(t, "replications")
		all := histogram.NewLatencies()
		for _, values := range replications {
			all.Merge(latenciesOf(values...))
		}
		data := pooledOf("p", replications...)
		if want := 4 * (1 + len(replications)); len(data) != want {
			t.Fatalf("%d rows, want %d", len(data), want)
		}
		shares := map[string]float64{"latency_p50": 0.5, "latency_p90": 0.9, "latency_p95": 0.95, "latency_p99": 0.99}
		for _, r := range data {
			share := shares[r.Metric]
			few := (1-share)*float64(all.Count()) < rare
			switch want := all.Quantile(share); {
			case r.Replication != rows.Together:
				if math.IsNaN(r.Value) != (few && !math.IsInf(want, 1)) {
					t.Fatalf("%s of %d requests: replication %d contributes %v", r.Metric, all.Count(), r.Replication, r.Value)
				}
			case r.Value != want:
				t.Fatalf("%s is %v, want %v", r.Metric, r.Value, want)
			case !math.IsInf(r.Value, 1) && !(r.Low <= r.Value && r.Value <= r.High):
				t.Fatalf("%s %v is not in [%v, %v]", r.Metric, r.Value, r.Low, r.High)
			}
		}
	})
}

// For evenly spread latencies, contributions are close to those of the ordinary jackknife. The
// latencies of the replications differ by about 5 %.
func TestContributionsAreThoseOfTheJackknife(t *testing.T) {
	source := rand.New(rand.NewPCG(3, 5))
	const n = 8
	replications, all := make([][]float64, n), histogram.NewLatencies()
	for i := range replications {
		scale := 1 + 0.05*source.NormFloat64()
		for range 20_000 {
			replications[i] = append(replications[i], 100*scale*source.Float64())
		}
		all.Merge(latenciesOf(replications[i]...))
	}
	for _, r := range pooledOf("p", replications...) {
		if r.Metric != "latency_p90" || r.Replication == rows.Together {
			continue
		}
		others := histogram.NewLatencies()
		for i, values := range replications {
			if i != r.Replication {
				others.Merge(latenciesOf(values...))
			}
		}
		whole := all.Quantile(0.9)
		if jackknife := whole + (n-1)*(whole-others.Quantile(0.9)); math.Abs(r.Value-jackknife) > 0.01*whole {
			t.Errorf("replication %d contributes %v, by leaving it out %v", r.Replication, r.Value, jackknife)
		}
	}
}

// The interval of a percentile agrees with the intervals of the shares of requests up to each
// latency. A few exceptions are allowed, because the end of a share's interval is not exactly
// monotone if replications differ as much as here.
func TestPercentileAndAttainmentAgree(t *testing.T) {
	source := rand.New(rand.NewPCG(5, 8))
	contradictions := 0
	for range 200 {
		var replications [][]float64
		var percent, arrived []run
		objective := 1 + 8*source.Float64()
		for i := range 6 {
			values, met := make([]float64, 200), 0
			scale := source.ExpFloat64()
			for j := range values {
				if values[j] = scale * source.ExpFloat64(); values[j] <= objective {
					met++
				}
			}
			replications = append(replications, values)
			percent, arrived = append(percent, run{i, 100 * float64(met) / 200}), append(arrived, run{i, 200})
		}
		attained, _ := attainment(percent, arrived, Level)
		for _, r := range pooledOf("p", replications...) {
			if r.Replication != rows.Together || r.Metric != "latency_p95" {
				continue
			}
			const rounding = 1.002
			if attained.Low > 95 && r.High > objective/1000*rounding || attained.High < 95 && r.Low < objective/1000/rounding {
				contradictions++
				t.Logf("attainment %+v at %v ms, p95 in [%v, %v]", attained.Interval, objective, r.Low, r.High)
			}
		}
	}
	if contradictions > 4 {
		t.Errorf("%d contradictions in 200", contradictions)
	}
}

func TestPooledPercentilesOfEqualReplicationsAreSure(t *testing.T) {
	values := make([]float64, 400)
	for i := range values {
		values[i] = float64(i + 1)
	}
	for _, r := range pooledOf("p", values, values, values) {
		if r.Replication == rows.Together && (r.Low != r.Value || r.High != r.Value) || r.Replication >= 0 && math.Abs(r.Value-math.Round(r.Value*1000)/1000) > 0.001*r.Value {
			t.Errorf("%s %d: %v in [%v, %v]", r.Metric, r.Replication, r.Value, r.Low, r.High)
		}
	}
}

func TestFewRequestsDoNotBoundAPercentile(t *testing.T) {
	few := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	data := pooledOf("p", few, few, few)
	result, err := Compare(join(rowsOf("p", "latency_p99", 1, 2, 3), rowsOf("p", "latency_p50", 1, 2, 3)), data, "")
	if err != nil {
		t.Fatal(err)
	}
	if p99 := result[0].Value; !math.IsInf(p99.High, 1) || !near(p99.Mean, data[12].Value) || p99.Warning == "" {
		t.Errorf("p99 of thirty requests: %+v", p99)
	}
	if p50 := result[1].Value; math.IsInf(p50.High, 1) || p50.Warning != "" {
		t.Errorf("p50 of thirty requests: %+v", p50)
	}
}

func TestPooledInfinityIsTold(t *testing.T) {
	endless := []float64{1, 2, -1, -1}
	finished := []float64{1, 2, 3, 4}
	data := join(rowsOf("base", "latency_p99", 4, 4), rowsOf("p", "latency_p99", math.Inf(1), math.Inf(1)), rowsOf("q", "latency_p99", 4, math.Inf(1)))
	pooled := append(append(pooledOf("base", finished, finished), pooledOf("p", endless, endless)...), pooledOf("q", finished, endless)...)
	result, err := Compare(data, pooled, "base")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range result[1:] {
		if !math.IsInf(c.Value.Mean, 1) || c.Value.Warning == "" || c.Mark != Unmarked || !math.IsNaN(c.Difference.Mean) {
			t.Errorf("%s: %+v, difference %+v", c.Policy, c.Value, c.Difference)
		}
	}
}

// A difference of percentiles is that of the percentiles of all requests. Its interval comes from
// pairs of jackknife contributions. If a policy takes 10 % longer for every request, the interval
// must exclude zero.
func TestDifferencesOfPooledPercentilesArePaired(t *testing.T) {
	source := rand.New(rand.NewPCG(7, 9))
	var fast, slow [][]float64
	for range 8 {
		values, longer := make([]float64, 500), make([]float64, 500)
		scale := 5 + 5*source.ExpFloat64()
		for i := range values {
			values[i] = scale * (1 + source.ExpFloat64())
			longer[i] = 1.1 * values[i]
		}
		fast, slow = append(fast, values), append(slow, longer)
	}
	n := make([]float64, 8)
	data := join(rowsOf("base", "latency_p95", n...), rowsOf("slow", "latency_p95", n...), rowsOf("same", "latency_p95", n...))
	pooled := append(append(pooledOf("base", fast...), pooledOf("slow", slow...)...), pooledOf("same", fast...)...)
	result, err := Compare(data, pooled, "base")
	if err != nil {
		t.Fatal(err)
	}
	base, slower, same := result[0], result[1], result[2]
	if d := slower.Difference; slower.Mark != Worse || math.Abs(d.Mean-0.1*base.Value.Mean) > 0.003*base.Value.Mean || d.Mean != slower.Value.Mean-base.Value.Mean {
		t.Errorf("%+v against %+v: difference %+v", slower.Value, base.Value, d)
	}
	if slower.Difference.Half() > 0.5*base.Value.Half() {
		t.Errorf("the pairs' half-width is %v, that of the value %v", slower.Difference.Half(), base.Value.Half())
	}
	if d := same.Difference; same.Value != base.Value || d.Mean != 0 || d.Low != 0 || d.High != 0 || same.Mark != Unmarked {
		t.Errorf("equal data: %+v, difference %+v", same.Value, d)
	}
}

func TestIncompletePooledRowsAreRefused(t *testing.T) {
	data := pooledOf("base", []float64{1, 2}, []float64{1, 3})
	if _, err := Compare(rowsOf("base", "latency_p50", 1, 2), data[:1], "base"); err == nil {
		t.Error("pooled rows without replications pass")
	}
}

// Intervals of percentiles contain the true value often enough, and neither side misses it too
// often. The latencies of the replications are skewed, and the replications differ.
func TestPooledIntervalsCover(t *testing.T) {
	source := rand.New(rand.NewPCG(21, 22))
	draw := func() []float64 {
		values, scale := make([]float64, 100), math.Exp(0.3*source.NormFloat64())
		for i := range values {
			values[i] = 100 * scale * source.ExpFloat64()
		}
		return values
	}
	whole := histogram.NewLatencies()
	for range 4000 {
		whole.Merge(latenciesOf(draw()...))
	}
	const trials = 600
	below, above := map[string]int{}, map[string]int{}
	for range trials {
		for _, r := range pooledOf("p", draw(), draw(), draw(), draw(), draw(), draw(), draw(), draw(), draw(), draw()) {
			var share float64
			fmt.Sscanf(r.Metric, "latency_p%f", &share)
			switch truth := whole.Quantile(share / 100); {
			case r.Replication != rows.Together:
			case r.High < truth:
				below[r.Metric]++
			case r.Low > truth:
				above[r.Metric]++
			}
		}
	}
	for _, p := range percentiles {
		metric := "latency" + p.suffix
		// 4 % plus two standard errors of 600 trials at 4 %
		if most := trials * 56 / 1000; below[metric] > most || above[metric] > most || below[metric]+above[metric] < trials/100 {
			t.Errorf("%s: %d intervals of %d lie below the truth, %d above", metric, below[metric], trials, above[metric])
		}
	}
}
