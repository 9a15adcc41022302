package tables

import (
	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
)

// Results returns the results of an experiment for the formats of Output: the numbers of the data
// files, and the tables of a terminal. With full, people get every table.
func Results(a *analysis.Analysis, full bool) Output {
	s := &sheet{a}
	out := Output{
		Title: s.Manifest.Scenario + ": " + s.Conditions(), Before: []string{s.ObjectivesText()},
		After: append(s.Found(analysis.Plain), s.Headline(analysis.Plain)...),
		Data:  []Data{s.verdictsData(), s.comparisonsData(), s.agreementData(), s.referencesData()},
	}
	for _, b := range s.blocks(full) {
		out.shown = append(out.shown, b.tables...)
	}
	if full {
		out.After = append(out.After, s.Legend()...)
	}
	for _, doubt := range s.Doubts() {
		out.After = append(out.After, "Warning: "+doubt+".")
	}
	for _, w := range s.Warnings {
		out.After = append(out.After, "Warning: "+s.WarningText(w, analysis.Plain)+".")
	}
	return out
}

// block is a part of what is printed: tables, then sentences.
type block struct {
	tables    []table
	sentences []string
}

// blocks returns the tables of a terminal in their order. With full, these are all.
func (s *sheet) blocks(full bool) []block {
	decides := s.decisive()
	decides.notes = nil // printed as warnings below
	list := []block{{tables: []table{decides, s.machines()}, sentences: s.Found(analysis.Plain)}, {tables: append(s.misses(rows.All), s.plans())}}
	if !full {
		return list
	}
	all := append([]table{s.replicas()}, s.prices()...)
	all = append(all, s.agreement())
	for _, g := range s.Groups() {
		all = append(all, s.values(g.Title, s.Overall(s.Brief(g))))
	}
	if s.Manifest.Baseline != "" && len(s.Lines) > 1 {
		all = append(all, s.differences("Difference to "+s.Manifest.Baseline, s.Overall(s.Key())))
	}
	return append(list, block{tables: all})
}

// comparisonsData has a row for each metric of each policy.
func (s *sheet) comparisonsData() Data {
	d := Data{Key: "comparisons", Columns: keyed("scenario", "policy", "scope", "metric", "unit", "mean", "low", "high", "half", "n",
		"difference", "difference_low", "difference_high", "difference_half", "mark", "method", "warning")}
	for _, comparison := range s.Comparisons {
		c := comparedOf(comparison)
		d.Add(c.Scenario, c.Policy, c.Scope, c.Metric, c.Unit, c.Mean, c.Low, c.High, c.Half, c.N,
			c.Difference, c.DifferenceLow, c.DifferenceHigh, c.DifferenceHalf, c.Mark, c.Method, c.Warning)
	}
	return d
}

// verdictsData has a row for each policy and objective, with the difference of the share in time to
// the baseline. After the rows of a policy comes one with the scope "policy", for the policy as a
// whole.
func (s *sheet) verdictsData() Data {
	d := Data{Key: "verdicts", Columns: keyed("scenario", "policy", "knows_future", "scope", "name", "objective_percent", "in_time", "verdict", "reason",
		"share", "low", "high", "half", "n", "difference", "difference_low", "difference_high", "difference_half", "mark", "method", "accuracy", "over_budget")}
	for _, standing := range s.Standings {
		foresees := s.Foresees(standing.Policy)
		for _, v := range standing.Verdicts {
			row := []any{v.Scenario, v.Policy, foresees, v.Scope, v.Name, v.Percent, v.About, v.Finding.String(), v.Reason,
				v.Share.Mean, v.Share.Low, v.Share.High, v.Share.Half(), v.Share.N, nil, nil, nil, nil, "", ""}
			if c := s.At(v.Policy, analysis.Column{Scope: v.Scope, Metric: analysis.AttainmentColumn.Metric}); c != nil {
				dif := c.Difference
				copy(row[14:], []any{dif.Mean, dif.Low, dif.High, dif.Half(), c.Mark.String(), methodOf(dif)})
			}
			d.Add(append(row, s.exactly(v.Policy, v.Scope, "accuracy"), nil)...)
		}
		d.Add(s.Manifest.Scenario, standing.Policy, foresees, "policy", "every objective", nil, "", standing.Finding.String(), "",
			nil, nil, nil, nil, nil, nil, nil, nil, nil, "", "", s.exactly(standing.Policy, rows.All, "accuracy"), s.exactly(standing.Policy, rows.All, compare.OverBudget))
	}
	return d
}

// exactly returns the mean of a metric, or nil if there is none.
func (s *sheet) exactly(policy, scope, metric string) any {
	if c := s.At(policy, analysis.Column{Scope: scope, Metric: metric}); c != nil {
		return c.Value.Mean
	}
	return nil
}

// agreementData has a row for each pair of policies: how often they decide alike.
func (s *sheet) agreementData() Data {
	d := Data{Key: "agreement", Columns: keyed("policy", "other", "percent")}
	for _, a := range s.Manifest.Agreed {
		d.Add(a.First, a.Second, a.Percent)
	}
	return d
}

// referencesData has a row for each policy whose fleet or schedule was searched for.
func (s *sheet) referencesData() Data {
	d := Data{Key: "references", Columns: keyed("policy", "kind", "found", "runs", "reached")}
	for _, r := range s.Manifest.References {
		kind := "constant fleet"
		if r.Moves {
			kind = "schedule"
		}
		d.Add(r.Policy, kind, r.Found, r.Runs, r.Reached)
	}
	return d
}
