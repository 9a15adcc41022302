package across

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/wording"
)

// Confused reports whether several settings differ between two sides, so that no result can be
// ascribed to one of them.
func (m *Match) Confused() bool { return len(m.several()) > 0 }

// Confounds says what the differences of the scenarios mean for the comparison: nothing differs,
// one thing does, or several do, so that no result can be ascribed to one of them.
func (m *Match) Confounds() []string {
	several, things := m.several(), m.things()
	switch {
	case len(several) > 0:
		return []string{fmt.Sprintf("More than one setting differs between %s: no result can be ascribed to one of them alone.", wording.List(several))}
	case len(things) == 1:
		return []string{fmt.Sprintf("One setting differs: %s. What is shown is its effect.", things[0])}
	case len(things) > 1:
		return []string{"In each comparison of two policies one setting differs. What is shown is its effect."}
	}
	return []string{"The settings are the same."}
}

// several lists the pairs of sides between which more than one setting differs.
func (m *Match) several() (list []string) {
	for _, pair := range m.Pairs() {
		n := 0
		for _, e := range m.Entries {
			if e.places[pair[0]] != nil && e.places[pair[1]] != nil {
				n = max(n, len(m.between(e, pair)))
			}
		}
		if n > 1 {
			list = append(list, fmt.Sprintf("%s and %s (%d)", m.Sides[pair[0]].Name, m.Sides[pair[1]].Name, n))
		}
	}
	return list
}

// things lists the settings that differ, apart from those of chance.
func (m *Match) things() (list []string) {
	for _, d := range m.Differences {
		if !d.Sampling && !slices.Contains(list, d.Path) {
			list = append(list, d.Path)
		}
	}
	return list
}

// between lists the settings in which an entry differs between two sides, apart from those of
// chance.
func (m *Match) between(e Entry, pair [2]int) (list []string) {
	for _, d := range m.Differences {
		of := d.Scenario == e.Scenario && (d.Policy == "" || d.Policy == e.Policy)
		if of && !d.Sampling && d.Values[pair[0]] != d.Values[pair[1]] {
			list = append(list, d.Path)
		}
	}
	return list
}

// Pairing says how a quantity is compared: paired or unpaired, and by how many replications.
func (m *Match) Pairing(f *Family) string {
	paired, all := f.Requests()
	switch {
	case all == 0:
		return ""
	case paired == all:
		return "Paired: replications with the same number have the same requests."
	case paired == 0:
		return "Unpaired: the requests are not the same (Welch's t)."
	}
	return fmt.Sprintf("%d of %d comparisons are paired, because their replications have the same requests. The others are unpaired (Welch's t).", paired, all)
}

// Verdicts says in sentences what is shown about a quantity: one sentence for each pair of sides.
func (m *Match) Verdicts(f *Family, title string) (list []string) {
	for k, pair := range m.Pairs() {
		groups := map[string][]string{}
		for e, line := range f.Contrasts {
			if line[k] != nil {
				kind := m.kind(line[k])
				groups[kind] = append(groups[kind], m.Entries[e].Label())
			}
		}
		var parts []string
		for _, kind := range []string{better, worse, differs, tinyBetter, tinyWorse, tinyDiffers, same, open, unequalWork, unknown} {
			names := groups[kind]
			switch {
			case len(names) == 0:
				continue
			case len(m.Entries) == 1:
				parts = append(parts, m.said(kind))
			default:
				parts = append(parts, m.said(kind)+" for "+wording.List(names))
			}
		}
		list = append(list, fmt.Sprintf("%s, %s against %s: %s.", title, m.Sides[pair[1]].Name, m.Sides[pair[0]].Name, strings.Join(parts, "; ")))
	}
	return list
}

// The kinds of results of a contrast.
const (
	better      = "better"
	worse       = "worse"
	differs     = "different"
	tinyBetter  = "better, but the same"
	tinyWorse   = "worse, but the same"
	tinyDiffers = "different, but the same"
	same        = "the same"
	open        = "nothing shown"
	unequalWork = "unequal work"
	unknown     = "not compared"
)

// Told returns the kind of the result of a contrast for a page ("better", "worse", "different",
// "same", "open" or "unknown"), and the result in words.
func (m *Match) Told(c *compare.Contrast) (kind, words string) {
	words = m.kind(c)
	switch words {
	case same, tinyBetter, tinyWorse, tinyDiffers:
		kind = "same"
	case open:
		kind = "open"
	case unequalWork, unknown:
		kind = "unknown"
	default:
		kind = words
	}
	return kind, m.said(words)
}

func (m *Match) kind(c *compare.Contrast) string {
	switch kinds := map[compare.Mark][2]string{
		compare.Better: {better, tinyBetter}, compare.Worse: {worse, tinyWorse}, compare.Differs: {differs, tinyDiffers},
	}[c.Mark]; {
	case !c.Difference.Defined():
		return unknown
	case c.Mark == compare.Unequal:
		return unequalWork
	case c.Mark != compare.Unmarked && c.Same:
		return kinds[1]
	case c.Mark != compare.Unmarked:
		return kinds[0]
	case c.Same:
		return same
	}
	return open
}

// said writes the kind of a result, with the margin where it belongs to it.
func (m *Match) said(kind string) string {
	if strings.HasSuffix(kind, same) {
		return kind + " within " + m.MarginText()
	}
	return kind
}

// MarginText writes the margin in percent.
func (m *Match) MarginText() string {
	return wording.Number(math.Round(1e6*m.Margin)/1e4) + " %"
}

// Title names a metric with its scope, unless the scope is that of all requests.
func Title(q compare.Quantity) string {
	title := rows.Describe(q.Metric).Title
	if strings.HasPrefix(q.Metric, "latency_p") {
		title = "Latency " + title
	}
	if q.Scope != rows.All {
		title += " of " + q.Scope
	}
	return title
}
