package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/reports/analysis"
	"wavetank/reports/axis"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// rateChips makes a chip for each fleet and policy.
func (s *planSheet) rateChips() (list []legendChip) {
	for i := range s.Rates {
		c := &s.Rates[i]
		name := s.variant(c.Fleet, c.Values)
		s.names = append(s.names, name)
		if c.Policy == "" || len(s.Varied) > 0 {
			s.coloured = append(s.coloured, name)
		} else {
			s.coloured = append(s.coloured, c.Policy)
		}
		list = append(list, legendChip{Index: i, Name: name})
	}
	return list
}

// carriedCard says what the answer carries, and with what.
type carriedCard struct {
	Rate, Load string
	Models     [][2]string
	Fleet      []string
	Values     [][2]string
	Replicas   []string
	Hourly     string
	Shares     []string
}

func (s *planSheet) rateVerdict() template.HTML {
	v := struct {
		Lead  string
		More  []string
		Chips []chip
		Card  *carriedCard
	}{More: s.Counts}
	if len(s.Verdict) > 0 {
		v.Lead, v.More = s.Verdict[0], slices.Concat(s.Verdict[1:], s.Counts)
	}
	some, tries := 0, 0
	for i := range s.Rates {
		tries += len(s.Rates[i].Tries)
		if s.Rates[i].Carried >= 0 {
			some++
		}
	}
	if some > 0 {
		v.Chips = append(v.Chips, chip{"met", fmt.Sprintf("%d of %d carry some load", some, len(s.Rates)), "#carried"})
	}
	if none := len(s.Rates) - some; none > 0 {
		v.Chips = append(v.Chips, chip{"missed", fmt.Sprintf("%d of %d carry none", none, len(s.Rates)), "#carried"})
	}
	if tries > 0 {
		v.Chips = append(v.Chips, chip{"plain", wording.Count(tries, "factor") + " tried", "#factors"})
	}
	v.Chips = append(v.Chips, chip{"plain", wording.Count(s.Runs, "run"), "#origin"})
	for i := range s.Rates {
		if c := &s.Rates[i]; c.Best && c.Carried >= 0 {
			v.Card = s.carriedCard(c)
		}
	}
	return render("plan-rate-verdict", v)
}

func (s *planSheet) carriedCard(c *store.CarriedLoad) *carriedCard {
	t := &c.Tries[c.Carried]
	card := &carriedCard{Load: wording.Number(t.Load), Fleet: strings.Split(c.Fleet, ", "), Shares: t.Shares}
	if t.Rate != nil {
		card.Rate = wording.Digits(*t.Rate, 3)
	}
	for m, rate := range t.Rates {
		if len(t.Rates) > 1 {
			card.Models = append(card.Models, [2]string{s.Models[m], wording.Digits(rate, 3) + "/s"})
		}
	}
	for i, value := range c.Values {
		card.Values = append(card.Values, [2]string{s.Varied[i], value})
	}
	if c.Replicas != "" {
		card.Replicas = strings.Split(c.Replicas, ", ")
	}
	if t.Price != nil {
		card.Hourly = dollars(t.Price, 1)
	}
	return card
}

// allAsk returns the percentage that every objective of the picture asks for, or 0 if they differ.
func (s *planSheet) allAsk() (percent float64) {
	for i := range s.Rates {
		for k := range s.Rates[i].Tries {
			if t := &s.Rates[i].Tries[k]; t.Share != nil {
				if percent == 0 {
					percent = t.Asked
				}
				if t.Asked != percent {
					return 0
				}
			}
		}
	}
	return percent
}

// drawnTries returns the simulated factors of a fleet or policy with a load. Those after the first
// one at the lower edge are left out, unless a later one is above it.
func drawnTries(c *store.CarriedLoad) (list []int) {
	last := 0
	for k := range c.Tries {
		if t := &c.Tries[k]; t.Share != nil && t.Rate != nil && *t.Rate > 0 {
			if list = append(list, k); *t.Share-t.Asked >= lowestPoint {
				last = len(list)
			}
		}
	}
	return list[:min(len(list), last+1)]
}

// rates draws the share in time of each fleet and policy against the requests per second.
func (s *planSheet) rates() template.HTML {
	asked := s.allAsk()
	x0, x1, y0, y1 := math.Inf(1), 0.0, 0.0, 0.0
	points := 0
	for i := range s.Rates {
		for _, k := range drawnTries(&s.Rates[i]) {
			t := &s.Rates[i].Tries[k]
			margin := max(*t.Share-t.Asked, lowestPoint)
			x0, x1, y0, y1 = min(x0, *t.Rate), max(x1, *t.Rate), min(y0, margin), max(y1, margin)
			points++
		}
	}
	if points < 2 {
		return ""
	}
	x := logarithmic(x0/1.08, x1*1.08)
	room := max(0.3, 0.08*(y1-y0))
	y := linear(asked+y0-room, asked+y1+room)
	label := "Points above the objective that is kept least surely"
	if asked > 0 {
		y = linear(asked+y0-room, min(asked+y1+room, 100+0.04*(y1-y0)))
		label = "In time, objective kept least surely (%)"
	}
	c := &chart{Class: "scatter", Height: 400, XLabel: "Requests per second, logarithmic", YLabel: label, About: s.aboutRates()}
	c.mark(x, y, axis.Log(x.low, x.high, 9, true), analysis.Keep(axis.Even(y.low, y.high, 6, false), func(t axis.Tick) bool { return asked == 0 || t.Value <= 100 }))
	c.path("goal", fmt.Sprintf("M0 %dH%d", y.y(asked), wide))
	text := "objective"
	if asked > 0 {
		text += " " + wording.Number(asked) + " %"
	}
	c.Labels = append(c.Labels, pointLabel{X: 100, Y: 100 * y.to(asked), Index: -1, Class: "goaltext", Text: text})
	for i := range s.Rates {
		s.rateCurve(c, i, x, y, asked)
	}
	return render("plan-rates", c.draw())
}

// rateCurve draws a fleet or policy: its line, and a point for each factor.
func (s *planSheet) rateCurve(c *chart, i int, x, y scale, asked float64) {
	var line, whiskers, dots strings.Builder
	one := &s.Rates[i]
	for n, k := range drawnTries(one) {
		t := &one.Tries[k]
		level := asked + max(*t.Share-t.Asked, lowestPoint)
		px, py := x.x(*t.Rate), y.y(level)
		fmt.Fprintf(&line, "%c%d %d", "ML"[min(n, 1)], px, py)
		if t.Low != nil && t.High != nil && *t.Share-t.Asked >= lowestPoint {
			low, high := max(asked+*t.Low-t.Asked, y.low), min(asked+*t.High-t.Asked, y.high)
			fmt.Fprintf(&whiskers, "M%d %dV%d", px, y.y(low), y.y(high))
		}
		class := "dot ring"
		switch {
		case k == one.Carried:
			class = "dot answer"
		case t.Finding == "kept":
			class = "dot small"
		}
		title := fmt.Sprintf("%s: %s requests/s, %s times the arrivals, %s: %s", s.names[i], wording.Digits(*t.Rate, 3), wording.Number(t.Load), t.Finding, t.Why)
		fmt.Fprintf(&dots, `<path class="%s q%d" d="M%d %dh0"><title>%s</title></path>`, class, i, px, py, template.HTMLEscapeString(title))
		if class == "dot ring" {
			fmt.Fprintf(&dots, `<path class="hole q%d" d="M%d %dh0"/>`, i, px, py)
		}
		if one.Best && k == one.Carried {
			c.Labels = append(c.Labels, placed([]spot{{index: i, name: s.names[i], x: compare.Interval{Mean: *t.Rate}, y: compare.Interval{Mean: level}}}, x, y, float64(c.Height))...)
		}
	}
	c.path(fmt.Sprintf("whisker faint q%d", i), whiskers.String())
	c.path(fmt.Sprintf("line q%d", i), line.String())
	c.shapes.WriteString(dots.String())
}

// aboutRates says in words what the picture shows.
func (s *planSheet) aboutRates() string {
	text := "Requests in time against requests per second."
	for i := range s.Rates {
		if c := &s.Rates[i]; c.Carried >= 0 && c.Tries[c.Carried].Rate != nil {
			text += fmt.Sprintf(" %s carries %s requests/s.", s.names[i], wording.Digits(*c.Tries[c.Carried].Rate, 3))
		}
	}
	return text
}

// carriedLine is a line of the table of fleets and policies.
type carriedLine struct {
	policyName
	Values                             []string
	Best                               bool
	Load, Rate, Price, InTime, Exceeds matrixCell
	Runs                               int
	Finding, Class, Why                string
}

func (s *planSheet) carried() template.HTML {
	v := struct {
		Varied []string
		Lines  []carriedLine
	}{Varied: s.Varied}
	for i := range s.Rates {
		c := &s.Rates[i]
		l := carriedLine{policyName: policyName{Index: i, Name: c.Fleet}, Values: c.Values, Best: c.Best, Finding: c.Finding, Class: classOf(c.Finding), Why: c.Why}
		l.Load, l.Rate, l.Price, l.InTime, l.Exceeds = matrixCell{Text: "–"}, matrixCell{Text: "–"}, matrixCell{Text: "–"}, matrixCell{Text: "–"}, matrixCell{Text: "–"}
		for k := range c.Tries {
			t := &c.Tries[k]
			l.Runs += t.Runs
			if k == c.Carried {
				l.Load, l.Rate, l.Price, l.InTime = factorCell(t.Load), numberCell(t.Rate), numberCell(t.Price), shareCell(&t.PlannedShare)
			}
			if k == c.Exceeded {
				l.Exceeds, l.Why = factorCell(t.Load), t.Why
			}
		}
		v.Lines = append(v.Lines, l)
	}
	return render("plan-carried", v)
}

func factorCell(load float64) matrixCell {
	return matrixCell{Text: wording.Digits(load, 3) + " ×", Value: exact(load)}
}

func numberCell(v *float64) matrixCell {
	if v == nil {
		return matrixCell{Text: "–"}
	}
	return matrixCell{Text: wording.Digits(*v, 3), Value: exact(*v)}
}

// triedLine is a line of the table of factors.
type triedLine struct {
	policyName
	Values              []string
	Load, Rate, InTime  matrixCell
	Runs                int
	Finding, Class, Why string
}

// factors shows every factor that was tried, by fleet or policy.
func (s *planSheet) factors() template.HTML {
	v := struct {
		Varied []string
		Lines  []triedLine
	}{Varied: s.Varied}
	for i := range s.Rates {
		c := &s.Rates[i]
		for k := range c.Tries {
			t := &c.Tries[k]
			l := triedLine{policyName{Index: i, Name: c.Fleet}, c.Values, factorCell(t.Load), numberCell(t.Rate), shareCell(&t.PlannedShare), t.Runs, t.Finding, classOf(t.Finding), t.Why}
			switch k {
			case c.Carried:
				l.Load.Small = "carried"
			case c.Exceeded:
				l.Load.Small = "exceeded"
			}
			v.Lines = append(v.Lines, l)
		}
	}
	if len(v.Lines) == 0 {
		return ""
	}
	return render("plan-factors", v)
}
