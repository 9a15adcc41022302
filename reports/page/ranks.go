package page

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// rankLine is a policy that is not among those that keep every objective.
type rankLine struct {
	Policy  policyName
	Finding string
	Kind    string
	Why     []template.HTML
	Hourly  string
	Rank    string
}

// ranks shows the policies that are not shown to keep every objective, and those without complete
// results, with the rank by cost that they would have had.
func (s *sheet) ranks() template.HTML {
	if len(s.Standings) == 0 {
		return ""
	}
	var lines []rankLine
	for _, st := range s.Standings {
		over := slices.Contains(s.Decision.Overspent, st.Policy)
		if st.Finding == compare.Met && !over {
			continue
		}
		lines = append(lines, rankLine{
			Policy: s.named(st.Policy), Finding: st.Finding.String(), Kind: kindOf(st.Finding),
			Why: s.whyNot(st, over), Hourly: s.Hourly(st.Policy), Rank: s.rankOf(st.Policy),
		})
	}
	var absent []string
	for _, p := range s.Manifest.Policies {
		if !slices.Contains(s.Policies, p) {
			absent = append(absent, p)
		}
	}
	if len(lines) == 0 && len(absent) == 0 {
		return ""
	}
	return render("ranks", struct {
		Lines  []rankLine
		Absent string
	}{lines, wording.List(absent)})
}

// whyNot lists the objectives that a policy does not keep, and its excess over the budget.
func (s *sheet) whyNot(st compare.Standing, over bool) (why []template.HTML) {
	for _, v := range st.Verdicts {
		if v.Finding == compare.Met {
			continue
		}
		text := fmt.Sprintf("%s: %s %% in time, asked %s %%", quoted(v.Name), wording.Share(v), wording.Number(v.Percent))
		if v.Reason != "" {
			text += " (" + v.Reason + ")"
		}
		why = append(why, sentence(text))
	}
	if over {
		share, most := s.Excess(st.Policy)
		why = append(why, sentence(fmt.Sprintf("above the budget in %s of the time, by %s at most", share, most)))
	}
	return why
}

// rankOf says which rank by cost a policy would have among those that keep every objective.
func (s *sheet) rankOf(policy string) string {
	cost := func(p string) float64 {
		if c := s.At(p, analysis.CostColumn); c != nil {
			return c.Value.Mean
		}
		return math.NaN()
	}
	own := cost(policy)
	if math.IsNaN(own) {
		return "–"
	}
	rank, kept := 1, 0
	for _, st := range s.Standings {
		if st.Policy == policy || st.Finding != compare.Met || slices.Contains(s.Decision.Overspent, st.Policy) || s.Foresees(st.Policy) {
			continue
		}
		kept++
		if cmp.Less(cost(st.Policy), own) {
			rank++
		}
	}
	if kept == 0 {
		return "–" // there is nothing to be ranked with
	}
	return fmt.Sprintf("%d of %d", rank, kept+1)
}

// lost shows why requests missed: bars by cause, and the money for machines before they served.
func (s *sheet) lost() template.HTML {
	bands := s.CauseBands()
	if len(bands) == 0 {
		return ""
	}
	v := lostView{Money: s.money(), Course: s.causesOverTime()}
	most := 0.0
	sums := make([]float64, len(s.Policies))
	for _, b := range bands {
		for i, share := range b.Shares {
			sums[i] += share
			most = max(most, sums[i])
		}
	}
	if most == 0 {
		return ""
	}
	for i, b := range bands {
		if i == 0 || bands[i-1].Cause != b.Cause {
			v.Legend = append(v.Legend, causeKey{b.Cause, b.Title, false})
		}
		if b.Striped && !v.Striped {
			v.Striped = true
		}
	}
	for _, l := range s.Lines {
		i := s.index(l.Policy)
		bar := causeBar{Total: percentText(sums[i])}
		for _, name := range l.Names {
			bar.Policies = append(bar.Policies, s.named(name))
		}
		for _, b := range bands {
			if b.Shares[i] <= 0 {
				continue
			}
			text := percentText(b.Shares[i]) + " % " + strings.ToLower(b.Title)
			if b.Striped {
				text += ", rejected or dropped"
			}
			bar.Parts = append(bar.Parts, causePart{b.Cause, b.Striped, 100 * b.Shares[i] / most, text})
		}
		v.Bars = append(v.Bars, bar)
	}
	return render("lost", v)
}

// lostView is the section of causes.
type lostView struct {
	Legend  []causeKey
	Striped bool
	Bars    []causeBar
	Money   *matrix
	Course  template.HTML
}

type causeKey struct {
	Cause, Title string
	Striped      bool
}

type causeBar struct {
	Policies []policyName
	Total    string
	Parts    []causePart
}

type causePart struct {
	Cause   string
	Striped bool
	Width   float64 // percent of the longest bar
	Text    string
}

// Place prints the width for the template.
func (p causePart) Place() string { return fmt.Sprintf("%.2f", p.Width) }

// Describe says in words what a bar shows.
func (b causeBar) Describe() string {
	var texts []string
	for _, p := range b.Parts {
		texts = append(texts, p.Text)
	}
	return b.Total + " % missed: " + strings.Join(texts, "; ")
}

// percentText prints a share in percent with two digits, and at most three decimals.
func percentText(v float64) string {
	if v > 0 && v < 0.5e-3 {
		return "<0.001"
	}
	return wording.Fixed(v, min(3, max(0, wording.Decimals(v, 2))))
}

// money shows what machines cost before they served: while they booted or loaded, and orders that
// were called off. It returns nil if nothing of this was paid.
func (s *sheet) money() *matrix {
	t := &matrix{Caption: "Rent of machines that did not serve yet", Head: []headCell{{Text: "Policy"}}}
	var shown []string
	for _, metric := range []string{"cost_booting", "cost_loading", "cost_called_off"} {
		if at := (analysis.Column{Scope: rows.All, Metric: metric}); s.Has(at) && !s.Idle(at) {
			shown = append(shown, metric)
			t.Head = append(t.Head, headCell{rows.Describe(metric).Title, "$ in a run", true})
		}
	}
	if len(shown) == 0 {
		return nil
	}
	t.Head = append(t.Head, headCell{"Of all rent", "%", true})
	for _, l := range s.Lines {
		line := matrixLine{}
		for _, name := range l.Names {
			line.Policies = append(line.Policies, s.named(name))
		}
		sum := 0.0
		for _, metric := range shown {
			line.Cells = append(line.Cells, s.numberCell(l.Policy, metric))
			if c := s.At(l.Policy, analysis.Column{Scope: rows.All, Metric: metric}); c != nil {
				sum += c.Value.Mean
			}
		}
		cell := matrixCell{Text: "–"}
		if c := s.At(l.Policy, analysis.CostColumn); c != nil && c.Value.Mean > 0 {
			share := 100 * sum / c.Value.Mean
			cell = matrixCell{Text: percentText(share), Value: exact(share)}
		}
		line.Cells = append(line.Cells, cell)
		t.Lines = append(t.Lines, line)
	}
	return t
}
