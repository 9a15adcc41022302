package page

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// verdictView is the section that answers.
type verdictView struct {
	Lead     template.HTML
	More     []template.HTML
	Chips    []chip
	Rent     *rentView
	Table    matrix
	Notes    []string
	Warnings []template.HTML
}

// chip is a short fact below the first sentence.
type chip struct{ Kind, Text, Link string }

// rentView says what to rent.
type rentView struct {
	Policy        policyName
	Hourly        string
	Monthly       string
	Machines      []analysis.RentedType
	Best          bool
	ObjectiveText string
}

// policyName is the name of a policy with its colour.
type policyName struct {
	Index    int
	Name     string
	Foresees bool
}

func (s *sheet) named(policy string) policyName {
	return policyName{s.index(policy), policy, s.Foresees(policy)}
}

// matrix is a table with a line for each policy.
type matrix struct {
	Caption string
	Head    []headCell
	Lines   []matrixLine
}

type headCell struct {
	Text, Small string
	Sorts       bool
}

type matrixLine struct {
	Policies []policyName
	Finding  string
	Kind     string
	Cells    []matrixCell
}

// matrixCell is a cell of a matrix. Kind is the class of a finding, for its colour. Value is what
// the column is sorted by.
type matrixCell struct {
	Text, Small, Kind string
	Value             string
}

func (s *sheet) verdict() template.HTML {
	v := verdictView{Chips: s.chips(), Rent: s.rentView(), Table: s.decisive()}
	for i, text := range s.Headline(quoted) {
		if i == 0 {
			v.Lead = sentence(text)
		} else {
			v.More = append(v.More, sentence(text))
		}
	}
	for _, text := range s.Found(quoted) {
		v.More = append(v.More, sentence(text))
	}
	if n := s.Replications(); n > 1 && len(s.Standings) > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("In time: mean [95 %% interval over %d replications]. Met: the lower end is at least what is asked; not met: the upper end is below it; not shown: neither.", n))
	}
	if slices.ContainsFunc(s.Policies, s.Foresees) && !s.Decision.Oracular {
		v.Notes = append(v.Notes, analysis.ForesightMeans)
	}
	for _, text := range s.Doubts() {
		v.Warnings = append(v.Warnings, sentence(wording.Capital(text)+"."))
	}
	for _, w := range s.Warnings {
		v.Warnings = append(v.Warnings, sentence(s.WarningText(w, quoted)+"."))
	}
	return render("verdict", v)
}

// chips lists the facts that a reader looks for first.
func (s *sheet) chips() (list []chip) {
	count := map[compare.Finding]int{}
	for _, l := range s.Lines {
		if st := s.Standing(l.Policy); st != nil {
			count[st.Finding] += len(l.Names)
		}
	}
	for _, f := range []struct {
		finding compare.Finding
		text    string
	}{{compare.Met, "keep every objective"}, {compare.NotShown, "not shown to keep them"}, {compare.NotMet, "miss an objective"}} {
		if n := count[f.finding]; n > 0 {
			list = append(list, chip{kindOf(f.finding), fmt.Sprintf("%d of %d %s", n, len(s.Policies), f.text), "#matrix"})
		}
	}
	if n := s.Replications(); n > 1 {
		list = append(list, chip{"plain", fmt.Sprintf("%d replications, 95 %% intervals", n), "#reading"})
	} else {
		list = append(list, chip{"open", "One replication: no intervals", "#reading"})
	}
	if full := s.saturated(); len(full) > 0 {
		list = append(list, chip{"missed", "Saturated: " + wording.List(full), "#warnings"})
	}
	if s.Manifest.Interrupted {
		list = append(list, chip{"open", "Interrupted", "#warnings"})
	}
	if n := len(s.Doubts()) + len(s.Warnings); n > 0 {
		list = append(list, chip{"open", wording.Count(n, "warning"), "#warnings"})
	}
	return list
}

// kindOf returns the class of a finding in style.css.
func kindOf(f compare.Finding) string {
	return map[compare.Finding]string{compare.Met: "met", compare.NotShown: "open", compare.NotMet: "missed"}[f]
}

// saturated names the policies whose backlog rises to the end of the run.
func (s *sheet) saturated() (names []string) {
	for _, w := range s.Warnings {
		if strings.HasPrefix(w.Text, compare.Saturated) {
			for _, p := range w.Policies {
				if !slices.Contains(names, p) {
					names = append(names, p)
				}
			}
		}
	}
	return names
}

// rentView says what the best policy rents, or else the one that comes nearest.
func (s *sheet) rentView() *rentView {
	best := s.Decision.Best
	if best == "" {
		best = s.Decision.Nearest
	}
	if best == "" {
		return nil
	}
	return &rentView{
		Policy: s.named(best), Hourly: s.Hourly(best), Monthly: s.Monthly(best), Machines: s.Rent(best),
		Best: s.Decision.Best != "", ObjectiveText: s.ObjectivesText(),
	}
}

// rangeText prints the fewest and the most machines of a type.
func rangeText(h analysis.RentedType) string {
	if h.Least == h.Most {
		return wording.Number(h.Least)
	}
	return wording.Number(h.Least) + "–" + wording.Number(h.Most)
}

// Counts prints how many machines are rented, for the template.
func (r rentView) Counts() (list []struct{ Name, Range, Mean string }) {
	for _, h := range r.Machines {
		mean := ""
		if h.Least != h.Most {
			mean, _, _ = strings.Cut(h.String(), " ")
		}
		list = append(list, struct{ Name, Range, Mean string }{h.Name, rangeText(h), mean})
	}
	return list
}

// decisive makes the table of verdicts: a line for each policy, a column for each objective, then
// cost and machines.
func (s *sheet) decisive() matrix {
	t := matrix{Caption: "Verdicts, cost and machines of each policy"}
	judged := s.Judged()
	t.Head = append(t.Head, headCell{Text: "Policy"})
	for _, o := range judged {
		t.Head = append(t.Head, headCell{o.Name, fmt.Sprintf("%s %% in time", wording.Number(o.Percent)), true})
	}
	if len(judged) == 0 && s.Has(analysis.AttainmentColumn) {
		t.Head = append(t.Head, headCell{"In time", "%", true})
	}
	accurate := s.HasAccuracy(rows.All)
	if accurate {
		t.Head = append(t.Head, headCell{"Accuracy", "%", true})
	}
	t.Head = append(t.Head, headCell{"Cost", "$/h", true}, headCell{"30 days", "$", true})
	if s.Budgeted() {
		t.Head = append(t.Head, headCell{"Over budget", "time, most", false})
	}
	t.Head = append(t.Head, headCell{"Machines", "mean", true})
	gaps := slices.ContainsFunc(s.Lines, func(l analysis.Line) bool { _, told := s.Gap(l.Policy); return told })
	if gaps {
		t.Head = append(t.Head, headCell{"Above " + s.GapTo(), "%", true})
	}
	for _, l := range s.Lines {
		line := matrixLine{}
		for _, name := range l.Names {
			line.Policies = append(line.Policies, s.named(name))
		}
		line.Cells = s.verdictCells(l.Policy, judged)
		if st := s.Standing(l.Policy); st != nil {
			line.Finding, line.Kind = st.Finding.String(), kindOf(st.Finding)
		}
		if accurate {
			line.Cells = append(line.Cells, matrixCell{Text: s.Accuracy(l.Policy, rows.All), Value: s.sortValue(l.Policy, "accuracy")})
		}
		line.Cells = append(line.Cells, s.numberCell(l.Policy, "cost_rate"), matrixCell{Text: strings.TrimSuffix(s.Monthly(l.Policy), wording.Unbroken+"$"), Value: s.sortValue(l.Policy, "cost_rate")})
		if s.Budgeted() {
			share, most := s.Excess(l.Policy)
			line.Cells = append(line.Cells, matrixCell{Text: map[bool]string{true: "no", false: share + ", " + most}[share == ""]})
		}
		line.Cells = append(line.Cells, s.numberCell(l.Policy, "machines"))
		if gaps {
			line.Cells = append(line.Cells, s.gapCell(l.Policy))
		}
		t.Lines = append(t.Lines, line)
	}
	return t
}

// verdictCells returns a cell for each objective: the share in time, and below it the percentile of
// the time that the objective limits.
func (s *sheet) verdictCells(policy string, judged []rows.Objective) (cells []matrixCell) {
	st := s.Standing(policy)
	if len(judged) == 0 || st == nil {
		if s.Has(analysis.AttainmentColumn) {
			cells = append(cells, s.numberCell(policy, analysis.AttainmentColumn.Metric))
		}
		return cells
	}
	for _, v := range st.Verdicts {
		mean, interval, _ := strings.Cut(wording.Share(v), " ")
		c := matrixCell{Text: mean, Small: interval, Kind: kindOf(v.Finding), Value: exact(v.Share.Mean)}
		for _, tail := range analysis.Tails {
			if tail.Bound(v.Objective) > 0 {
				title := tail.Title + " "
				if tail.Metric == "latency" {
					title = ""
				}
				c.Small += " · " + title + analysis.Percentile(v.Objective) + " " + s.TailText(tail, v)
			}
		}
		c.Small = strings.TrimPrefix(c.Small, " · ")
		cells = append(cells, c)
	}
	return cells
}

// numberCell prints a metric of the whole fleet, with its certain digits.
func (s *sheet) numberCell(policy, metric string) matrixCell {
	c := s.At(policy, analysis.Column{Scope: rows.All, Metric: metric})
	if c == nil {
		return matrixCell{Text: "–"}
	}
	return matrixCell{Text: wording.Rough("1", c.Value), Value: exact(c.Value.Mean)}
}

func (s *sheet) sortValue(policy, metric string) string { return s.numberCell(policy, metric).Value }

// gapCell prints by how much a policy costs more than the oracle or the work bound.
func (s *sheet) gapCell(policy string) matrixCell {
	gap, told := s.Gap(policy)
	switch {
	case !told:
		return matrixCell{Text: "–"}
	case gap > 9.99: // the load needs only a small part of one machine
		return matrixCell{Text: "> 999", Value: exact(gap)}
	}
	return matrixCell{Text: fmt.Sprintf("%+.0f", 100*gap), Value: exact(gap)}
}
