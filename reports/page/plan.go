package page

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/axis"
	"wavetank/reports/figures"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// BuildPlan returns the page of a plan. Equal plans give equal bytes.
func BuildPlan(p *store.StoredPlan) ([]byte, error) {
	s := &planSheet{StoredPlan: p}
	name, about, _ := strings.Cut(p.Title, ": ")
	if p.About != "" {
		about = p.About
	}
	v := content{Kind: "plan", Title: name, About: about, Conditions: p.Asks, rules: findingRules()}
	switch p.Find {
	case store.FindFleet:
		v.Sections = []section{
			{"verdict", "What to rent", "Verdict", s.verdict()},
			{"frontier", "Cost against the objective", "Frontier", s.plane()},
			{"candidates", "Every candidate", "Candidates", s.candidates()},
		}
	case store.FindRate:
		v.Legend, v.Chips = "Fleets and policies", s.rateChips()
		v.rules += s.chipRules()
		v.Sections = []section{
			{"verdict", "What is carried", "Verdict", s.rateVerdict()},
			{"rates", "Requests in time against the load", "Load", s.rates()},
			{"carried", "What each fleet and policy carries", "Fleets", s.carried()},
			{"factors", "Every factor that was tried", "Factors", s.factors()},
		}
	case store.FindGPUs:
		v.Legend, v.Chips = "References and policies", s.deviceChips()
		v.rules += s.chipRules()
		v.Sections = []section{
			{"verdict", "What is needed", "Verdict", s.deviceVerdict()},
			{"time", "Devices over time", "Time", s.deviceCourse()},
			{"uses", "Every policy", "Policies", s.uses()},
			{"windows", "Every window", "Windows", s.windows()},
		}
	default:
		return nil, fmt.Errorf("a plan of the kind %q: this version of wavetank does not know it", p.Find)
	}
	v.Sections = append(v.Sections,
		section{originID, "Where the numbers come from", "Origin", s.planOrigin()},
		section{"reading", "How to read this page", "Reading", render("plan-reading", p)})
	return v.build()
}

// planSheet makes the parts of the page of a plan.
type planSheet struct {
	*store.StoredPlan
	names    []string // of the chips
	coloured []string // the name on which the colour of each chip depends
}

// chipRules returns the style rules of the chips.
func (s *planSheet) chipRules() string {
	of, styles := figures.StylesOf(s.Policies, s.coloured), map[string]figures.Style{}
	for i, name := range s.names {
		styles[name] = of[s.coloured[i]]
	}
	return chipRules(s.names, styles)
}

// planOrigin is the section of where the plan comes from.
func (s *planSheet) planOrigin() template.HTML {
	v := struct {
		*store.StoredPlan
		Names    []string
		Settings []settingLine
	}{StoredPlan: s.StoredPlan}
	switch s.Find {
	case store.FindRate:
		for i := range s.Rates {
			if p := s.Rates[i].Policy; p != "" && !slices.Contains(v.Names, p) {
				v.Names = append(v.Names, p)
			}
		}
	case store.FindGPUs:
		for i := range s.Uses {
			if !s.Uses[i].Reference {
				v.Names = append(v.Names, s.Uses[i].Name)
			}
		}
	}
	if len(v.Names) > 1 {
		v.Settings = settingsOf(s.Scenario, v.Names)
	}
	return render("plan-origin", v)
}

// findings are the findings of candidates, in the order of the page, with their classes in
// style.css.
var findings = [][2]string{
	{"kept", "met"}, {"missed", "missed"}, {"dominated", "plain"}, {"does not fit", "plain"}, {"not settled", "open"}, {"failed", "missed"}, {"open", "open"},
}

// classOf returns the class of a finding.
func classOf(finding string) string {
	for _, f := range findings {
		if f[0] == finding {
			return f[1]
		}
	}
	return "plain"
}

// findingRules returns the colours of the points of each finding.
func findingRules() string {
	return ".k-met{--c:var(--good)}.k-missed{--c:var(--bad)}.k-open{--c:var(--open)}.k-plain{--c:var(--dim)}"
}

// name names a candidate with its values.
func (s *planSheet) name(c *store.PlannedFleet) string { return s.variant(c.Fleet, c.Values) }

// variant names a fleet or policy with the values of the varied paths.
func (s *planSheet) variant(fleet string, values []string) string {
	text := fleet
	for i, v := range values {
		text += map[bool]string{true: " with ", false: ", "}[i == 0] + s.Varied[i] + " " + v
	}
	return text
}

func dollars(price *float64, times float64) string {
	if price == nil {
		return "–"
	}
	return wording.Digits(*price*times, 3)
}

// rented is the card of the answer, or of the candidate that comes nearest.
type rented struct {
	Best            bool
	Machines        []string
	Values          [][2]string
	Hourly, Monthly string
	Replicas        []string
	Shares          []string
}

// shareCell prints the share in time of the objective that is kept least surely.
func shareCell(p *store.PlannedShare) (c matrixCell) {
	if p.Share == nil {
		return matrixCell{Text: "–"}
	}
	v := compare.Verdict{Objective: rows.Objective{Percent: p.Asked}, Share: compare.Interval{Mean: *p.Share, Low: math.NaN(), High: math.NaN()}}
	if p.Low != nil && p.High != nil {
		v.Share.Low, v.Share.High = *p.Low, *p.High
	}
	c = matrixCell{Value: exact(*p.Share - p.Asked), Small: fmt.Sprintf("of %s, %s", wording.Number(p.Asked), p.Worst)}
	interval := ""
	if c.Text, interval, _ = strings.Cut(wording.Share(v), " "); interval != "" {
		c.Small = interval + " " + c.Small
	}
	return c
}

func (s *planSheet) verdict() template.HTML {
	v := struct {
		Lead  string
		More  []string
		Chips []chip
		Card  *rented
	}{More: s.Counts}
	if len(s.Verdict) > 0 {
		v.Lead, v.More = s.Verdict[0], append(slices.Clone(s.Verdict[1:]), s.Counts...)
	}
	for _, f := range findings {
		if n := s.Found[f[0]]; n > 0 {
			text := f[0]
			if text == "does not fit" && n > 1 {
				text = "do not fit"
			}
			v.Chips = append(v.Chips, chip{f[1], fmt.Sprintf("%d %s", n, text), "#candidates"})
		}
	}
	if s.Grid > s.Runs {
		v.Chips = append(v.Chips, chip{"plain", fmt.Sprintf("%d of %d runs needed", s.Runs, s.Grid), "#verdict"})
	}
	if at := slices.IndexFunc(s.Lines, func(c store.PlannedFleet) bool { return c.Best }); at >= 0 {
		c := &s.Lines[at]
		r := &rented{Best: true, Machines: strings.Split(c.Fleet, ", "), Hourly: dollars(c.Price, 1), Monthly: dollars(c.Price, analysis.HoursOfMonth), Shares: c.Shares}
		if c.Replicas != "" {
			r.Replicas = strings.Split(c.Replicas, ", ")
		}
		for i, value := range c.Values {
			r.Values = append(r.Values, [2]string{s.Varied[i], value})
		}
		v.Card = r
	}
	return render("plan-verdict", v)
}

// longestName is the most characters of a name beside a point that is not the answer. Longer names
// would lie on each other; they are in the table, and shown for the point under the pointer.
const longestName = 24

// lowestPoint is the lowest margin that is drawn in its place, in points. Candidates below are
// drawn at the edge.
const lowestPoint = -20

// plane shows the simulated candidates: price against the margin of the objective that each keeps
// least surely.
func (s *planSheet) plane() template.HTML {
	var list []*store.PlannedFleet
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), 0.0, 0.0
	for i := range s.Lines {
		c := &s.Lines[i]
		if c.Share == nil || c.Price == nil {
			continue
		}
		list = append(list, c)
		margin := max(*c.Share-c.Asked, lowestPoint)
		x0, x1, y0, y1 = min(x0, *c.Price), max(x1, *c.Price), min(y0, margin), max(y1, margin)
	}
	if len(list) < 2 {
		return ""
	}
	x, y := roomy(x0, x1, 0), roomy(y0, max(y1, 1), y0-2)
	c := &chart{Class: "scatter", Height: 380, XLabel: "Rent ($/h)", YLabel: "Points above the objective that is kept least surely",
		About: fmt.Sprintf("Rent and margin of %s that were simulated; the table below lists them.", wording.Count(len(list), "candidate"))}
	c.mark(x, y, axis.Even(x.low, x.high, 7, false), axis.Even(y.low, y.high, 6, false))
	c.path("goal", fmt.Sprintf("M0 %dH%d", y.y(0), wide))
	c.Labels = append(c.Labels, pointLabel{X: 100, Y: 100 * y.to(0), Index: -1, Class: "goaltext", Text: "objective"})
	var line strings.Builder
	var spots []spot
	for _, one := range list {
		margin := max(*one.Share-one.Asked, lowestPoint)
		px, py := x.x(*one.Price), y.y(margin)
		class := classOf(one.Finding)
		if one.Low != nil && one.High != nil {
			low, high := max(*one.Low-one.Asked, y.low), min(*one.High-one.Asked, y.high)
			c.path("whisker faint k-"+class, fmt.Sprintf("M%d %dV%d", px, y.y(low), y.y(high)))
		}
		if one.Frontier {
			if line.Len() == 0 {
				fmt.Fprintf(&line, "M%d %d", px, py)
			} else {
				fmt.Fprintf(&line, "H%dV%d", px, py)
			}
		}
		dot := "dot small"
		switch {
		case one.Best:
			dot = "dot answer"
		case one.Finding == "kept":
			dot = "dot"
		}
		title := fmt.Sprintf("%s: %s $/h, %s", s.name(one), dollars(one.Price, 1), one.Why)
		fmt.Fprintf(&c.shapes, `<path class="%s k-%s" d="M%d %dh0"><title>%s</title></path>`, dot, class, px, py, template.HTMLEscapeString(title))
		d := spot{index: -1}
		if one.Best {
			d.weight = 1
		}
		d.x.Mean, d.y.Mean = *one.Price, margin
		if one.Best {
			d.name = s.name(one)
		} else if one.Frontier && len(list) < 25 && len(s.name(one)) <= longestName {
			d.name = s.name(one)
		}
		spots = append(spots, d)
	}
	c.path("frontier", line.String())
	// the answer is the first to get a place for its name
	slices.SortStableFunc(spots, func(a, b spot) int { return cmp.Compare(b.weight, a.weight) })
	c.Labels = append(c.Labels, placed(spots, x, y, float64(c.Height))...)
	return render("plan-plane", c.draw())
}

// mostCandidates is the largest number of candidates in the table. Candidates without runs, far
// from the answer, are left out first.
const mostCandidates = 1000

// candidateView is the table of candidates.
type candidateView struct {
	Varied []string
	Note   string
	Lines  []candidateLine
}

type candidateLine struct {
	store.PlannedFleet
	Class         string
	Hourly, Month string
	Value         string // what the price is sorted by
	InTime, Small string
	InTimeValue   string
}

func (s *planSheet) candidates() template.HTML {
	if len(s.Lines) == 0 {
		return ""
	}
	v := candidateView{Varied: s.Varied}
	left := 0
	for i := range s.Lines {
		c := &s.Lines[i]
		if c.Runs == 0 && !c.Best && i >= mostCandidates {
			left++
			continue
		}
		l := candidateLine{PlannedFleet: *c, Class: classOf(c.Finding), Hourly: dollars(c.Price, 1), Month: dollars(c.Price, analysis.HoursOfMonth)}
		if c.Price != nil {
			l.Value = exact(*c.Price)
		}
		if c.Share != nil {
			cell := shareCell(&c.PlannedShare)
			l.InTime, l.InTimeValue, l.Small = cell.Text, cell.Value, cell.Small
		}
		v.Lines = append(v.Lines, l)
	}
	v.Note = "By price. In time: the mean share of the objective that the candidate keeps least surely, with its interval. Candidates without runs were settled by others or by a bound."
	if left > 0 {
		v.Note += fmt.Sprintf(" %s without runs, the dearest, are left out; plan.csv has all.", wording.Count(left, "candidate"))
	}
	return render("plan-candidates", v)
}
