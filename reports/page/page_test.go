package page

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
)

// built returns the page of results.
func built(t testing.TB, r store.Archive) string {
	t.Helper()
	a, err := analysis.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	html, err := Build(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

// full returns results with everything that the page shows.
func full() store.Archive {
	r := reportstest.Judged(reportstest.WithTokens(reportstest.WithFleet(reportstest.Small())))
	r.Manifest.Sources = []store.EngineFigures{{Deployment: "llama@h100", Kind: "measured", Text: "measurements of a server"}}
	for _, q := range r.Quantiles {
		if q.Metric == "ttft" {
			q.Metric, q.Value = "prefill", 0.8*q.Value
			r.Quantiles = append(r.Quantiles, q)
		}
	}
	for _, policy := range r.Manifest.Policies[1:] { // the first does not plan
		for replication := range r.Manifest.Replications {
			for value, metric := range []string{"forecast_mase", "forecast_mae", "forecast_bias", "forecast_surplus", "forecast_missed"} {
				for _, scope := range []string{rows.All, "resnet50"} {
					r.Rows = append(r.Rows, rows.Row{Scenario: r.Manifest.Scenario, Policy: policy, Replication: replication,
						Measurement: rows.Measurement{Scope: scope, Metric: metric, Unit: "1", Value: float64(value) + 0.5 + float64(replication)/100}})
				}
			}
		}
	}
	for i, policy := range r.Manifest.Policies {
		for replication := range r.Manifest.Replications {
			for place, metric := range []string{"imbalance", "imbalance_cv"} {
				value := []float64{1.25, 0.125}[place]
				for _, scope := range []string{rows.All, "resnet50"} {
					r.Rows = append(r.Rows, rows.Row{Scenario: r.Manifest.Scenario, Policy: policy, Replication: replication,
						Measurement: rows.Measurement{Scope: scope, Metric: metric, Unit: "1", Value: value * float64(i+1)}})
				}
			}
		}
	}
	for _, s := range r.Series {
		if s.Metric != "demand" {
			continue
		}
		derive := func(metric, unit string, value func(float64) float64) {
			r.Series = append(r.Series, reportstest.Derived(s, rows.All, metric, unit, value))
		}
		derive("missed_burst", "1/s", func(demand float64) float64 { return demand / 50 })
		missed := r.Series[len(r.Series)-1]
		for i, end := range missed.Ends {
			if end < 3600 || end > 3900 {
				missed.Values[i] = 0
			}
		}
		if s.Policy != r.Manifest.Policies[0] {
			derive("demand_planned", "1/s", func(float64) float64 { return 70 })
		}
		derive("slo_attainment", "%", func(float64) float64 { return 98 })
	}
	return r
}

func TestEqualResultsGiveEqualPages(t *testing.T) {
	again := pages(t)
	for name, html := range pages(t) {
		if again[name] != html {
			t.Errorf("%s: two pages of equal results differ", name)
		}
	}
}

// TestThePageNeedsNothingElse checks that nothing in the page is loaded from anywhere.
func TestThePageNeedsNothingElse(t *testing.T) {
	for name, text := range pages(t) {
		isAlone(t, name, text)
	}
	if n := len(script); n > 15<<10 {
		t.Errorf("the script has %d bytes, more than 15 KiB", n)
	}
}

func isAlone(t *testing.T, name, text string) {
	t.Helper()
	for _, found := range regexp.MustCompile(`(?i)(\ssrc\s*=|href\s*=|url\(|@import|\saction\s*=|srcset\s*=|poster\s*=)\s*\s*["']?([^"'\s>)]*)`).FindAllStringSubmatch(text, -1) {
		if to := found[2]; !strings.HasPrefix(strings.TrimSpace(found[1]), "src") && (strings.HasPrefix(to, "#") || strings.HasPrefix(to, "data:")) || to == "" {
			continue
		}
		t.Errorf("%s: the page refers to something outside: %q", name, found[0])
	}
}

// TestNamesAreEscaped puts markup into every text that comes from a scenario.
func TestNamesAreEscaped(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)>"'&`
	r := full()
	old := r.Manifest.Policies[1]
	rename := func(name *string) {
		if *name == old {
			*name = evil
		}
	}
	for i := range r.Rows {
		rename(&r.Rows[i].Policy)
	}
	for i := range r.Series {
		rename(&r.Series[i].Policy)
	}
	for i := range r.Quantiles {
		rename(&r.Quantiles[i].Policy)
	}
	r.Manifest.Policies[1] = evil
	r.Manifest.About, r.Manifest.Resolved, r.Manifest.Warnings = evil, evil, []string{evil}
	if text := built(t, r); strings.Contains(text, "<img") {
		t.Errorf("markup of a scenario is part of the page: %s", text[strings.Index(text, "<img")-80:][:200])
	}
}

func TestPagesOfFewResultsAreDrawn(t *testing.T) {
	for name, r := range map[string]store.Archive{
		"one policy":      reportstest.Judged(reportstest.Synthetic(reportstest.Eight[:1], 3, 12)),
		"one replication": reportstest.Judged(reportstest.Synthetic(reportstest.Eight[:3], 1, 12)),
		"no objectives":   reportstest.Synthetic(reportstest.Eight[:2], 2, 12),
		"nothing":         {Manifest: store.Manifest{Scenario: "empty"}},
		"many policies":   reportstest.Judged(reportstest.WithFleet(reportstest.Synthetic(reportstest.Names(45), 2, 12))),
	} {
		text := built(t, r)
		if !strings.Contains(text, "<h1>") || strings.Contains(text, "NaN") || strings.Contains(text, "ZgotmplZ") {
			t.Errorf("%s: not a whole page", name)
		}
	}
}

// TestALargePageStaysSmall has ten policies through a day with eight models.
func TestALargePageStaysSmall(t *testing.T) {
	if n := len(built(t, large())); n > 5<<20 {
		t.Errorf("%d bytes", n)
	}
}

// large returns the results of ten policies, in three replications of 24 h with eight models on a
// thousand machines of twelve types.
func large() store.Archive {
	r := reportstest.Judged(reportstest.WithFleet(reportstest.Synthetic(reportstest.Names(10), 3, 288)))
	for _, s := range r.Series {
		switch s.Metric {
		case "demand", "capacity":
			for model := range 8 {
				scope := fmt.Sprintf("model-%d", model)
				own := reportstest.Derived(s, scope, s.Metric, s.Unit, func(v float64) float64 { return v })
				for i, end := range own.Ends {
					own.Values[i] *= 1 + 0.1*math.Sin(end/900+float64(model))
				}
				r.Series = append(r.Series, own)
				for k, metric := range []string{"waiting", "slo_attainment", "running", "capacity_coming", "demand_planned"} {
					r.Series = append(r.Series, reportstest.Derived(own, scope, metric, s.Unit, func(v float64) float64 { return math.Mod(v*math.Pow(7, float64(k+1)), 100) }))
				}
			}
		case "machines":
			for kind := range 11 {
				own := reportstest.Derived(s, fmt.Sprintf("machine:type-%d", kind), s.Metric, s.Unit, func(float64) float64 { return 0 })
				for i, end := range own.Ends {
					own.Values[i] = math.Round(80 + 20*math.Sin(end/3000+float64(kind)))
				}
				r.Series = append(r.Series, own)
			}
		}
	}
	for _, row := range r.Rows {
		if row.Scope == "resnet50" {
			for model := range 8 {
				row.Scope = fmt.Sprintf("model-%d", model)
				r.Rows = append(r.Rows, row)
			}
		}
	}
	for _, q := range r.Quantiles {
		for model := range 8 {
			q.Scope = fmt.Sprintf("model-%d", model)
			r.Quantiles = append(r.Quantiles, q)
		}
	}
	return r
}

// TestTheBalanceOfEachPolicyIsTold compares a line with the rows, and checks that the section is
// left out where no model has two replicas.
func TestTheBalanceOfEachPolicyIsTold(t *testing.T) {
	r := full()
	_, text, _ := strings.Cut(built(t, r), `<section id="balance"`)
	text, _, _ = strings.Cut(text, "</section>")
	for _, want := range []string{`data-v="2.5">2.5<small>CV 0.25</small>`, `data-v="1.25">1.25<small>CV 0.125</small>`} {
		if strings.Count(text, want) != 2 {
			t.Errorf("%q is not told twice, for all requests and for resnet50: %s", want, text)
		}
	}
	r.Rows = slices.DeleteFunc(r.Rows, func(one rows.Row) bool { return strings.HasPrefix(one.Metric, "imbalance") })
	if strings.Contains(built(t, r), `id="balance"`) {
		t.Error("there is a section of balance without its numbers")
	}
}

// TestTheTimePanelHasForecasts checks that the planned demand is a line of each policy that plans,
// on the load, and that there is no such chart if no policy plans.
func TestTheTimePanelHasForecasts(t *testing.T) {
	const title = "the demand that was planned for"
	r := full()
	_, chart, found := strings.Cut(built(t, r), title)
	chart, _, _ = strings.Cut(chart, "</figure>")
	if !found || strings.Count(chart, `class="load"`) != 1 || strings.Count(chart, `class="line `) != len(r.Manifest.Policies)-1 || strings.Contains(chart, `class="line q0"`) {
		t.Errorf("the chart has other lines than those of %v: %s", r.Manifest.Policies[1:], chart)
	}
	r.Series = slices.DeleteFunc(r.Series, func(s rows.TimeSeries) bool { return s.Metric == "demand_planned" })
	if strings.Contains(built(t, r), title) {
		t.Error("no policy plans, and there is a chart of plans")
	}
}

func TestShiftsInWords(t *testing.T) {
	of := func(low, mean, high float64) compare.Interval {
		return compare.Interval{Low: low, Mean: mean, High: high, N: 5, Level: 0.95}
	}
	base := &compare.Comparison{Value: of(99, 100, 101)}
	for _, c := range []struct {
		unit  string
		shift compare.Interval
		mark  compare.Mark
		want  string
	}{
		{"$", of(-0.6, -0.5, -0.4), compare.Better, "better, tiny (−0.50 %)"},
		{"$", of(2, 3, 4), compare.Worse, "worse, small (+3.0 %)"},
		{"$", of(10, 18, 26), compare.Worse, "worse, medium (+18 %)"},
		{"$", of(200, 220, 240), compare.Worse, "worse, large (× 3.2)"},
		{"$", of(-5, 1, 7), compare.Unmarked, "no difference shown"},
		{"$", of(-0.5, 0.1, 0.7), compare.Unmarked, "the same, or tiny"},
		{"$", of(0, 0, 0), compare.Unmarked, "equal"},
		{"%", of(1.5, 2, 2.5), compare.Better, "better, medium"},
		{"%", of(0.02, 0.05, 0.08), compare.Better, "better, tiny"},
		{"1", of(2, 3, 4), compare.Differs, "differs, small (+3.0 %)"},
		{"1", of(2, 3, 4), compare.Unequal, "not compared: unequal work"},
		{"1", of(math.NaN(), 3, math.NaN()), compare.Unmarked, "no interval"},
	} {
		got, _ := shiftWords(compare.Comparison{Unit: c.unit, Difference: c.shift, Mark: c.mark}, base)
		if got != c.want {
			t.Errorf("%v %s: got %q, want %q", c.shift, c.unit, got, c.want)
		}
	}
}

func TestTheFrontierIsThatOfPoliciesThatNoneBeats(t *testing.T) {
	at := func(cost, share float64) spot {
		return spot{x: compare.Interval{Mean: cost}, y: compare.Interval{Mean: share}}
	}
	oracle := at(0, 100)
	oracle.foresees = true
	x, y := linear(0, 10), linear(0, 100)
	got := frontier([]spot{at(5, 50), at(2, 20), at(3, 10), at(9, 80), at(9, 70), oracle}, x, y)
	if want := "M200 800H500V500H900V200H1000"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSettingsThatDifferAreListed(t *testing.T) {
	r := full()
	a := r.Manifest.Policies
	r.Manifest.Resolved = "policies:\n" +
		"  - {name: " + a[0] + ", allocator: {static-peak: {placer: best-fit}}}\n" +
		"  - {name: " + a[1] + ", allocator: {static-mean: {placer: best-fit, alpha: 0.5}}}\n" +
		"  - {name: \"" + a[2] + "\", allocator: {auto-adjust: {placer: best-fit, alpha: 0.3, reserve: {factor: 2}}}, router: random}\n"
	an, err := analysis.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, line := range settingsOf(an.Manifest.Resolved, an.Policies) {
		got[line.Name] = strings.Join(line.Values, " ")
	}
	want := map[string]string{
		"allocator": "static-peak static-mean auto-adjust", "allocator.alpha": "– 0.5 0.3", "router": "default default random",
	}
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name, values := range want {
		if got[name] != values {
			t.Errorf("%s: got %q, want %q", name, got[name], values)
		}
	}
}

func TestRanksCountOnlyPoliciesThatQualify(t *testing.T) {
	r := reportstest.Verdicts([]rows.Objective{{Scope: rows.All, Name: "all", Percent: 95}}, map[string]map[string][]float64{
		"cheap":  {rows.All: {80, 81, 80}, "$": {1, 1, 1.1}},
		"middle": {rows.All: {98, 98.1, 98}, "$": {2, 2, 2.1}},
		"dear":   {rows.All: {99, 99.1, 99}, "$": {4, 4, 4.1}},
		"late":   {rows.All: {70, 71, 70}, "$": {3, 3, 3.1}},
	})
	a, err := analysis.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	s := &sheet{Analysis: a}
	for policy, want := range map[string]string{"cheap": "1 of 3", "late": "2 of 3"} {
		if got := s.rankOf(policy); got != want {
			t.Errorf("%s: %s, want %s", policy, got, want)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	a, err := analysis.Of(full())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		page, err := Build(a)
		if err != nil || !bytes.Contains(page, []byte("</html>")) {
			b.Fatal(err)
		}
	}
}

// TestForecastsAndSourcesAreTold checks the parts of a page that only some results have.
func TestForecastsAndSourcesAreTold(t *testing.T) {
	text := built(t, full())
	_, part, _ := strings.Cut(text, `<section id="forecasts"`)
	part, _, _ = strings.Cut(part, "</section>")
	for _, want := range []string{"All requests", "resnet50", "% of the load", ">&#43;2.5"} {
		if !strings.Contains(part, want) {
			t.Errorf("forecasts lack %q", want)
		}
	}
	if first := full().Manifest.Policies[0]; strings.Contains(part, ">"+first+"<") {
		t.Errorf("%s does not plan, but has a forecast", first)
	}
	for _, want := range []string{"TTFT from admission", "llama@h100", "measurements of a server"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if text := built(t, reportstest.Judged(reportstest.Small())); strings.Contains(text, "Step times of LLMs") || strings.Contains(text, `<section id="forecasts"`) {
		t.Error("results without plans and LLMs have their sections")
	}
}
