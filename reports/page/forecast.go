package page

import (
	"fmt"
	"html/template"

	"wavetank/reports/analysis"
	"wavetank/reports/wording"
)

// forecasts compares the demand that policies planned for with the load that came: for all requests
// and for each model. It is empty if no policy plans.
func (s *sheet) forecasts() template.HTML {
	v := tabs{Group: "forecasts", Label: "Requests"}
	for _, c := range s.Columns {
		if c.Metric != "forecast_mae" || len(v.Tabs) == mostTabs {
			continue
		}
		if t := s.forecastTable(c.Scope); len(t.Lines) > 0 {
			v.Tabs = append(v.Tabs, tab{scopeTitle(c.Scope), render("forecasts", t)})
		}
	}
	if len(v.Tabs) == 0 {
		return ""
	}
	v.Note = sentence("The demand of each plan against the load of the control period that followed, in requests per second. The demand has everything that a policy adds to its forecast, such as a reserve. Off by: the mean absolute difference, and below it its share of the mean load. Too much or too little: the mean difference. Against a naive forecast: the error divided by that of a forecast that takes the load of the last control period; below 1 is better than that.")
	return render("tabs", v)
}

// forecastTable has a line for each policy that plans.
func (s *sheet) forecastTable(scope string) matrix {
	t := matrix{Caption: "Forecasts: " + scopeTitle(scope), Head: []headCell{
		{Text: "Policy"}, {"Off by", "requests/s", true}, {"Too much or too little", "requests/s", true}, {"Against a naive forecast", "×", true},
		{"Rent for what did not come", "$", true}, {"Missed, planned too little", "requests", true},
	}}
	span := s.Manifest.DurationSeconds - s.Manifest.WarmupSeconds
	for _, l := range s.Lines {
		error := s.At(l.Policy, analysis.Column{Scope: scope, Metric: "forecast_mae"})
		if error == nil || !finite(error.Value.Mean) {
			continue
		}
		line := matrixLine{}
		for _, name := range l.Names {
			line.Policies = append(line.Policies, s.named(name))
		}
		for _, metric := range []string{"forecast_mae", "forecast_bias", "forecast_mase", "forecast_surplus", "forecast_missed"} {
			line.Cells = append(line.Cells, s.scopedCell(l.Policy, scope, metric))
		}
		if came := s.At(l.Policy, analysis.Column{Scope: scope, Metric: "arrived"}); came != nil && came.Value.Mean > 0 && span > 0 {
			line.Cells[0].Small = fmt.Sprintf("%s %% of the load", wording.Digits(100*error.Value.Mean*span/came.Value.Mean, 2))
		}
		t.Lines = append(t.Lines, line)
	}
	return t
}

// scopedCell prints a metric of a scope, with its certain digits, and a sign if it may be negative.
func (s *sheet) scopedCell(policy, scope, metric string) matrixCell {
	c := s.At(policy, analysis.Column{Scope: scope, Metric: metric})
	if c == nil || !finite(c.Value.Mean) {
		return matrixCell{Text: "–"}
	}
	cell := matrixCell{Text: wording.Rough("1", c.Value), Value: exact(c.Value.Mean)}
	if metric == "forecast_bias" && c.Value.Mean > 0 {
		cell.Text = "+" + cell.Text
	}
	return cell
}
