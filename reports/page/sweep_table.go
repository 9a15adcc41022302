package page

import (
	"fmt"
	"html/template"
	"slices"

	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// pointTable is a table with a line for each point of a sweep, and a column for each varied path.
type pointTable struct {
	Caption       string
	Factors       []pointColumn
	Price, InTime string // the titles of the two columns of numbers
	Lines         []pointLine
}

// pointColumn is a varied path. Choices are its values, if a reader may choose one.
type pointColumn struct {
	Place   int // of the column in the table, from 0
	Name    string
	Path    string
	Choices []string
}

// pointLine is a point.
type pointLine struct {
	Policy        policyName
	Values        []pointCell
	Price, InTime matrixCell
	Finding, Kind string
	Letter        string // on the frontier
}

// pointCell is a value of a varied path. Number is what the column is sorted by, if its values are
// numbers of one unit.
type pointCell struct{ Text, Number string }

// mostListed is the largest number of points in the table. More would make the page slow.
const mostListed = 1000

// mostChoices is the largest number of values among which a reader may choose.
const mostChoices = 40

func (s *sweepSheet) table() template.HTML {
	list := s.ranked
	note := "The best points come first: those that are shown to keep every objective, the cheapest first; then those that may, then those that do not, by how much they miss. Mean [95 % interval over the replications]."
	if len(list) > mostListed {
		note += fmt.Sprintf(" The first %d of %d points are listed; settings.csv has all.", mostListed, len(list))
		list = list[:mostListed]
	}
	return render("sweep-points", struct {
		Note  string
		Table pointTable
	}{note, s.pointTable("Every point, the best first", list)})
}

// pointTable lists points.
func (s *sweepSheet) pointTable(caption string, points []int) pointTable {
	t := pointTable{Caption: caption, Price: s.Price.Title(), InTime: s.InTime.Title()}
	settings := s.Manifest.Sweep.Settings
	numeric := make([]bool, len(s.Manifest.Sweep.Varied))
	for f, path := range s.Manifest.Sweep.Varied {
		c := pointColumn{Place: f + 1, Name: s.Factors[f].Short, Path: path}
		unit := ""
		numeric[f] = true
		for n, i := range points {
			value := settings[s.Points[i].Setting].Values[f]
			if !slices.Contains(c.Choices, value) && len(c.Choices) <= mostChoices {
				c.Choices = append(c.Choices, value)
			}
			_, of, ok := analysis.NumberOf(value)
			numeric[f] = numeric[f] && ok && (n == 0 || of == unit)
			unit = of
		}
		if len(c.Choices) < 2 || len(c.Choices) > mostChoices {
			c.Choices = nil
		}
		t.Factors = append(t.Factors, c)
	}
	for _, i := range points {
		p := &s.Points[i]
		l := pointLine{Policy: s.named(p), Finding: p.Finding(), Kind: kindOfPoint(p), Price: s.cell(&s.Price, i), InTime: s.cell(&s.InTime, i)}
		for f, value := range settings[p.Setting].Values {
			c := pointCell{Text: value}
			if v, _, _ := analysis.NumberOf(value); numeric[f] {
				c.Number = exact(v)
			}
			l.Values = append(l.Values, c)
		}
		if at := slices.Index(s.frontier, i); at >= 0 {
			l.Letter = analysis.Letter(at)
		}
		t.Lines = append(t.Lines, l)
	}
	return t
}

// cell prints a metric of a point: the mean, and below it the interval.
func (s *sweepSheet) cell(m *analysis.SweptMetric, i int) matrixCell {
	v := m.Of[i]
	c := matrixCell{Text: m.Number(v), Value: exact(v.Mean)}
	if v.Defined() && v.Half() > 0 {
		c.Small = m.Spread(v)
	}
	return c
}

// effectLine is a factor in the table of effects.
type effectLine struct {
	Factor, Path              string
	Bar                       template.HTML
	Lowest, At                string
	Highest, Above            string
	Between, BetweenValue     string
	LowestValue, HighestValue string
}

// effectTable shows how much each factor changes a metric.
type effectTable struct {
	Title     string
	Low, High string // ends of the axis
	Lines     []effectLine
}

// effects shows how much each factor alone changes each metric.
func (s *sweepSheet) effects() template.HTML {
	var list []effectTable
	for _, m := range s.metrics {
		if t := s.effectTable(m); len(t.Lines) > 0 {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return render("sweep-effects", list)
}

func (s *sweepSheet) effectTable(m *analysis.SweptMetric) effectTable {
	t := effectTable{Title: m.Title()}
	effects := s.Effects(m)
	if len(effects) == 0 {
		return t
	}
	middle := m.At(s.Sweep, func(*analysis.SweepPoint) bool { return true })
	low, high := middle, middle
	for _, e := range effects {
		low, high = min(low, e.Means[e.Low]), max(high, e.Means[e.High])
	}
	x := roomy(low, high, low)
	decimals := wording.Decimals(max(high, high-low), 3)
	t.Low, t.High = wording.Fixed(low, decimals), wording.Fixed(high, decimals)
	for _, e := range effects {
		f := s.Factors[e.Factor]
		at := func(v float64) int { return int(stripWide*x.to(v) + 0.5) }
		bar := fmt.Sprintf(`<svg class=s viewBox="0 0 250 24" preserveAspectRatio=none aria-hidden=true><path class=effect d="M%d 12H%d"/><path class=m d="M%d 3v18"/></svg>`, at(e.Means[e.Low]), at(e.Means[e.High]), at(middle))
		l := effectLine{Factor: f.Short, Path: f.Name, Bar: template.HTML(bar), Lowest: wording.Fixed(e.Means[e.Low], decimals), At: f.Levels[e.Low],
			Highest: wording.Fixed(e.Means[e.High], decimals), Above: f.Levels[e.High], Between: wording.Fixed(e.Between, decimals),
			LowestValue: exact(e.Means[e.Low]), HighestValue: exact(e.Means[e.High]), BetweenValue: exact(e.Between)}
		if e.Low == e.High {
			l.At, l.Above = "every level", "every level"
		}
		t.Lines = append(t.Lines, l)
	}
	return t
}
