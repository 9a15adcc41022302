package reports

import (
	"fmt"
	"math"
	"strings"
)

// held is how many machines or replicas a policy had at a time: the least and the most in any
// replication, and the mean over time and replications.
type held struct{ least, mean, most float64 }

// String prints "3.2 (2–5)", or one number where it never changed.
func (h held) String() string {
	if h.least == h.most {
		return number(h.least)
	}
	return fmt.Sprintf("%s (%s–%s)", h.average(), number(h.least), number(h.most))
}

func (h held) average() string { return fixed(h.mean, max(0, min(2, decimalsFor(h.mean, 2)))) }

// counted folds the rows of one scope, such as machines_min, machines and machines_max.
func (s *study) counted(policy, scope, metric string) (h held, known bool) {
	h.least, h.most = math.Inf(1), math.Inf(-1)
	n := 0.0
	for _, r := range s.Rows {
		if r.Policy != policy || r.Scope != scope {
			continue
		}
		switch r.Metric {
		case metric + "_min":
			h.least = min(h.least, r.Value)
		case metric + "_max":
			h.most = max(h.most, r.Value)
		case metric:
			h.mean += r.Value
			n++
		}
	}
	h.mean /= n
	return h, n > 0 && !math.IsInf(h.least, 0) && !math.IsInf(h.most, 0)
}

// The scopes of machines and replicas, ahead of "TYPE" and "MODEL@TYPE".
const (
	machineScope = "machine:"
	replicaScope = "replica:"
)

// machines makes the table of the machines to rent, replicas that of the replicas on them.
func (s *study) machines() table {
	return s.heldTable("Machines to rent: mean over time (fewest–most)", machineScope, "machines")
}

func (s *study) replicas() table {
	return s.heldTable("Ready replicas: mean over time (fewest–most)", replicaScope, "replicas")
}

// heldTable has a column for each scope of a kind in which some policy had something.
func (s *study) heldTable(title, kind, metric string) table {
	t := table{title: title, head: []string{"Policy"}}
	for _, l := range s.lines {
		t.lines = append(t.lines, []string{s.label(l, false)})
	}
	for _, c := range s.columns {
		name, ours := strings.CutPrefix(c.scope, kind)
		if !ours || c.metric != metric {
			continue
		}
		texts, used := make([]string, len(s.lines)), false
		for i, l := range s.lines {
			h, known := s.counted(l.policy, c.scope, metric)
			if texts[i] = "–"; known {
				texts[i] = h.String()
			}
			used = used || h.most > 0
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

// rent says which machines a policy takes: "2 to 5 aws/g4dn.xlarge (mean 3.2) and 1 aws/g6.xlarge".
// It is "" where no rows tell it.
func (s *study) rent(policy string, quote func(string) string) string {
	var parts []string
	for _, c := range s.columns {
		name, ours := strings.CutPrefix(c.scope, machineScope)
		h, known := s.counted(policy, c.scope, "machines")
		if !ours || c.metric != "machines" || !known || h.most <= 0 {
			continue
		}
		name = quote(name)
		text := number(h.least) + " " + name
		if h.least != h.most {
			text = fmt.Sprintf("%s to %s %s (mean %s)", number(h.least), number(h.most), name, h.average())
		}
		parts = append(parts, text)
	}
	return list(parts)
}
