package page

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/reports/analysis"
	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// BuildSweep returns the page of a sweep. Equal results give equal bytes.
func BuildSweep(a *analysis.Sweep) ([]byte, error) {
	s := &sweepSheet{Sweep: a, policies: a.PolicyNames(), frontier: a.Frontier(), ranked: a.Ranked(), metrics: a.Metrics()}
	c := content{
		Kind: "sweep", Title: a.Manifest.Scenario, About: a.Manifest.About, Conditions: a.Conditions(), Legend: "Policies",
		rules: chipRules(s.policies, figures.StylesOf(a.Manifest.Listed, s.policies)) + levelRules(),
		Sections: []section{
			{"verdict", "What decides", "Verdict", s.verdict()},
			{"cost", "Cost against requests in time", "Frontier", s.plane()},
			{"effects", "What changes the results", "Effects", s.effects()},
			{"together", "Two factors together", "Together", s.together()},
			{"points", "Every point", "Points", s.table()},
			{originID, "Where the numbers come from", "Origin", s.origin()},
			{"reading", "How to read this page", "Reading", s.reading()},
		},
	}
	for i, p := range s.policies {
		chip := legendChip{Index: i, Name: p, Foresees: s.foresees(p)}
		if chip.Foresees {
			chip.Title = strings.TrimSuffix(analysis.ForesightMeans, ".")
		}
		c.Chips = append(c.Chips, chip)
	}
	return c.build()
}

// sweepSheet makes the parts of the page from the analysis of a sweep.
type sweepSheet struct {
	*analysis.Sweep
	policies         []string
	frontier, ranked []int // points
	metrics          []*analysis.SweptMetric
}

// foresees reports whether a policy knows the load beforehand.
func (s *sweepSheet) foresees(policy string) bool {
	return slices.ContainsFunc(s.Points, func(p analysis.SweepPoint) bool { return p.Policy == policy && p.Foresees })
}

func (s *sweepSheet) named(p *analysis.SweepPoint) policyName {
	return policyName{slices.Index(s.policies, p.Policy), p.Policy, p.Foresees}
}

// valuesOf lists the varied paths of a point with their values.
func (s *sweepSheet) valuesOf(p *analysis.SweepPoint) (list [][2]string) {
	for i, v := range s.Manifest.Sweep.Settings[p.Setting].Values {
		list = append(list, [2]string{s.Factors[i].Short, v})
	}
	return list
}

// kindOfPoint returns the class of the finding of a point in style.css.
func kindOfPoint(p *analysis.SweepPoint) string {
	switch {
	case p.Standing == nil:
		return ""
	case p.Overspent:
		return kindOf(compare.NotMet)
	}
	return kindOf(p.Standing.Finding)
}

// bestPoint is the card of the best point.
type bestPoint struct {
	Policy          policyName
	Kept            bool
	Values          [][2]string
	Hourly, Monthly string
	InTime          string
}

func (s *sweepSheet) verdict() template.HTML {
	v := struct {
		Lead     template.HTML
		Chips    []chip
		Best     *bestPoint
		More     []template.HTML
		Warnings []template.HTML
	}{}
	for i, text := range append(s.Headline(quoted), s.effectSentences()...) {
		if i == 0 {
			v.Lead = sentence(text)
		} else {
			v.More = append(v.More, sentence(text))
		}
	}
	met, missed, open := s.Counts()
	for _, c := range []struct {
		n          int
		kind, text string
	}{{met, "met", "keep every objective"}, {open, "open", "not shown to"}, {missed, "missed", "miss one or the budget"}} {
		if c.n > 0 {
			v.Chips = append(v.Chips, chip{c.kind, fmt.Sprintf("%d of %d %s", c.n, len(s.Points), c.text), "#points"})
		}
	}
	v.Chips = append(v.Chips, chip{"plain", wording.Count(len(s.Manifest.Sweep.Settings), "setting"), "#points"},
		chip{"plain", s.Replications() + ", 95 % intervals", "#reading"})
	if n := len(s.Manifest.Warnings); n > 0 {
		v.Chips = append(v.Chips, chip{"open", wording.Count(n, "warning"), "#warnings"})
	}
	for _, text := range s.Manifest.Warnings {
		v.Warnings = append(v.Warnings, sentence(wording.Capital(text)+"."))
	}
	if met+missed+open > 0 {
		v.Best = s.best(s.ranked[0])
	}
	return render("sweep-verdict", v)
}

func (s *sweepSheet) best(at int) *bestPoint {
	p := &s.Points[at]
	month := s.Price.Of[at]
	month.Mean, month.Low, month.High = month.Mean*analysis.HoursOfMonth, month.Low*analysis.HoursOfMonth, month.High*analysis.HoursOfMonth
	b := &bestPoint{Policy: s.named(p), Kept: p.Kept(), Values: s.valuesOf(p), InTime: s.Cell(&s.InTime, at) + " " + s.InTime.Format.Unit}
	if analysis.Finite(month.Mean) {
		b.Hourly, b.Monthly = wording.Rough("$/h", s.Price.Of[at]), wording.Rough("$", month)
	}
	return b
}

// effectSentences says for each metric which factor changes it most.
func (s *sweepSheet) effectSentences() (list []string) {
	for _, m := range s.metrics {
		effects := s.Effects(m)
		if len(effects) < 2 || !(effects[0].Between > 0) {
			continue
		}
		e := effects[0]
		f := s.Factors[e.Factor]
		decimals := wording.Decimals(max(e.Means[e.High], e.Between), 3)
		list = append(list, fmt.Sprintf("%s changes most with %s: from %s at %s to %s at %s, averaged over the others.", m.Title(), quoted(f.Short),
			wording.Fixed(e.Means[e.Low], decimals), f.Levels[e.Low], wording.Fixed(e.Means[e.High], decimals), f.Levels[e.High]))
	}
	return list
}

func (s *sweepSheet) origin() template.HTML {
	d := s.Manifest.Sweep
	v := struct {
		Facts    [][2]string
		Source   string
		Resolved string
	}{Source: strings.TrimRight(d.Source, "\n"), Resolved: strings.TrimRight(s.Manifest.Resolved, "\n")}
	for _, f := range s.Factors {
		v.Facts = append(v.Facts, [2]string{f.Name, strings.Join(f.Levels, ", ")})
	}
	for _, one := range d.Set {
		name, value, _ := strings.Cut(one, "=")
		v.Facts = append(v.Facts, [2]string{name, value + " in all settings"})
	}
	v.Facts = append(v.Facts, manifestFacts(s.Manifest, s.Conditions())...)
	return render("sweep-origin", v)
}

// manifestFacts lists what results depend on.
func manifestFacts(m store.Manifest, conditions string) (list [][2]string) {
	add := func(name, value string) {
		if value != "" {
			list = append(list, [2]string{name, value})
		}
	}
	add("Experiment (hash)", m.Hash())
	add("Seed", fmt.Sprint(m.Seed))
	add("Runs", conditions)
	add("Stopped", m.Stopped)
	add("Version", m.Version)
	if m.Build != (store.Build{}) {
		add("Build", strings.Trim(m.Build.String(), "()"))
	}
	add("Baseline", m.Baseline)
	for _, in := range m.Inputs {
		add("Input "+in.File, "SHA-256 "+in.SHA256)
	}
	return list
}

func (s *sweepSheet) reading() template.HTML {
	foresight := ""
	if slices.ContainsFunc(s.policies, s.foresees) {
		foresight = analysis.ForesightMeans
	}
	return render("sweep-reading", struct{ Replications, Foresight string }{s.Replications(), foresight})
}
