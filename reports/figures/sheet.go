package figures

import (
	"strings"

	"gonum.org/v1/plot/vg"

	"wavetank/reports/analysis"
)

// sheet holds what figures are drawn from: the analysis of results, and the look of each policy.
type sheet struct {
	*analysis.Analysis
	looks map[string]look
}

func sheetOf(a *analysis.Analysis) *sheet {
	return &sheet{a, looksOf(a.Manifest.Listed, a.Policies)}
}

// legendFor lists the policies as lines of a legend. drawn returns a key of how the i-th policy is
// drawn. Policies with equal keys are drawn alike, and share one entry. Policies with an empty key
// have no entry.
func (s *sheet) legendFor(drawn func(i int) string) []entry {
	alike := map[string][]int{}
	var order []string
	for i := range s.Policies {
		text := drawn(i)
		if alike[text] == nil {
			order = append(order, text)
		}
		alike[text] = append(alike[text], i)
	}
	var entries []entry
	for _, text := range order {
		for _, group := range s.fitting(alike[text]) {
			e := entry{line: s.look(alike[text][0]).line}
			var names []string
			for _, i := range group {
				names = append(names, s.Policies[i])
			}
			e.name = strings.Join(names, ", ")
			switch {
			case text == "":
				e.name += " (nothing to draw)"
			case len(alike[text]) > 1:
				e.name += " (same)"
			}
			for _, i := range alike[text][1:] {
				e.also = append(e.also, s.look(i).line)
			}
			entries = append(entries, e)
		}
	}
	return entries
}

// fitting splits policies into groups whose names fit side by side.
func (s *sheet) fitting(policies []int) [][]int {
	var parts [][]int
	width := vg.Length(0)
	for _, i := range policies {
		wide := lettering(8.5).Width(s.Policies[i] + ", ")
		if width += wide; len(parts) == 0 || width > inner-legendSample-80 {
			parts, width = append(parts, nil), wide
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], i)
	}
	return parts
}

// look returns the look of the i-th policy.
func (s *sheet) look(i int) look { return s.looks[s.Policies[i]] }
