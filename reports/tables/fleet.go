package tables

import (
	"strings"

	"wavetank/reports/analysis"
)

// machines makes the table of the machines to rent. replicas makes the table of the replicas on
// them.
func (s *sheet) machines() table {
	return s.heldTable("Machines to rent: mean over time (fewest–most)", analysis.MachineScope, "machines")
}

func (s *sheet) replicas() table {
	return s.heldTable("Ready replicas: mean over time (fewest–most)", analysis.ReplicaScope, "replicas")
}

// heldTable makes a table of machines or replicas. It has a column for each scope with the prefix
// kind, unless the count is 0 for every policy.
func (s *sheet) heldTable(title, kind, metric string) table {
	t := table{title: title, head: []string{"Policy"}}
	for _, l := range s.Lines {
		t.lines = append(t.lines, []string{s.Label(l, false)})
	}
	for _, c := range s.Columns {
		name, ours := strings.CutPrefix(c.Scope, kind)
		if !ours || c.Metric != metric {
			continue
		}
		texts, used := make([]string, len(s.Lines)), false
		for i, l := range s.Lines {
			h, known := s.Counted(l.Policy, c.Scope, metric)
			if texts[i] = "–"; known {
				texts[i] = h.String()
			}
			used = used || h.Most > 0
		}
		if !used {
			continue
		}
		t.head = append(t.head, strings.Replace(name, "@", "\non ", 1))
		for i := range t.lines {
			t.lines[i] = append(t.lines[i], texts[i])
		}
	}
	return t
}
