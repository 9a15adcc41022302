package compare

import (
	"math/rand/v2"
	"strings"
	"testing"

	"wavetank/metrics/rows"
)

// courseOf returns series of ten replications, with a sample every minute of an hour. The functions
// return the value of each metric.
func courseOf(scope string, at map[string]func(minute, replication int) float64) []rows.TimeSeries {
	var list []rows.TimeSeries
	for r := range 10 {
		for _, metric := range []string{"demand", "throughput", "waiting", "running", "in_system", "backlog_tokens"} {
			if at[metric] == nil {
				continue
			}
			s := rows.TimeSeries{Scenario: "day", Policy: "p", Replication: r, Scope: scope, Metric: metric, Unit: "1"}
			for minute := 1; minute <= 60; minute++ {
				s.Ends, s.Values = append(s.Ends, float64(60*minute)), append(s.Values, at[metric](minute, r))
			}
			list = append(list, s)
		}
	}
	return list
}

func TestCautionsOfMadeCourses(t *testing.T) {
	source := rand.New(rand.NewPCG(31, 32))
	noise := func(mean float64) func(int, int) float64 {
		return func(int, int) float64 { return mean * (1 + 0.2*source.NormFloat64()) }
	}
	climb := func(mean, perMinute float64) func(int, int) float64 {
		return func(minute, _ int) float64 { return mean*(1+0.2*source.NormFloat64()) + perMinute*float64(minute) }
	}
	early := func(mean float64) func(int, int) float64 { // the first ten minutes are a warm-up
		return func(minute, _ int) float64 { return mean * min(1, 0.1*float64(minute)) }
	}
	type courses = map[string]func(int, int) float64
	for _, c := range []struct {
		name    string
		courses courses
		warmup  float64
		kind    string
		says    string
	}{
		{"steady", courses{"throughput": noise(5), "waiting": noise(10), "running": noise(3), "in_system": noise(13)}, 600, "", ""},
		{"rising", courses{"throughput": noise(5), "in_system": climb(100, 60)}, 600, Saturated, "grows by 60 requests a minute"},
		{"rising tokens", courses{"in_system": noise(13), "backlog_tokens": climb(1e4, 2000)}, 600, Saturated, "grows by 2000 tokens a minute"},
		// at 50 requests a second, about 150,000 come in the measured span
		{"rising by part of a request", courses{"demand": noise(50), "throughput": noise(50), "in_system": climb(0.5, 0.01)}, 600, "", ""},
		{"rising by chance", courses{"demand": noise(50), "throughput": noise(50), "in_system": climb(50, 3)}, 600, "", ""},
		{"rising without spare capacity", courses{"demand": noise(50), "throughput": noise(50), "in_system": climb(50, 6)}, 600, Saturated, "grows by 6"},
		{"rising by part of a request's tokens", courses{"demand": noise(50), "in_system": noise(2), "backlog_tokens": climb(1000, 10)}, 600, "", ""},
		{"few that wait", courses{"demand": noise(50), "in_system": noise(2), "running": noise(2),
			"waiting": func(minute, _ int) float64 { return 0.0001 * float64(minute) }}, 600, "", ""},
		{"hardly rising", courses{"in_system": func(minute, _ int) float64 { return 1000 + 0.5*float64(minute) }}, 600, "", ""},
		{"falling", courses{"waiting": func(minute, _ int) float64 { return 100 - float64(minute) }, "in_system": climb(100, -1)}, 600, NotStationary, "waiting requests is 39 % lower"},
		{"hardly falling", courses{"throughput": func(minute, _ int) float64 { return 100 - 0.05*float64(minute) }, "in_system": noise(13)}, 600, "", ""},
		{"without a warm-up", courses{"in_system": noise(13), "running": early(20)}, 0, NotStationary, "running requests is"},
		{"with a warm-up", courses{"in_system": noise(13), "running": early(20)}, 600, "", ""},
	} {
		got := Cautions(courseOf(rows.All, c.courses), c.warmup, nil)
		switch {
		case c.kind == "" && len(got) > 0:
			t.Errorf("%s: %v", c.name, got)
		case c.kind != "" && (len(got) != 1 || !strings.HasPrefix(got[0].Text, c.kind+": ") || got[0].Policy != "p" || !strings.Contains(got[0].Text, c.says)):
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestModelsSpeakForThemselvesAndVaryingOnesNotAtAll(t *testing.T) {
	rising := map[string]func(int, int) float64{"in_system": func(minute, _ int) float64 { return float64(minute) }}
	level := map[string]func(int, int) float64{"in_system": func(int, int) float64 { return 7 }}
	series := append(append(courseOf(rows.All, rising), courseOf("a", rising)...), courseOf("b", level)...)
	if got := Cautions(series, 0, nil); len(got) != 1 || got[0].Scope != "a" || !strings.HasPrefix(got[0].String(), "p, a, is saturated: ") {
		t.Errorf("%v", got)
	}
	if got := Cautions(series, 0, []string{"a", rows.All}); len(got) != 0 {
		t.Errorf("of a model whose demand is meant to vary: %v", got)
	}
	one := series[:0:0]
	for _, s := range series {
		if s.Replication == 0 {
			one = append(one, s)
		}
	}
	if got := Cautions(one, 0, nil); len(got) != 0 {
		t.Errorf("of one replication: %v", got)
	}
}

func TestCautionsTravelWithTheNumbers(t *testing.T) {
	comparisons := []Comparison{
		{Scenario: "day", Policy: "p", Scope: "m", Metric: "latency_p99"}, {Scenario: "day", Policy: "p", Scope: rows.All, Metric: "slo_attainment"},
		{Scenario: "day", Policy: "p", Scope: "n", Metric: "goodput"}, {Scenario: "day", Policy: "q", Scope: "m", Metric: "goodput"},
		{Scenario: "day", Policy: "p", Scope: "m", Metric: "cost", Value: Interval{Warning: "one replication"}},
	}
	Warn(comparisons, []Caution{{"day", "p", "m", "saturated: it grows"}})
	for i, want := range []string{"saturated: it grows", "m is saturated: it grows", "", "", "one replication"} {
		if got := comparisons[i].Value.Warning; got != want {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
}
