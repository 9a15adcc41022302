package compare

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"wavetank/metrics/rows"
)

func runsOf(values ...float64) []run {
	runs := make([]run, len(values))
	for i, v := range values {
		runs[i] = run{i, v}
	}
	return runs
}

// The values 1, 1, 4 have mean 2, variance 3 and skewness 1/√2. Hazen's factor is limited to 2, so
// the estimated skewness is √2. The critical value of t with two degrees of freedom is 4.302653. On
// the scale of logarithms the standard error is √(3/3)/2 = 1/2, and the standard deviation √3/2,
// for which lean gives a skewness of 3√3/2. On that of logits lean gives 2·(100√3/196)·0.96. Both
// are above √2, so they are used.
func TestSkewedIntervalAsComputedByHand(t *testing.T) {
	const critical = 4.302652729911275
	skew := math.Sqrt2
	lean := skew / (6 * math.Sqrt(3)) * (1 + 2*critical*critical)
	implied, ofShare := lean/skew*1.5*math.Sqrt(3), lean/skew*2*0.96*100*math.Sqrt(3)/196
	for unit, want := range map[string][2]float64{
		"s": {2 * math.Exp(-critical/2), 2 * math.Exp((critical+implied)/2)},
		// At 2 %, the slope of the logit is 100/(2·98), so the standard error on the scale is
		// 100/196.
		"%": {100 / (1 + 49*math.Exp(critical*100/196)), 100 / (1 + 49*math.Exp(-(critical+ofShare)*100/196))},
	} {
		values := []float64{1, 1, 4}
		if low, high := around(2, values, Level, scaleFor("", unit, values)); !near(low, want[0]) || !near(high, want[1]) {
			t.Errorf("%s: [%v, %v], want %v", unit, low, high, want)
		}
	}
	// values with a zero are not transformed, but the lower end stays at 0
	if got := mean(runsOf(0, 0, 3), "", "1"); !near(got.Low, 0) || !near(got.High, 1+critical+lean) {
		t.Errorf("%+v, want [0, %v]", got.Interval, 1+critical+lean)
	}
	if got := mean(runsOf(-1, -1, 2), "", "1"); !near(got.Low, -critical) || !near(got.High, critical+lean) {
		t.Errorf("%+v, want [%v, %v]", got.Interval, -critical, critical+lean)
	}
}

func TestSkewedIntervalKeepsItsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0.1, 100), 2, 8).Draw(t, "values")
		factor := rapid.Float64Range(0.01, 100).Draw(t, "factor")
		scaled, mirrored, shifted := make([]float64, len(values)), make([]float64, len(values)), make([]float64, len(values))
		for i, v := range values {
			scaled[i], mirrored[i], shifted[i] = v*factor, 100-v, v-1000
		}
		close := func(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-6*max(math.Abs(a), math.Abs(b), 1e-3) }
		a, b := mean(runsOf(values...), "", "s"), mean(runsOf(scaled...), "", "s")
		if !(a.Low > 0 && a.Low <= a.Mean && a.Mean <= a.High) {
			t.Fatalf("%v: %+v", values, a.Interval)
		}
		if !close(a.Low*factor, b.Low) || !close(a.High*factor, b.High) {
			t.Fatalf("in another unit %+v becomes %+v", a.Interval, b.Interval)
		}
		a, b = mean(runsOf(values...), "", "%"), mean(runsOf(mirrored...), "", "%")
		if !close(a.Low, 100-b.High) || !close(a.High, 100-b.Low) || a.Low < 0 || a.High > 100 {
			t.Fatalf("shares %+v and misses %+v", a.Interval, b.Interval)
		}
		plain, below := Mean(values), mean(runsOf(shifted...), "", "1")
		if below.Low > plain.Low-1000+1e-6 || below.High < plain.High-1000-1e-6 {
			t.Fatalf("%+v is narrower than Student's %+v", below.Interval, plain)
		}
	})
}

// TestFewReplicationsBoundNothing: on the scale of logarithms, two unequal replications give an
// upper end that is too large by powers of ten. There is then no interval.
func TestFewReplicationsBoundNothing(t *testing.T) {
	for _, c := range []struct {
		values []float64
		open   bool
	}{{[]float64{1, 2}, true}, {[]float64{1, 1.01}, false}, {[]float64{1, 2, 1, 2, 1, 2, 1, 2}, false}} {
		got := mean(runsOf(c.values...), "latency_mean", "s")
		if math.IsInf(got.High, 1) != c.open || (got.Warning != "") != c.open || !(got.Low > 0 && got.Low < got.Mean) {
			t.Errorf("%v: %+v", c.values, got.Interval)
		}
	}
}

// TestIntervalsStayWithinTheWhole checks that the intervals of shares, of an index and of
// differences of shares contain only possible values.
func TestIntervalsStayWithinTheWhole(t *testing.T) {
	for _, c := range []struct {
		metric, unit string
		whole        float64
	}{{"utilization", "%", 100}, {"slo_attainment", "%", 100}, {"fairness", "1", 1}} {
		var data []rows.Row
		for i, share := range []float64{0.99, 0.4} {
			data = append(data, rowOf("base", i, rows.All, c.metric, c.unit, share*c.whole), rowOf("p", i, rows.All, c.metric, c.unit, (1-share)*c.whole),
				rowOf("base", i, rows.All, "arrived", "1", 1000), rowOf("p", i, rows.All, "arrived", "1", 1000))
		}
		list, err := Compare(data, nil, "base")
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range list {
			v, d := got.Value, got.Difference
			switch {
			case got.Metric != c.metric:
			case v.Low < 0 || v.High > c.whole || !(v.Low < v.Mean && v.Mean < v.High):
				t.Errorf("%s of %s: %+v", c.metric, got.Policy, v)
			case got.Policy == "p" && (d.Low != -c.whole || d.High != c.whole || got.Mark != Unmarked):
				t.Errorf("difference of %s: %+v", c.metric, d)
			}
		}
	}
}

func TestConstantValuesHaveAPoint(t *testing.T) {
	for _, v := range []float64{-3, 0, 0.1, 100} {
		for _, unit := range []string{"s", "%", "1"} {
			if got := mean(runsOf(v, v, v), "", unit); got.Low != v || got.Mean != v || got.High != v {
				t.Errorf("%v %s: %+v", v, unit, got.Interval)
			}
		}
	}
}

// Both sides of the interval miss no more often than they may, for symmetric and for skewed values.
func TestSkewedIntervalsCover(t *testing.T) {
	source := rand.New(rand.NewPCG(11, 12))
	for _, distribution := range []struct {
		name  string
		draw  func() float64
		truth float64
	}{
		{"normal", func() float64 { return 10 + source.NormFloat64() }, 10},
		{"exponential", source.ExpFloat64, 1},
		{"lognormal", func() float64 { return math.Exp(0.5 * source.NormFloat64()) }, math.Exp(0.125)},
		{"gamma", func() float64 { return source.ExpFloat64() + source.ExpFloat64() + source.ExpFloat64() }, 3},
	} {
		for _, n := range []int{5, 10, 30} {
			const trials = 2000
			below, above := 0, 0
			for range trials {
				values := make([]float64, n)
				for i := range values {
					values[i] = distribution.draw()
				}
				switch i := mean(runsOf(values...), "", "s"); {
				case i.High < distribution.truth:
					below++
				case i.Low > distribution.truth:
					above++
				}
			}
			// 4 % plus two standard errors of 2000 trials at 4 %
			if most := trials * 49 / 1000; below > most || above > most || below+above > trials*8/100 || below+above < trials/100 {
				t.Errorf("%s, %d replications: %d intervals of %d lie below the truth, %d above", distribution.name, n, below, trials, above)
			}
		}
	}
}
