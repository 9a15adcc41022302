// Package page makes reports of runs, sweeps, plans and comparisons. Each is one HTML file, which
// needs no other file and no network. Charts are inline SVG. All that they show is there without
// a script. The script sorts, zooms, hides policies and changes the theme.
//
// Every section is made by one function from the analysis of results: a file here, and a template
// in assets/page.html. Lines of charts are in an SVG that stretches with the page. Their labels
// are HTML, so that text has the same size on every screen.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/figures"
	"wavetank/reports/wording"
)

//go:embed assets
var assets embed.FS

var (
	templates = template.Must(template.ParseFS(assets, "assets/*.html"))
	styles    = must(assets.ReadFile("assets/style.css"))
	script    = must(assets.ReadFile("assets/script.js"))
)

func must(text []byte, err error) string {
	if err != nil {
		panic(err) // the file is part of the program
	}
	return string(text)
}

// Build returns the page of a run. Equal results give equal bytes.
func Build(a *analysis.Analysis) ([]byte, error) {
	s := &sheet{Analysis: a, styles: figures.Styles(a)}
	return s.content().build()
}

// sheet makes the parts of the page from the analysis of results.
type sheet struct {
	*analysis.Analysis
	styles map[string]figures.Style
}

// content is what the template of a whole page shows.
type content struct {
	Kind         string // what the page is: "report", "sweep"
	Title, About string
	Conditions   string
	Legend       string // what the chips are, for a screen reader
	Chips        []legendChip
	Sections     []section

	rules string // further style rules
}

// build returns the page. Sections without content are left out.
func (c content) build() ([]byte, error) {
	c.Sections = analysis.Keep(c.Sections, func(s section) bool { return s.Body != "" })
	for i, s := range c.Sections {
		if s.ID != originID { // which has text to copy
			c.Sections[i].Body = template.HTML(unbroken.Replace(string(s.Body)))
		}
	}
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, "page", c); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return b.Bytes(), nil
}

// originID is the section with the whole scenario.
const originID = "origin"

// unbroken keeps a number together with its sign, or with what it counts.
var unbroken = strings.NewReplacer(" × ", wording.Unbroken+"×"+wording.Unbroken, " %", wording.Unbroken+"%")

// Style returns the style sheet, for the template.
func (c content) Style() template.CSS { return template.CSS(styles + c.rules) }

// Script returns the script, for the template.
func (c content) Script() template.JS { return template.JS(script) }

// section is a part of the page. A section without content is left out.
type section struct {
	ID, Title string
	Short     string // for the menu
	Body      template.HTML
}

// legendChip is a policy, or another thing with a colour, in the legend.
type legendChip struct {
	Index    int
	Name     string
	Title    string // what it does, for a reader who points at it
	Foresees bool
}

func (s *sheet) content() content {
	m := s.Manifest
	c := content{
		Kind: "report", Title: m.Scenario, About: m.About, Conditions: s.Conditions(), Legend: "Policies", Sections: s.sections(),
	}
	c.rules = s.causeStyles() + chipRules(s.Policies, s.styles)
	for i, p := range s.Policies {
		chip := legendChip{Index: i, Name: p, Foresees: s.Foresees(p)}
		if chip.Foresees {
			chip.Title = strings.TrimSuffix(analysis.ForesightMeans, ".")
		}
		c.Chips = append(c.Chips, chip)
	}
	return c
}

// sections lists the parts of the page in their order. A further section takes one function and one
// line here.
func (s *sheet) sections() []section {
	return []section{
		{"verdict", "What decides", "Verdict", s.verdict()},
		{"cost", "Cost against requests in time", "Cost", s.plane()},
		{"metrics", "Every metric, every replication", "Metrics", s.metrics()},
		{"time", "What happened over time", "Time", s.time()},
		{"tails", "Latency, to the slowest requests", "Latency", s.tails()},
		{"missed", "Why requests were late or lost", "Causes", s.lost()},
		{"balance", "How evenly requests are spread over replicas", "Balance", s.balance()},
		{"forecasts", "Forecasts, and what came", "Forecasts", s.forecasts()},
		{"apart", "Policies that do not qualify", "Apart", s.ranks()},
		{originID, "Where the numbers come from", "Origin", s.origin()},
		{"reading", "How to read this page", "Reading", s.reading()},
	}
}

// chipRules returns the style rules of the things in the legend: their colours and dashes, and how
// they are hidden or alone.
func chipRules(names []string, styles map[string]figures.Style) string {
	var b strings.Builder
	for i, p := range names {
		style := styles[p]
		fmt.Fprintf(&b, ".q%d{--c:var(--p%d)", i, style.Slot)
		if style.Dashes != nil {
			b.WriteString(";--d:")
			for k, d := range style.Dashes {
				if k > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(wording.Number(float64(d)))
			}
		}
		fmt.Fprintf(&b, "}.off%d .q%d:not(.chip){display:none}.only%d .line:not(.q%d),.only%d .dot:not(.q%d){opacity:.15}.only%d .quiet .band.q%d{display:inline}\n", i, i, i, i, i, i, i, i)
	}
	return b.String()
}

// render executes a template of a section.
func render(name string, data any) template.HTML {
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		panic(err) // the templates and their data are fixed
	}
	return template.HTML(b.String())
}

// reading explains the signs of the page.
func (s *sheet) reading() template.HTML {
	return render("reading", struct {
		Replications int
		Foresight    string
	}{s.Replications(), analysis.ForesightMeans})
}

// index returns the place of a policy.
func (s *sheet) index(policy string) int {
	for i, p := range s.Policies {
		if p == policy {
			return i
		}
	}
	return 0
}

// The marks around names in sentences. They are never part of a name that is shown.
const nameBegins, nameEnds = "\x01", "\x02"

// quoted marks a name in a sentence.
func quoted(name string) string { return nameBegins + name + nameEnds }

// sentence escapes a sentence. Its quoted names are set in bold type.
func sentence(text string) template.HTML {
	text = template.HTMLEscapeString(text)
	return template.HTML(strings.NewReplacer(nameBegins, "<b>", nameEnds, "</b>").Replace(text))
}

// scopeTitle names a scope for readers.
func scopeTitle(scope string) string {
	if scope == rows.All {
		return "All requests"
	}
	return strings.Replace(strings.TrimPrefix(strings.TrimPrefix(scope, analysis.MachineScope), analysis.ReplicaScope), "@", " on ", 1)
}
