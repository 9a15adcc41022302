package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"wavetank/reports/analysis"
	"wavetank/reports/axis"
	"wavetank/reports/wording"
)

// mostPairs is the largest number of pairs of factors of which a reader chooses one. A pair has at
// most mostSecond levels of the second factor; more than mostLines are not drawn as lines.
const (
	mostPairs  = 6
	mostSecond = 16
	mostLines  = 8
)

// together shows pairs of factors: a map of all pairs of levels, and lines.
func (s *sweepSheet) together() template.HTML {
	v := tabs{Group: "pair", Label: "Factors"}
	for _, p := range s.Pairs(mostPairs, mostSecond) {
		title := s.Factors[p.Along].Short
		if p.Lines >= 0 {
			title += " × " + s.Factors[p.Lines].Short
		}
		var body strings.Builder
		body.WriteString(`<div class="grid2">`)
		for _, m := range s.metrics {
			body.WriteString(string(render("heat", s.heat(p, m))))
		}
		body.WriteString("</div>")
		if p.Lines < 0 || len(s.Factors[p.Lines].Levels) <= mostLines {
			body.WriteString(string(s.lines(p)))
		}
		v.Tabs = append(v.Tabs, tab{title, template.HTML(body.String())})
	}
	if len(v.Tabs) == 0 || len(s.metrics) == 0 {
		return ""
	}
	note := "A cell or a mark is the mean over all points with its levels, without an interval."
	if len(s.Factors) > 2 {
		note += " The other factors are averaged."
	}
	if slices.ContainsFunc(s.Points, func(p analysis.SweepPoint) bool { return p.Kept() }) {
		note += " A frame marks cells in which some point is shown to keep every objective."
	}
	if len(s.Factors) > 1 {
		note += " Where lines are parallel, the effect of one factor does not depend on the other."
	}
	v.Note = sentence(note)
	return render("tabs", v)
}

// heatMap is a table of the means of a metric for all pairs of levels of two factors.
type heatMap struct {
	Title, Across, Down string
	Head                []string
	Lines               []heatLine
}

type heatLine struct {
	Name  string
	Cells []heatCell
}

// heatCell is a cell. Share is the place of its value in the range of the map, in percent.
type heatCell struct {
	Text  string
	Share string
	Class string // how its text is set, and whether it has a frame
}

// cellClass are the classes of a cell: white text in the light theme, black text in the dark one.
func cellClass(share float64, kept bool) string {
	var list []string
	if whiter(mixed(lightCold, lightHot, share)) {
		list = append(list, "lw")
	}
	if !whiter(mixed(darkCold, darkHot, share)) {
		list = append(list, "db")
	}
	if kept {
		list = append(list, "kept")
	}
	return strings.Join(list, " ")
}

// The ends of the colours of a map, as in style.css: red, green and blue, from 0 to 255.
var (
	lightCold, lightHot = [3]float64{0xEA, 0xF2, 0xFA}, [3]float64{0x08, 0x40, 0x81}
	darkCold, darkHot   = [3]float64{0x1B, 0x2A, 0x3A}, [3]float64{0x9B, 0xD3, 0xF7}
)

func mixed(from, to [3]float64, share float64) (c [3]float64) {
	for i := range c {
		c[i] = from[i] + share*(to[i]-from[i])
	}
	return c
}

// whiter reports whether white text has more contrast than black text on a ground.
func whiter(ground [3]float64) bool {
	light := luminance(ground)
	return 1.05/(light+0.05) > (light+0.05)/0.05
}

// luminance is the relative luminance of a colour (WCAG 2.1).
func luminance(colour [3]float64) (light float64) {
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v := colour[i] / 255
		if v <= 0.03928 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		light += weight * v
	}
	return light
}

func (s *sweepSheet) heat(p analysis.FactorPair, m *analysis.SweptMetric) heatMap {
	h := heatMap{Title: m.Title(), Across: s.Factors[p.Along].Name, Head: s.Factors[p.Along].Levels}
	rows := []string{""}
	if p.Lines >= 0 {
		h.Down, rows = s.Factors[p.Lines].Name, s.Factors[p.Lines].Levels
	}
	low, high := math.Inf(1), math.Inf(-1)
	values := make([][]float64, len(rows))
	for d := range rows {
		for a := range h.Head {
			v := m.At(s.Sweep, p.In(a, d))
			if values[d] = append(values[d], v); !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	decimals := wording.Decimals(max(math.Abs(high), math.Abs(low)), 3)
	if high > low {
		decimals = max(decimals, min(3, wording.Decimals(high-low, 2)))
	}
	for d, name := range rows {
		l := heatLine{Name: name}
		for a, v := range values[d] {
			if math.IsNaN(v) {
				l.Cells = append(l.Cells, heatCell{Text: "–", Share: "0"})
				continue
			}
			share := 0.5
			if high > low {
				share = math.Round(100*(v-low)/(high-low)) / 100
			}
			in := p.In(a, d)
			kept := slices.ContainsFunc(s.Points, func(one analysis.SweepPoint) bool { return one.Kept() && in(&one) })
			l.Cells = append(l.Cells, heatCell{wording.Fixed(v, decimals), wording.Number(math.Round(100 * share)), cellClass(share, kept)})
		}
		h.Lines = append(h.Lines, l)
	}
	return h
}

// levelRules returns the colours and dashes of the lines of levels.
func levelRules() string {
	var b strings.Builder
	for l := range mostLines {
		fmt.Fprintf(&b, ".v%d{--c:var(--p%d)%s}", l, l, []string{"", ";--d:6 2", ";--d:1.5 1.5", ";--d:7 2 1.5 2"}[l%4])
	}
	return b.String()
}

// levelClass returns the class of the line of a level. Policies have their own colours.
func (s *sweepSheet) levelClass(p analysis.FactorPair, level int) string {
	if p.Lines >= 0 && s.Factors[p.Lines].Name == analysis.PolicyFactor {
		return fmt.Sprintf("q%d", slices.Index(s.policies, s.Factors[p.Lines].Levels[level]))
	}
	return fmt.Sprintf("v%d", level)
}

// lines draws the means of the levels of a factor, with a line for each level of the other, once
// for each metric.
func (s *sweepSheet) lines(p analysis.FactorPair) template.HTML {
	type level struct{ Class, Name string }
	v := struct {
		Of     string
		Levels []level
		Charts []template.HTML
	}{}
	lines := []string{""}
	if p.Lines >= 0 {
		v.Of, lines = s.Factors[p.Lines].Short, s.Factors[p.Lines].Levels
		for l, name := range lines {
			v.Levels = append(v.Levels, level{s.levelClass(p, l), name})
		}
	}
	for _, m := range s.metrics {
		if c := s.lineChart(p, m, lines); c != "" {
			v.Charts = append(v.Charts, c)
		}
	}
	return render("sweep-lines", v)
}

func (s *sweepSheet) lineChart(p analysis.FactorPair, m *analysis.SweptMetric, lines []string) template.HTML {
	along := s.Factors[p.Along]
	low, high := math.Inf(1), math.Inf(-1)
	values := make([][]float64, len(lines))
	for l := range lines {
		for a := range along.Levels {
			v := m.At(s.Sweep, p.In(a, l))
			if values[l] = append(values[l], v); !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if low > high || len(along.Levels) < 2 {
		return ""
	}
	x, y := linear(-0.4, float64(len(along.Levels))-0.6), roomy(low, high, 0)
	c := &chart{Class: "levels", Title: m.Title(), Height: 230, XLabel: along.Name, About: m.Title() + " by " + along.Name}
	c.mark(x, y, nil, axis.Even(y.low, y.high, 5, false))
	for a, name := range along.Levels {
		c.X = append(c.X, axisMark{100 * x.to(float64(a)), name, a%2 == 1})
	}
	if every := (len(along.Levels) + 8) / 9; every > 1 { // room for about nine names
		c.X = analysis.Keep(c.X, func(m axisMark) bool { return int(math.Round(x.low+m.At/100*(x.high-x.low)))%every == 0 })
	}
	for l := range lines {
		var line, dots strings.Builder
		begun := false
		for a, v := range values[l] {
			if math.IsNaN(v) {
				begun = false
				continue
			}
			fmt.Fprintf(&line, "%s%d %d", map[bool]string{true: "L", false: "M"}[begun], x.x(float64(a)), y.y(v))
			fmt.Fprintf(&dots, "M%d %dh0", x.x(float64(a)), y.y(v))
			begun = true
		}
		c.path("line "+s.levelClass(p, l), line.String())
		c.path("dot small "+s.levelClass(p, l), dots.String())
	}
	return c.draw()
}
