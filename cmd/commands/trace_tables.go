package commands

import (
	"fmt"

	"wavetank/reports/tables"
	"wavetank/workload/characterize"
)

// characteristicsTables returns the statistics of a trace as numbers: one row for each, and one for
// each kind of length.
func characteristicsTables(name string, p *characterize.Characteristics) tables.Output {
	d := tables.Data{Key: "statistics", Title: "Statistics of " + name, Columns: tables.ColumnsOf("statistic", "Statistic", "value", "Value", "unit", "Unit")}
	d.Add("requests", p.Requests, "1")
	d.Add("span", p.Span().Seconds(), "s")
	d.Add("failed", p.Failed, "1")
	d.Add("left_out", p.LeftOut, "1")
	d.Add("rate", p.Rate(), "1/s")
	d.Add("rate_busiest_minute", p.Busiest(), "1/s")
	if p.Grid > 0 {
		d.Add("grid", p.Grid.Seconds(), "s")
		d.Add("dispersion_counts", p.Counts.Dispersion(), "1")
	} else {
		d.Add("gap_variation", p.Gaps.Variation(), "1")
		d.Add("dispersion_second", p.Second.Dispersion(), "1")
	}
	d.Add("gaps_zero", 100*p.Gaps.Zero(), "%")
	d.Add("dispersion_minute", p.Minute.Dispersion(), "1")
	if p.HasLengths() {
		d.Add("length_correlation", p.Joint.Correlation(), "1")
		d.Add("length_copula", p.Joint.Copula(), "1")
		d.Add("prefix_share", 100*p.Prefix.Share(), "%")
	}
	d.Add("in_session", 100*float64(p.Sessions)/float64(p.Requests), "%")
	if t := p.Talks; t != nil && t.Followed > 0 {
		d.Add("conversations", t.Starts.Requests, "1")
		d.Add("turns_mean", t.Mean(), "1")
		d.Add("continues", 100*t.Pauses.Continues, "%")
		d.Add("pause_mean", t.Pauses.Mean(), "s")
		d.Add("pause_p50", t.Pauses.Quantile(0.5), "s")
		d.Add("pause_p90", t.Pauses.Quantile(0.9), "s")
		d.Add("prompts_grown", 100*float64(t.Grown)/float64(t.Followed), "%")
	}
	out := tables.Output{Data: []tables.Data{d}}
	if !p.HasLengths() {
		return out
	}
	columns := []string{"text", "Text", "mean", "Mean", "cv", "cv"}
	for _, q := range quantiles {
		columns = append(columns, fmt.Sprintf("p%g", 100*q), fmt.Sprintf("p%g", 100*q))
	}
	l := tables.Data{Key: "lengths", Title: "Lengths in tokens", Columns: tables.ColumnsOf(columns...)}
	for _, one := range lengthsOf(p) {
		row := []any{one.name, one.lengths.Mean(), one.lengths.Variation()}
		for _, q := range quantiles {
			row = append(row, one.lengths.Quantile(q))
		}
		l.Add(row...)
	}
	out.Data = append(out.Data, l)
	return out
}
