package tables

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// indent begins the name of a line that belongs to the line above.
const indent = "  "

// decisive makes the table "What decides". Each policy has a line with its verdict, cost and
// machines. With several objectives, a line for each objective follows below the line of the
// policy. Without objectives, the table has the main metrics instead (analysis.Key).
func (s *sheet) decisive() table {
	judged := s.Judged()
	if len(s.Standings) == 0 {
		return s.values("Overview", s.Overall(s.Key()))
	}
	t := table{title: "What decides", head: []string{"Policy", "Verdict", "In time\n(%)"}}
	if len(judged) > 1 {
		t.head[0] = "Policy,\nobjective"
	}
	asked := common(judged, func(o rows.Objective) string { return wording.Number(o.Percent) })
	if asked != "" {
		t.head[2] = "In time (%)\n" + asked + " asked"
	}
	var shown []analysis.Tail
	for _, one := range analysis.Tails {
		bounded := analysis.Keep(judged, func(o rows.Objective) bool { return one.Bound(o) > 0 })
		if len(bounded) == 0 {
			continue
		}
		shown = append(shown, one)
		t.head = append(t.head, strings.TrimSuffix(one.Title+"\n"+common(bounded, analysis.Percentile), "\n"))
	}
	heads, whole := t.head[3:], s.wholeColumns()
	for _, c := range whole {
		t.head = append(t.head, c.head)
	}
	for _, l := range s.Lines {
		name, standing := s.Label(l, false), s.Standing(l.Policy)
		rented := make([]string, len(whole))
		for i, c := range whole {
			rented[i] = c.cell(l.Policy)
		}
		if len(judged) == 1 {
			t.lines = append(t.lines, slices.Concat([]string{name}, s.verdictCells(standing.Verdicts[0], asked, shown, heads), rented))
			continue
		}
		between := make([]string, 1+len(heads)) // cells that the lines of objectives fill
		t.lines = append(t.lines, slices.Concat([]string{name, standing.Finding.String()}, between, rented))
		for _, v := range standing.Verdicts {
			rest := make([]string, len(rented))
			if s.HasAccuracy(rows.All) && v.Scope != rows.All {
				rest[0] = s.Accuracy(l.Policy, v.Scope)
			}
			t.lines = append(t.lines, slices.Concat([]string{indent + v.Name}, s.verdictCells(v, asked, shown, heads), rest))
		}
	}
	s.annotate(&t, judged)
	if n := s.Replications(); n > 1 {
		t.plain = append(t.plain, fmt.Sprintf("In time: mean [95 %% interval over %d replications]. Met: the lower end is at least what is asked; not met: the upper end is below it.", n))
	}
	if s.Budgeted() {
		t.plain = append(t.plain, fmt.Sprintf("Over budget: share of the time in which the rent of all machines is above %s $/h, and the most by which it is.", wording.Number(s.Manifest.Budget)))
	}
	if slices.ContainsFunc(s.Policies, s.Foresees) && !s.Decision.Oracular {
		t.plain = append(t.plain, analysis.ForesightMeans)
	}
	return t
}

// wholeColumn is a column of the decisive table with one value for each policy, not for each
// objective.
type wholeColumn struct {
	head string
	cell func(policy string) string
}

// wholeColumns returns the columns to the right of the verdicts. Accuracy is the first, if answers
// may differ in it.
func (s *sheet) wholeColumns() (list []wholeColumn) {
	if s.HasAccuracy(rows.All) {
		list = append(list, wholeColumn{"Accuracy\n(%)", func(policy string) string { return s.Accuracy(policy, rows.All) }})
	}
	list = append(list, wholeColumn{"$/h", func(policy string) string { return s.figure(policy, "cost_rate") }})
	if s.Budgeted() {
		list = append(list, wholeColumn{"Over budget\n(time, $/h)", s.overBudget})
	}
	list = append(list, wholeColumn{"Machines", func(policy string) string { return s.figure(policy, "machines") }})
	if slices.ContainsFunc(s.Lines, func(l analysis.Line) bool { return s.gap(l.Policy) != "" }) {
		list = append(list, wholeColumn{"Gap to\n" + s.GapTo() + " (%)", s.gap})
	}
	return list
}

// verdictCells returns the cells of a verdict: the finding, the share in time, and the percentiles
// of tails.
func (s *sheet) verdictCells(v compare.Verdict, asked string, shown []analysis.Tail, heads []string) []string {
	share := wording.Share(v)
	if asked == "" {
		share += " of " + wording.Number(v.Percent)
	}
	cells := []string{v.Finding.String(), share}
	for i, one := range shown {
		text := ""
		if one.Bound(v.Objective) > 0 {
			text = s.TailText(one, v)
			if !strings.Contains(heads[i], "\n") {
				text = analysis.Percentile(v.Objective) + " " + text
			}
		}
		cells = append(cells, text)
	}
	return cells
}

// figure prints one metric of the whole fleet, with its certain digits.
func (s *sheet) figure(policy, metric string) string {
	c := s.At(policy, analysis.Column{Scope: rows.All, Metric: metric})
	if c == nil {
		return "–"
	}
	return wording.Rough("1", c.Value)
}

// overBudget prints the share of the time in which the rent was above the budget, and the largest
// excess.
func (s *sheet) overBudget(policy string) string {
	share, most := s.Excess(policy)
	if share == "" {
		return "no"
	}
	return share + ", " + strings.TrimSuffix(most, wording.Unbroken+"$/h")
}

// gap prints the gap of a policy in percent, or "" if it is unknown.
func (s *sheet) gap(policy string) string {
	gap, told := s.Gap(policy)
	if !told {
		return ""
	}
	return gapPercent(gap)
}

// gapPercent prints a gap in percent. A gap above 999 % says only that the load needs a small part
// of one machine.
func gapPercent(gap float64) string {
	if gap > 9.99 {
		return "> 999"
	}
	return fmt.Sprintf("%+.0f", 100*gap)
}

// common returns the value of all objectives if it is the same for all, otherwise "".
func common(list []rows.Objective, of func(rows.Objective) string) string {
	for _, o := range list {
		if of(o) != of(list[0]) {
			return ""
		}
	}
	return of(list[0])
}
