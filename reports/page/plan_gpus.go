package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"wavetank/reports/analysis"
	"wavetank/reports/axis"
	"wavetank/reports/store"
	"wavetank/reports/wording"
)

// deviceChips makes a chip for each reference and policy.
func (s *planSheet) deviceChips() (list []legendChip) {
	for i := range s.Uses {
		u := &s.Uses[i]
		s.names, s.coloured = append(s.names, u.Name), append(s.coloured, u.Name)
		chip := legendChip{Index: i, Name: u.Name, Foresees: u.Foresees}
		if u.Foresees {
			chip.Title = strings.TrimSuffix(analysis.ForesightMeans, ".")
		}
		list = append(list, chip)
	}
	return list
}

// keeps reports whether a policy keeps every objective on average.
func keeps(u *store.UsedDevices) bool { return u.Share != nil && *u.Share >= u.Asked }

func (s *planSheet) deviceVerdict() template.HTML {
	v := struct {
		Lead, Mean string
		More       []string
		Chips      []chip
		Facts      [][2]string
	}{More: s.Counts}
	if len(s.Verdict) > 0 {
		v.Lead, v.More = s.Verdict[0], slices.Concat(s.Verdict[1:], s.Counts)
	}
	kept, policies := 0, 0
	for i := range s.Uses {
		u := &s.Uses[i]
		if !u.Reference {
			policies++
			if keeps(u) {
				kept++
			}
			continue
		}
		if i == 0 && u.Mean != nil {
			v.Mean = wording.Digits(*u.Mean, 3)
		}
		if u.Peak != nil {
			v.Facts = append(v.Facts, [2]string{[...]string{"In the highest window", "If the fleet stays the same"}[min(i, 1)], wording.Digits(*u.Peak, 3)})
		}
	}
	if kept > 0 {
		v.Chips = append(v.Chips, chip{"met", fmt.Sprintf("%d of %d policies keep every objective on average", kept, policies), "#uses"})
	}
	if policies > kept {
		v.Chips = append(v.Chips, chip{"missed", fmt.Sprintf("%d of %d miss an objective on average", policies-kept, policies), "#uses"})
	}
	v.Chips = append(v.Chips, chip{"plain", wording.Count(s.Runs, "run"), "#origin"})
	return render("plan-gpus-verdict", v)
}

// deviceCourse draws the devices over time.
func (s *planSheet) deviceCourse() template.HTML {
	steps, top, end := 0, 0.0, 0.0
	var lines []analysis.MeanSeries
	for i := range s.Uses {
		u := &s.Uses[i]
		lines = append(lines, analysis.MeanSeries{Mean: u.Means, Low: u.Lows, High: u.Highs})
		steps = max(steps, len(u.Means))
		for _, v := range u.Means {
			top = max(top, v)
		}
		if len(s.Uses) <= mostBands {
			for _, v := range u.Highs {
				top = max(top, v)
			}
		}
		for _, at := range u.Ends {
			end = max(end, at)
		}
	}
	if steps < 2 || top == 0 {
		return ""
	}
	x, y := linear(0, end), linear(0, top*1.06)
	x.most, y.most = steps, courseTall
	c := &chart{Class: "course", Title: "Rented", Unit: "devices", Height: 340, Wide: steps, Tall: courseTall, About: s.aboutDevices()}
	c.Data = template.HTMLAttr(fmt.Sprintf(` data-low="%g" data-high="%g"`, y.low, y.high))
	unit := axis.TimeFor(end, 8)
	c.mark(x, y, unit.Ticks(0, end), axis.Even(0, y.high, 6, top >= 3))
	c.path("load", area(lines[0], y))
	for i, one := range lines {
		c.path(fmt.Sprintf("band q%d", i), band(one, y))
	}
	for i := range slices.Backward(lines) { // the references are on top
		c.path(fmt.Sprintf("line q%d", i), stairs(lines[i], y))
	}
	return render("plan-course", struct {
		Chart                template.HTML
		Step, Unit           string
		Seconds, UnitSeconds float64
		Quiet                bool
	}{c.draw(), wording.Span(s.WindowSeconds), unit.Unit, end, unit.Seconds, len(lines) > mostBands})
}

// aboutDevices says in words what the picture shows.
func (s *planSheet) aboutDevices() string {
	text := "Devices over time."
	for i := range s.Uses {
		if u := &s.Uses[i]; u.Mean != nil && u.Peak != nil {
			text += fmt.Sprintf(" %s: mean %s, largest %s.", u.Name, wording.Digits(*u.Mean, 3), wording.Digits(*u.Peak, 3))
		}
	}
	return text
}

// uses has a line for each reference and policy.
func (s *planSheet) uses() template.HTML {
	t := matrix{Caption: "Devices of each policy", Head: []headCell{
		{Text: "Policy"}, {"Mean", "devices", true}, {"Highest window", "devices", true}, {"More than needed", "%", true}, {"Rent", "$/h", true}, {"In time", "%", true},
	}}
	for i := range s.Uses {
		u := &s.Uses[i]
		more := matrixCell{Text: "–"}
		if least := s.Uses[0].Mean; i > 0 && u.Mean != nil && least != nil && *least > 0 {
			percent := 100 * (*u.Mean / *least - 1)
			more = matrixCell{Text: wording.Digits(percent, 2), Value: exact(percent)}
		}
		share := shareCell(&u.PlannedShare)
		if u.Share != nil {
			share.Kind = map[bool]string{true: "met", false: "missed"}[keeps(u)]
		}
		t.Lines = append(t.Lines, matrixLine{Policies: []policyName{{i, u.Name, u.Foresees}}, Cells: []matrixCell{numberCell(u.Mean), numberCell(u.Peak), more, numberCell(u.Price), share}})
	}
	return render("plan-uses", t)
}

// windowLine is a line of the table of windows.
type windowLine struct {
	From  string
	Value string
	Cells []matrixCell
}

// windows has a line for each window, with the devices of each reference and policy.
func (s *planSheet) windows() template.HTML {
	v := struct {
		Policies []policyName
		Lines    []windowLine
		Unit     string
	}{}
	end := 0.0
	for i := range s.Uses {
		v.Policies = append(v.Policies, policyName{i, s.Uses[i].Name, s.Uses[i].Foresees})
		for _, at := range s.Uses[i].Ends {
			end = max(end, at)
		}
	}
	if len(s.Uses) == 0 || len(s.Uses[0].Ends) == 0 {
		return ""
	}
	unit := axis.TimeFor(end, 8)
	v.Unit = unit.Unit
	from := 0.0
	for w, until := range s.Uses[0].Ends {
		l := windowLine{From: wording.Digits(from/unit.Seconds, 4), Value: exact(from)}
		from = until
		for i := range s.Uses {
			u := &s.Uses[i]
			cell := matrixCell{Text: "–"}
			if w < len(u.Means) && !math.IsNaN(u.Means[w]) {
				cell = matrixCell{Text: wording.Digits(u.Means[w], 3), Value: exact(u.Means[w])}
				if u.Lows[w] != u.Highs[w] {
					cell.Small = wording.Number(u.Lows[w]) + " to " + wording.Number(u.Highs[w])
				}
			}
			l.Cells = append(l.Cells, cell)
		}
		v.Lines = append(v.Lines, l)
	}
	return render("plan-windows", v)
}
