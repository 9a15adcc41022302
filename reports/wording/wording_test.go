package wording

import (
	"math"
	"strings"
	"testing"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
)

func TestScales(t *testing.T) {
	of := func(mean, half float64) compare.Interval {
		i := compare.Symmetric(mean, half)
		i.N = 5
		return i
	}
	inf := math.Inf(1)
	for _, c := range []struct {
		unit string
		i    compare.Interval
		want string
	}{
		{"s", of(0.0123456, 0.00012), "12.35 ± 0.12 ms"},
		{"s", of(12.3456, 1.2), "12.3 ± 1.2 s"},
		{"s", of(0.000012, 0.0000031), "12.0 ± 3.1 µs"},
		{"s", of(5400, 600), "90 ± 10 min"},
		{"$", of(0, 0), "0 $"},
		{"$", of(4.27123, 0), "4.271 $"},
		{"s", of(0.006734, 0), "6.734 ms"},
		{"$", of(4.27123, 0.00002), "4.2712 $"}, // every digit is certain
		{"$", of(1234.5, 0.0001), "1234.5 $"},
		{"1/s", of(0.00008, 0.00012), "0.00008 ± 0.00012/s"},
		{"s", of(0.78, 1.08), "800 ± 1100 ms"},
		{"1", of(0.003, 12), "0 ± 12"}, // no digit is certain
		{"1", of(531224, 365), "531220 ± 370"},
		{"1", of(2.0004, 0.0996), "2.00 ± 0.10"},
		{"%", of(99.99998, 0.00004), "99.999980 ± 0.000040 %"},
		{"1/s", of(400, 12), "400 ± 12/s"},
		{"1", of(3, math.NaN()), "3"},
		{"1", of(0.00012346, math.NaN()), "0.0001235"},
		{"s", of(inf, math.NaN()), "∞ s"},
		{"%", of(math.NaN(), math.NaN()), "– %"},
		{"%", of(-3.21, 0.11), "−3.21 ± 0.11 %"},
		{"%", of(-0.194, 0.191), "−0.19 ± 0.19 %"},
	} {
		sc := FormatOf("", c.unit, []compare.Interval{c.i})
		text := strings.TrimSuffix(sc.Number(c.i)+" "+sc.Spread(c.i), " ")
		if got := sc.With(text); got != c.want {
			t.Errorf("%v ± %v %s: got %q, want %q", c.i.Mean, c.i.Half(), c.unit, got, c.want)
		}
	}
}

func TestSpreadsShowNothingImpossible(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		metric, unit string
		i            compare.Interval
		want         string
	}{
		{"throughput", "1/s", compare.Interval{Mean: 11.3, Low: 6.7, High: 26.6}, "11 [7, 27]"},
		{"throughput", "1/s", compare.Interval{Mean: 0.4, Low: 0.1, High: 30}, "0.4 [0.1, 30.0]"},
		{"slo_attainment", "%", compare.Interval{Mean: 93, Low: 10.2, High: 99.7}, "93 [10, 99]"},
		{"slo_attainment", "%", compare.Interval{Mean: 99, Low: 98.4, High: 99.4}, "99.00 ± 0.60"},
		{"fairness", "1", compare.Interval{Mean: 0.99, Low: 0.95, High: 0.998}, "0.990 [0.950, 0.998]"},
		{"latency_p90", "s", compare.Interval{Mean: 0.042, Low: 0.031, High: 0.812}, "40 [30, 810]"},
		{"latency_p90", "s", compare.Interval{Mean: 0.92, Low: 0.9, High: inf}, "920 [900, ∞]"},
		{"forecast_mae", "1/s", compare.Interval{Mean: 0.3, Low: 0, High: inf}, "0.30 [0.00, ∞]"},
		{"forecast_bias", "1/s", compare.Interval{Mean: 0.3, Low: -1, High: 1.6}, "0.3 ± 1.3"},
	} {
		format := FormatOf(c.metric, c.unit, []compare.Interval{c.i})
		if got := format.Number(c.i) + " " + format.Spread(c.i); got != c.want {
			t.Errorf("%+v %s: got %q, want %q", c.i, c.unit, got, c.want)
		}
	}
	points := FormatOf("slo_attainment", "%", nil).OfDifferences()
	if d := (compare.Interval{Mean: -13, Low: -100, High: 100}); points.Change(d)+" "+points.Spread(d) != "−10 [−100, 100]" {
		t.Errorf("got %q", points.Change(d)+" "+points.Spread(d))
	}
}

func TestSpans(t *testing.T) {
	for seconds, want := range map[float64]string{86400: "24 h", 1800: "30 min", 5400: "1.5 h", 90: "1.5 min", 12: "12 s", 0: "0 s", 0.25: "0.25 s"} {
		if got := Span(seconds); got != want {
			t.Errorf("%v s: got %q, want %q", seconds, got, want)
		}
	}
}

func TestSharesStayOnTheirSideOfTheObjective(t *testing.T) {
	of := func(mean, low, high float64) compare.Interval {
		return compare.Interval{Mean: mean, Low: low, High: high, N: 5}
	}
	for _, c := range []struct {
		percent float64
		share   compare.Interval
		want    string
	}{
		{99, of(100, 100, 100), "100 [100, 100]"},
		{95, of(59.06, 59.06, 59.06), "59.1 [59.1, 59.1]"},
		{99, of(99.99999, 99.9999, 100), "99.9 [99.9, 100]"},
		{99, of(99.2, 98.97, 99.4), "99.20 [98.97, 99.40]"},
		{99, of(98.5, 98.1, 98.9996), "98.5000 [98.1000, 98.9996]"},
		{95, of(78.9, 67, 102), "79 [67, 100]"},
		{99, of(75.2, 74.6, 76.2), "75 [75, 76]"},
		{99, of(75.2, 74.6, 75.4), "75.2 [74.6, 75.4]"},
		{99.9, of(99.94, 99.91, 99.97), "99.94 [99.91, 99.97]"},
		{95, compare.Interval{Mean: 97.123, Low: math.NaN(), High: math.NaN(), N: 1}, "97.1"},
	} {
		if got := Share(compare.Verdict{Objective: rows.Objective{Percent: c.percent}, Share: c.share}); got != c.want {
			t.Errorf("%v of %v: got %q, want %q", c.share, c.percent, got, c.want)
		}
	}
}
