package reports

import (
	"fmt"
	"slices"
	"strings"

	"wavetank/metrics"
)

// tail is a time that objectives bound, and the metric that tells how late the late ones are.
type tail struct {
	title, metric string
	bound         func(metrics.Objective) float64 // seconds; 0: none
}

var tails = []tail{
	{"Latency", "latency", func(o metrics.Objective) float64 { return o.Latency }},
	{"TTFT", "ttft", func(o metrics.Objective) float64 { return o.FirstToken }},
	{"TPOT", "tpot", func(o metrics.Objective) float64 { return o.PerToken }},
}

// percentile returns the measured percentile by which an objective is read: the least that is no lower than its
// share, or the highest.
func percentile(o metrics.Objective) string {
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
func (s *study) judged() []metrics.Objective {
	return keep(s.Manifest.Objectives, func(o metrics.Objective) bool { return o.Percent > 0 })
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

// decisive makes the table of what decides: a line for each policy and objective, with the cost and the machines of
// the policy in its first line. Without objectives it has what a reader compares first.
func (s *study) decisive() table {
	judged := s.judged()
	if len(s.standings) == 0 {
		return s.values("Overview", s.overall(s.key()))
	}
	t := table{title: "What decides", keys: 2, head: []string{"Policy", "Objective", "Verdict", "In time\n(%)"}}
	asked := common(judged, func(o metrics.Objective) string { return number(o.Percent) })
	if asked != "" {
		t.head[3] = "In time (%)\n" + asked + " asked"
	}
	var shown []tail
	for _, one := range tails {
		bounded := keep(judged, func(o metrics.Objective) bool { return one.bound(o) > 0 })
		if len(bounded) == 0 {
			continue
		}
		shown = append(shown, one)
		t.head = append(t.head, strings.TrimSuffix(one.title+"\n"+common(bounded, percentile), "\n"))
	}
	t.head = append(t.head, "$/h", "Machines")
	for _, l := range s.lines {
		for i, o := range judged {
			cells := s.verdictCells(l, o, asked, shown, t.head[4:])
			if i == 0 {
				cells = append(cells, s.figure(l.policy, "cost_rate"), s.figure(l.policy, "machines"))
			} else {
				cells[0] = ""
				cells = append(cells, "", "")
			}
			t.lines = append(t.lines, cells)
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

// verdictCells are the cells of one policy and objective, up to the tails.
func (s *study) verdictCells(l line, o metrics.Objective, asked string, shown []tail, heads []string) []string {
	standing := s.standing(l.policy)
	at := slices.IndexFunc(standing.Verdicts, func(v metrics.Verdict) bool { return v.Scope == o.Scope })
	v := standing.Verdicts[at]
	share := shareText(v)
	if asked == "" {
		share += " of " + number(o.Percent)
	}
	cells := []string{s.label(l, false), o.Name, v.Outcome.String(), share}
	for i, one := range shown {
		text := ""
		if one.bound(o) > 0 {
			text = "–"
			if c := s.at(l.policy, column{o.Scope, one.metric + "_" + percentile(o)}); c != nil {
				text = rough(c.Unit, c.Value)
			}
			if !strings.Contains(heads[i], "\n") {
				text = percentile(o) + " " + text
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
func common(list []metrics.Objective, of func(metrics.Objective) string) string {
	for _, o := range list {
		if of(o) != of(list[0]) {
			return ""
		}
	}
	return of(list[0])
}

// indent is before the names of what belongs to the line above.
const indent = "  "

// merged makes one key of two: where a policy has several lines, they stand below one with its name.
func (t table) merged() table {
	if t.keys != 2 {
		return t
	}
	several := slices.ContainsFunc(t.lines, func(line []string) bool { return line[0] == "" })
	m := t
	m.keys, m.lines = 1, nil
	m.head = slices.Concat([]string{t.head[0]}, t.head[2:])
	if several {
		m.head[0] = "Policy,\nobjective"
	}
	tail := len(t.head) - 2 // what is of the policy, not of the objective
	for i, line := range t.lines {
		if !several {
			m.lines = append(m.lines, slices.Concat(line[:1], line[2:]))
			continue
		}
		if line[0] != "" {
			whole := make([]string, len(m.head))
			whole[0], whole[1] = line[0], overallOutcome(t.lines[i:])
			copy(whole[len(whole)-2:], line[tail:])
			m.lines = append(m.lines, whole)
		}
		m.lines = append(m.lines, slices.Concat([]string{indent + line[1]}, line[2:tail], []string{"", ""}))
	}
	return m
}

// overallOutcome is the verdict over the lines of the first policy.
func overallOutcome(lines [][]string) string {
	overall := metrics.Met
	for i, line := range lines {
		if i > 0 && line[0] != "" {
			break
		}
		switch line[2] {
		case metrics.NotMet.String():
			return line[2]
		case metrics.NotShown.String():
			overall = metrics.NotShown
		}
	}
	return overall.String()
}
