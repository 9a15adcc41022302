package page

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"wavetank/reports/analysis"
	"wavetank/reports/figures"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// pages returns a page of each kind.
func pages(t testing.TB) map[string]string {
	t.Helper()
	s, err := analysis.SweepOf(swept())
	if err != nil {
		t.Fatal(err)
	}
	text := func(html []byte, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return string(html)
	}
	return map[string]string{
		"run": built(t, full()), "sweep": text(BuildSweep(s)), "comparison": text(BuildComparison(compared())), "plan": text(BuildPlan(planned())),
		"load": text(BuildPlan(carried())), "devices": text(BuildPlan(needed())),
	}
}

// swept returns the results of a sweep of two paths.
func swept() store.Archive {
	r := reportstest.Sweep([]float64{2, 4, 8}, "p2c", "random")
	r.Manifest.Warnings = []string{"a rate is an assumption"}
	r.Manifest.Sweep.Set, r.Manifest.Sweep.Source = []string{"seed=3"}, "name: made\n"
	return r
}

func number(mean, low, high float64, words, kind string) store.ComparedNumber {
	spread := ""
	if !math.IsNaN(low) {
		spread = fmt.Sprintf("[%v, %v]", low, high)
	}
	return store.ComparedNumber{Text: fmt.Sprint(mean), Spread: spread,
		Mean: store.Finite(mean), Low: store.Finite(low), High: store.Finite(high), Words: words, Kind: kind}
}

// compared returns a comparison of three sets of results.
func compared() *store.ResultsComparison {
	c := &store.ResultsComparison{
		Version: "test", Title: "Results compared: a, b and c", Verdict: []string{"b against a, in 2 comparisons of a metric and a policy: worse in 2.", "c against a: nothing."},
		InWords: []string{"Cost, b against a: worse."}, Confounds: []string{"More than one setting differs."}, Confused: true,
		Alone: []string{"Only a has the policy x."}, Legend: []string{"Values: means."},
		Sides:       []store.ComparedSide{{Name: "a", Sources: []string{"a: made"}}, {Name: "b", Sources: []string{"b: made"}}, {Name: "c", Sources: []string{"c: made"}}},
		Pairs:       []store.ComparedPair{{Base: 0, Side: 1, Kinds: map[string]int{"worse": 2}}, {Base: 0, Side: 2, Kinds: map[string]int{"open": 1, "same": 1, "better": 2}}},
		Differences: []store.ComparedSetting{{Name: "fleet[x].boot", Values: []string{"30s", "60s", "–"}}, {Name: "seed", Chance: true, Values: []string{"1", "2", "3"}}},
		Findings:    []store.ComparedObjective{{Policy: "hpa", Sides: []string{"met", "not met", "not shown"}}},
	}
	lines := []store.ComparedLine{
		{Policy: "hpa", Values: []store.ComparedNumber{number(1, 0.9, 1.1, "", ""), number(2, 1.9, 2.1, "", ""), number(1, math.NaN(), math.NaN(), "", "")},
			Changes: []store.ComparedNumber{number(100, 90, 110, "worse", "worse"), number(0.1, -0.5, 0.6, "the same within 1 %", "same")}},
		{Policy: "geometric mean", Values: []store.ComparedNumber{number(1, 1, 1, "", ""), number(2, 2, 2, "", ""), {Text: "∞"}},
			Changes: []store.ComparedNumber{number(100, -1e6, 1e6, "nothing shown", "open"), {Text: "–", Words: "not compared", Kind: "unknown", Doubt: "infinite"}}},
	}
	c.Metrics = []store.ComparedMetric{
		{Title: "Cost rate", Unit: "$/h", About: "Rent.", Better: "Lower is better", How: "Paired.", Change: "%", Margin: 1, Lines: lines, Together: true},
		{Title: "Latency", Unit: "s", Lines: []store.ComparedLine{{Policy: "hpa", Values: []store.ComparedNumber{{Text: "∞"}, {Text: "∞"}, {Text: "∞"}}, Changes: []store.ComparedNumber{{Text: "–"}, {Text: "–"}}}}},
	}
	return c
}

// planned returns a plan with candidates of every finding.
func planned() *store.StoredPlan {
	p := &store.StoredPlan{
		Find: store.FindFleet, Version: "test", Title: "made: the cheapest fleet", About: "Made up.", Asks: "Objectives: m 95 % in time.", Verdict: []string{"Rent 2 × a: 2 $/h.", "It is sure."},
		Counts: []string{"7 candidates."}, Runs: 12, Grid: 35, Found: map[string]int{}, Varied: []string{"router"}, Scenario: "name: made\n",
	}
	for i, f := range findings {
		c := store.PlannedFleet{Values: []string{"p2c"}, Fleet: fmt.Sprintf("%d × a, %d × b", i, i+1), Price: store.Finite(float64(i + 1)), Finding: f[0], Why: "a reason", PlannedShare: store.PlannedShare{Worst: "m", Asked: 95}}
		if i < 3 {
			c.Runs, c.Share, c.Low, c.High = 4, store.Finite(97-30*float64(i)), store.Finite(96-30*float64(i)), store.Finite(98-30*float64(i))
			c.Shares, c.Frontier, c.Replicas = []string{"m: 97 % of 95 %"}, i < 2, "2 × m@a"
		}
		c.Best = i == 0
		p.Found[f[0]] = 1
		p.Lines = append(p.Lines, c)
	}
	return p
}

// madePolicies is a scenario with two policies that differ in their allocators.
const madePolicies = "name: made\npolicies:\n  - {name: hpa, allocator: {hpa: {target: 0.5}}}\n  - {name: follow, allocator: {follow: {headroom: 2}}}\n"

// share is a share in time of 95 % asked for, with an interval.
func share(mean float64) store.PlannedShare {
	return store.PlannedShare{Worst: "m", Asked: 95, Share: store.Finite(mean), Low: store.Finite(mean - 1), High: store.Finite(mean + 1), Shares: []string{"m: in words"}}
}

// carried returns a plan of the most load: a fleet, and two policies of which one carries none.
func carried() *store.StoredPlan {
	try := func(load float64, finding string, mean float64) store.TriedLoad {
		return store.TriedLoad{Load: load, Rate: store.Finite(100 * load), Rates: []float64{60 * load, 40 * load}, Price: store.Finite(3), Runs: 5, Finding: finding, Why: "a reason", PlannedShare: share(mean)}
	}
	return &store.StoredPlan{
		Find: store.FindRate, Version: "test", Title: "made: the most load", Asks: "Objectives: m 95 % in time.", Verdict: []string{"2 × a: twice the arrivals.", "It is sure."},
		Counts: []string{"8 factors."}, Runs: 35, Policies: []string{"hpa", "follow"}, Models: []string{"m", "n"}, Scenario: madePolicies,
		Rates: []store.CarriedLoad{
			{Fleet: "2 × a, 1 × b", Replicas: "2 × m@a", Carried: 1, Exceeded: 3, Finding: "kept", Why: "every objective is shown to be kept", Best: true,
				Tries: []store.TriedLoad{try(1, "kept", 99), try(2, "kept", 97), try(2.1, "not settled", 95.2), try(2.2, "missed", 94), {Load: 9, Finding: "missed", Why: "a bound"}}},
			{Fleet: "policy hpa", Policy: "hpa", Carried: 0, Exceeded: 1, Finding: "kept", Tries: []store.TriedLoad{try(0.5, "kept", 96), try(1, "missed", 80), try(2, "missed", 30), try(4, "missed", 5)}},
			{Fleet: "policy follow", Policy: "follow", Carried: -1, Exceeded: -1, Finding: "missed", Why: "a reason"},
		},
	}
}

// needed returns a plan of the fewest devices: two references, and two policies.
func needed() *store.StoredPlan {
	use := func(name string, mean, share95 float64) store.UsedDevices {
		return store.UsedDevices{
			Name: name, Mean: store.Finite(mean), Peak: store.Finite(mean + 1), PlannedShare: share(share95),
			Ends: []float64{600, 1200, 1800}, Means: []float64{mean - 1, mean, mean + 1}, Lows: []float64{mean - 1, mean - 1, mean}, Highs: []float64{mean - 1, mean, mean + 2},
		}
	}
	p := &store.StoredPlan{
		Find: store.FindGPUs, Version: "test", Title: "made: the fewest devices", Asks: "Objectives: m 95 % in time.", Verdict: []string{"2 devices are needed.", "hpa uses fewest."},
		Counts: []string{"9 runs."}, Runs: 9, Policies: []string{"hpa", "follow"}, Scenario: madePolicies, WindowSeconds: 600,
		Uses: []store.UsedDevices{use("oracle (devices)", 2, 95.5), use("static-best (devices)", 3, 99), use("hpa", 3, 97), use("follow", 2.5, 90)},
	}
	for i := range p.Uses {
		p.Uses[i].Reference, p.Uses[i].Foresees = i < 2, i < 2
		if i > 1 {
			p.Uses[i].Price = store.Finite(4)
		}
	}
	return p
}

// TestPagesOfPlansShowWhatIsCarriedAndNeeded checks numbers of the two pages by hand, and the
// colours of policies, which are those of all reports.
func TestPagesOfPlansShowWhatIsCarriedAndNeeded(t *testing.T) {
	all := pages(t)
	for name, text := range all {
		all[name] = wording.Spaced(text)
	}
	slot := figures.StylesOf([]string{"hpa", "follow"}, nil)["hpa"].Slot
	for page, wants := range map[string][]string{
		"load": {
			"<b>200 requests/s</b><span>2 times the arrivals</span>", "<dt>n</dt><dd>80.0/s</dd>", "2 of 3 carry some load", "1 of 3 carry none", "9 factors tried",
			"All 9 factors", "objective 95 %", "<th scope=\"row\">allocator</th><td>hpa</td><td>follow</td>", fmt.Sprintf(".q1{--c:var(--p%d)", slot),
		},
		"devices": {
			"<b>2.00 devices</b><span>on average</span>", "<dt>In the highest window</dt><dd>3.00</dd>", "<dt>If the fleet stays the same</dt><dd>4.00</dd>",
			"1 of 2 policies keep every objective on average", "1 of 2 miss an objective", "All 3 windows", "3 to 5", `data-v="50"`, "the mean over a window of 10 min",
			"<th scope=\"row\">allocator</th><td>hpa</td><td>follow</td>", fmt.Sprintf(".q2{--c:var(--p%d)", slot),
		},
	} {
		for _, want := range wants {
			if !strings.Contains(all[page], want) {
				t.Errorf("%s: %q is not on the page", page, want)
			}
		}
	}
	points := func(name string) int { return strings.Count(all["load"], "<title>"+name+":") }
	if points("2 × a, 1 × b") != 4 || points("policy hpa") != 2+1 {
		t.Errorf("points: %d of the fleet, want 4; %d of hpa, want 2 and the first one at the edge", points("2 × a, 1 × b"), points("policy hpa"))
	}
	if _, err := BuildPlan(&store.StoredPlan{Find: "x"}); err == nil {
		t.Error("a plan of an unknown kind has a page")
	}
}

// TestNumbersStayWithTheirSigns: sentences have no-break spaces, but the scenario, which readers
// copy, has none.
func TestNumbersStayWithTheirSigns(t *testing.T) {
	p := planned()
	p.Verdict, p.Scenario = []string{"Rent 2 × a, as 95 % are asked for."}, "name: made\nabout: 2 × a, 95 %\n"
	html, err := BuildPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Rent 2\u00a0×\u00a0a, as 95\u00a0% are", "about: 2 × a, 95 %"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("%q is not on the page", want)
		}
	}
}

// TestPagesOfEveryKindAreWhole checks that pages have every section, and no number that is not one.
func TestPagesOfEveryKindAreWhole(t *testing.T) {
	for name, want := range map[string][]string{
		"sweep":      {"verdict", "cost", "effects", "together", "points", "origin", "reading"},
		"comparison": {"verdict", "differences", "metrics", "words", "origin", "reading"},
		"plan":       {"verdict", "frontier", "candidates", "origin", "reading"},
		"load":       {"verdict", "rates", "carried", "factors", "origin", "reading"},
		"devices":    {"verdict", "time", "uses", "windows", "origin", "reading"},
	} {
		text, _, _ := strings.Cut(pages(t)[name], "<script>")
		for _, id := range want {
			if !strings.Contains(text, `<section id="`+id+`"`) {
				t.Errorf("%s: no section %s", name, id)
			}
		}
		if bad := regexp.MustCompile("NaN|ZgotmplZ|%!|Inf").FindString(text); bad != "" {
			t.Errorf("%s: %s in the page", name, bad)
		}
	}
}

// TestPagesOfLittleAreWhole leaves out what a page can be without.
func TestPagesOfLittleAreWhole(t *testing.T) {
	one := reportstest.Sweep([]float64{2}, "p2c")
	one.Manifest.Sweep.Settings[0].Objectives = nil
	s, err := analysis.SweepOf(one)
	if err != nil {
		t.Fatal(err)
	}
	for name, build := range map[string]func() ([]byte, error){
		"one setting": func() ([]byte, error) { return BuildSweep(s) },
		"no metrics":  func() ([]byte, error) { return BuildComparison(&store.ResultsComparison{Sides: compared().Sides[:2]}) },
		"nothing runs": func() ([]byte, error) {
			return BuildPlan(&store.StoredPlan{Find: store.FindFleet, Title: "made", Verdict: []string{"Nothing."}})
		},
		"nothing carried": func() ([]byte, error) {
			return BuildPlan(&store.StoredPlan{Find: store.FindRate, Rates: []store.CarriedLoad{{Fleet: "1 × a", Carried: -1, Exceeded: -1}}})
		},
		"no windows": func() ([]byte, error) {
			return BuildPlan(&store.StoredPlan{Find: store.FindGPUs, Uses: []store.UsedDevices{{Name: "oracle", Reference: true}, {Name: "hpa"}}})
		},
	} {
		html, err := build()
		if err != nil || !strings.Contains(string(html), "</html>") || strings.Contains(string(html), "NaN") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNamesAreEscapedOnAllPages puts markup into every text of a comparison, a plan and a sweep.
func TestNamesAreEscapedOnAllPages(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)>"'&`
	c, p, r, l, d := compared(), planned(), swept(), carried(), needed()
	l.Rates[0].Fleet, l.Rates[0].Why, l.Rates[0].Tries[0].Why, l.Models[0], l.Rates[1].Policy, d.Uses[2].Name, d.Verdict[1] = evil, evil, evil, evil, evil, evil, evil
	c.Sides[0].Name, c.Differences[0].Name, c.Differences[0].Values[0], c.Metrics[0].Lines[0].Policy = evil, evil, evil, evil
	c.Verdict[0], c.Alone[0], c.Metrics[0].Lines[0].Changes[0].Words, c.Findings[0].Policy = evil, evil, evil, evil
	p.Title, p.Verdict[0], p.Varied[0], p.Scenario = evil, evil, evil, evil
	for i := range p.Lines {
		p.Lines[i].Fleet, p.Lines[i].Why, p.Lines[i].Values = evil, evil, []string{evil}
	}
	r.Manifest.About, r.Manifest.Sweep.Source, r.Manifest.Sweep.Varied[1] = evil, evil, evil
	for i := range r.Manifest.Sweep.Settings {
		if s := &r.Manifest.Sweep.Settings[i]; s.Values[1] == "random" {
			s.Values[1] = evil
		}
	}
	s, err := analysis.SweepOf(r)
	if err != nil {
		t.Fatal(err)
	}
	for name, build := range map[string]func() ([]byte, error){
		"comparison": func() ([]byte, error) { return BuildComparison(c) },
		"plan":       func() ([]byte, error) { return BuildPlan(p) },
		"load":       func() ([]byte, error) { return BuildPlan(l) },
		"devices":    func() ([]byte, error) { return BuildPlan(d) },
		"sweep":      func() ([]byte, error) { return BuildSweep(s) },
	} {
		html, err := build()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(html), "<img") {
			t.Errorf("%s: markup of a name is in the page", name)
		}
	}
}

// TestTextInMapsIsLegible checks that text in a cell of any shade has a contrast of at least 4.5.
func TestTextInMapsIsLegible(t *testing.T) {
	for share := 0.0; share <= 1; share += 0.01 {
		for _, ends := range [][2][3]float64{{lightCold, lightHot}, {darkCold, darkHot}} {
			ground := mixed(ends[0], ends[1], share)
			text := 0.0
			if whiter(ground) {
				text = 1
			}
			light := luminance(ground)
			if ratio := (max(text, light) + 0.05) / (min(text, light) + 0.05); ratio < 4.5 {
				t.Errorf("share %v: contrast %v", share, ratio)
			}
		}
	}
}
