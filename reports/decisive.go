package reports

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
)

// tail is a time that objectives bound, and the metric that tells how late the late ones are.
type tail struct {
	title, metric string
	bound         func(rows.Objective) float64 // seconds; 0: none
}

var tails = []tail{
	{"Latency", "latency", func(o rows.Objective) float64 { return o.Latency }},
	{"TTFT", "ttft", func(o rows.Objective) float64 { return o.FirstToken }},
	{"TPOT", "tpot", func(o rows.Objective) float64 { return o.PerToken }},
}

// percentile returns the measured percentile by which an objective is read. It is the least that is
// no lower than the share of the objective, or else the highest.
func percentile(o rows.Objective) string {
	for _, p := range []struct {
		share float64
		name  string
	}{{50, "p50"}, {90, "p90"}, {95, "p95"}} {
		if o.Percent <= p.share {
			return p.name
		}
	}
	return "p99"
}

// judged lists the objectives that have verdicts.
func (s *study) judged() []rows.Objective {
	return keep(s.Manifest.Objectives, func(o rows.Objective) bool { return o.Percent > 0 })
}

// objectives says in a sentence what the requests are held to; "" where nothing is known.
func (s *study) objectives() string {
	var names []string
	for _, o := range s.judged() {
		text := fmt.Sprintf("%s %s %% in time", o.Name, number(o.Percent))
		if o.About != "" {
			text += " (" + o.About + ")"
		}
		names = append(names, text)
	}
	if len(names) == 0 {
		return ""
	}
	return verb(names, "Objective: ", "Objectives: ") + strings.Join(names, "; ") + "."
}

// indent is before the names of what belongs to the line above.
const indent = "  "

// decisive makes the table of what decides. Each policy has a line with its cost and machines.
// Where there are several objectives, a line for each of them stands below it. Without objectives
// the table has what a reader compares first.
func (s *study) decisive() table {
	judged := s.judged()
	if len(s.standings) == 0 {
		return s.values("Overview", s.overall(s.key()))
	}
	t := table{title: "What decides", head: []string{"Policy", "Verdict", "In time\n(%)"}}
	if len(judged) > 1 {
		t.head[0] = "Policy,\nobjective"
	}
	asked := common(judged, func(o rows.Objective) string { return number(o.Percent) })
	if asked != "" {
		t.head[2] = "In time (%)\n" + asked + " asked"
	}
	var shown []tail
	for _, one := range tails {
		bounded := keep(judged, func(o rows.Objective) bool { return one.bound(o) > 0 })
		if len(bounded) == 0 {
			continue
		}
		shown = append(shown, one)
		t.head = append(t.head, strings.TrimSuffix(one.title+"\n"+common(bounded, percentile), "\n"))
	}
	heads := t.head[3:]
	t.head = append(t.head, "$/h", "Machines")
	for _, l := range s.lines {
		name, standing := s.label(l, false), s.standing(l.policy)
		rented := []string{s.figure(l.policy, "cost_rate"), s.figure(l.policy, "machines")}
		if len(judged) == 1 {
			t.lines = append(t.lines, slices.Concat([]string{name}, s.verdictCells(standing.Verdicts[0], asked, shown, heads), rented))
			continue
		}
		between := make([]string, 1+len(heads)) // what is of each objective
		t.lines = append(t.lines, slices.Concat([]string{name, standing.Outcome.String()}, between, rented))
		for _, v := range standing.Verdicts {
			t.lines = append(t.lines, slices.Concat([]string{indent + v.Name}, s.verdictCells(v, asked, shown, heads), []string{"", ""}))
		}
	}
	s.annotate(&t, judged)
	if n := s.replications(); n > 1 {
		t.plain = append(t.plain, fmt.Sprintf("In time: mean [95 %% interval over %d replications]. Met: the lower end is at least what is asked; not met: the upper end is below it.", n))
	}
	if slices.ContainsFunc(s.policies, s.foresees) && !s.decision.Oracular {
		t.plain = append(t.plain, foresightMeans)
	}
	return t
}

// verdictCells are the cells of a verdict, from the outcome up to the tails.
func (s *study) verdictCells(v compare.Verdict, asked string, shown []tail, heads []string) []string {
	share := shareText(v)
	if asked == "" {
		share += " of " + number(v.Percent)
	}
	cells := []string{v.Outcome.String(), share}
	for i, one := range shown {
		text := ""
		if one.bound(v.Objective) > 0 {
			text = "–"
			if c := s.at(v.Policy, column{v.Scope, one.metric + "_" + percentile(v.Objective)}); c != nil {
				text = rough(c.Unit, c.Value)
			}
			if !strings.Contains(heads[i], "\n") {
				text = percentile(v.Objective) + " " + text
			}
		}
		cells = append(cells, text)
	}
	return cells
}

// figure prints one metric over the whole fleet with as many digits as are sure.
func (s *study) figure(policy, metric string) string {
	c := s.at(policy, column{everything, metric})
	if c == nil {
		return "–"
	}
	return rough("1", c.Value)
}

// common returns what all objectives have in common, "" where they differ.
func common(list []rows.Objective, of func(rows.Objective) string) string {
	for _, o := range list {
		if of(o) != of(list[0]) {
			return ""
		}
	}
	return of(list[0])
}
