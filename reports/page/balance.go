package page

import (
	"html/template"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// balance shows how evenly each policy spreads the requests of a model over its replicas. It is
// empty if no model ever had two replicas.
func (s *sheet) balance() template.HTML {
	t := matrix{Caption: "Balance among replicas", Head: []headCell{{Text: "Policy"}}}
	var scopes []string
	for _, c := range s.Columns {
		if c.Metric == "imbalance" && s.Defined(c) && len(scopes) < mostTabs {
			scopes = append(scopes, c.Scope)
		}
	}
	if len(scopes) == 0 {
		return ""
	}
	for _, scope := range byBreadth(scopes) {
		t.Head = append(t.Head, headCell{scopeTitle(scope), "largest ÷ mean", true})
	}
	for _, l := range s.Lines {
		line := matrixLine{}
		for _, name := range l.Names {
			line.Policies = append(line.Policies, s.named(name))
		}
		for _, scope := range byBreadth(scopes) {
			cell := s.scopedCell(l.Policy, scope, "imbalance")
			if v := s.At(l.Policy, analysis.Column{Scope: scope, Metric: "imbalance_cv"}); v != nil && finite(v.Value.Mean) {
				cell.Small = "CV " + wording.Rough("1", v.Value)
			}
			line.Cells = append(line.Cells, cell)
		}
		t.Lines = append(t.Lines, line)
	}
	return render("balance", struct {
		Table matrix
		Note  string
	}{t, rows.Describe("imbalance").About})
}
