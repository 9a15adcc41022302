package tables

import (
	"slices"

	"wavetank/reports/analysis"
)

// SweepTable is the key of the table of a sweep for programs.
const SweepTable = "points"

// SweepResults returns the results of a sweep for the formats of Output. With full, people get all
// points. Programs always do, the best first.
func SweepResults(s *analysis.Sweep, full bool) Output {
	most := shortList
	if full {
		most = len(s.Points)
	}
	return Output{
		Title: s.Manifest.Scenario + ": " + s.Conditions(), After: s.Headline(analysis.Plain),
		Data: []Data{pointsData(s)}, shown: append([]table{ranked(s, most)}, effects(s)...),
	}
}

// pointsData has a row for each point, the best first.
func pointsData(s *analysis.Sweep) Data {
	keys := slices.Concat([]string{"setting"}, s.Manifest.Sweep.Varied, []string{"policy", "knows_future",
		s.Price.Metric, s.Price.Metric + "_low", s.Price.Metric + "_high", s.InTime.Metric, s.InTime.Metric + "_low", s.InTime.Metric + "_high", "verdict", "frontier"})
	d := Data{Key: SweepTable, Columns: keyed(keys...)}
	frontier := s.Frontier()
	for _, i := range s.Ranked() {
		p := &s.Points[i]
		row := []any{p.Setting + 1}
		for _, v := range s.Manifest.Sweep.Settings[p.Setting].Values {
			row = append(row, v)
		}
		price, share := s.Price.Of[i], s.InTime.Of[i]
		row = append(row, p.Policy, p.Foresees, price.Mean, price.Low, price.High, share.Mean, share.Low, share.High, p.Finding(), slices.Contains(frontier, i))
		d.Rows = append(d.Rows, row)
	}
	return d
}
