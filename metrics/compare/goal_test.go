package compare

import (
	"math"
	"strings"
	"testing"

	"wavetank/metrics/rows"
)

func TestGoalsAreRead(t *testing.T) {
	for text, want := range map[string]Goal{
		"attainment=0.1pt":  {Metric: "slo_attainment", Half: 0.1},
		"cost=1%":           {Metric: "cost", Half: 0.01, Relative: true},
		"cost=0.2$":         {Metric: "cost", Half: 0.2},
		"latency_p99=5ms":   {Metric: "latency_p99", Half: 0.005},
		"latency_mean=2.5%": {Metric: "latency_mean", Half: 0.025, Relative: true},
		"goodput=3/s":       {Metric: "goodput", Half: 3},
		"utilization=2 pt":  {Metric: "utilization", Half: 2},
	} {
		want.text = text
		if got, err := ParseGoal(text); err != nil || !near(got.Half, want.Half) || got.Metric != want.Metric || got.Relative != want.Relative || got.String() != text {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"attainment":       "want METRIC=HALF-WIDTH",
		"attain=0.1pt":     "the metrics for goals are accuracy, attainment, cost,",
		"attainment=1%":    "points such as 0.1pt",
		"cost=1":           "% of the mean, or $",
		"cost=-1%":         "above 0",
		"cost=0%":          "above 0",
		"cost=NaN%":        "above 0",
		"cost=Inf%":        "above 0",
		"latency_p99=1pt":  "a time such as 5ms",
		"latency_p99=5":    "a time such as 5ms",
		"latency_p99=-5ms": "above 0",
		"=1%":              "the metrics for goals are accuracy",
		"":                 "want METRIC=HALF-WIDTH",
	} {
		if _, err := ParseGoal(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestProgressIsThatOfTheWorstPolicy(t *testing.T) {
	comparisons := []Comparison{
		{Policy: "a", Scope: rows.All, Metric: "cost", Value: Interval{Mean: 10, Low: 9.9, High: 10.2}},
		{Policy: "b", Scope: rows.All, Metric: "cost", Value: Interval{Mean: 1, Low: 0.9, High: 1.1}},
		{Policy: "b", Scope: "m", Metric: "cost", Value: Interval{Mean: 1, Low: 0, High: 9}},
		{Policy: "a", Scope: rows.All, Metric: "latency_p99", Value: Interval{Mean: math.Inf(1), Low: math.NaN(), High: math.NaN()}},
		{Policy: "b", Scope: rows.All, Metric: "latency_p99", Value: Interval{Mean: 1, Low: 1, High: 1}},
		{Policy: "a", Scope: rows.All, Metric: "slo_attainment", Value: Interval{Mean: 99, Low: 98, High: 99.5}},
	}
	for _, c := range []struct {
		goal, policy, tells string
		reached             bool
	}{
		{"cost=5%", "b", "± 10 %", false},
		{"cost=10.1%", "b", "± 10 %", true},
		{"cost=0.15$", "a", "± 0.2 $", false},
		{"latency_p99=1s", "a", "no interval", false},
		{"attainment=1.1pt", "a", "± 1 points", true},
	} {
		g, err := ParseGoal(c.goal)
		if err != nil {
			t.Fatal(err)
		}
		p, err := g.Progress(comparisons)
		if err != nil || p.Reached != c.reached || p.Policy != c.policy || g.Tell(p.Half) != c.tells {
			t.Errorf("%s: %+v (%s), %v", c.goal, p, g.Tell(p.Half), err)
		}
	}
	g, _ := ParseGoal("ttft_p99=1s")
	if _, err := g.Progress(comparisons); err == nil || !strings.Contains(err.Error(), "it measures attainment, cost, latency_p99") {
		t.Errorf("a metric that is not there: %v", err)
	}
}
