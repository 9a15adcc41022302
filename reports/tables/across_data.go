package tables

import "wavetank/metrics/compare"

// sidesData lists the sets of results.
func (a Across) sidesData() Data {
	d := Data{Key: "sides", Columns: keyed("name", "results")}
	for _, s := range a.Sides {
		for _, source := range s.Sources() {
			d.Add(s.Name, source)
		}
	}
	return d
}

// differencesData lists the settings that differ, with a row for each side.
func (a Across) differencesData() Data {
	d := Data{Key: "differences", Columns: keyed("scenario", "setting", "policy", "only_chance", "side", "value")}
	for _, one := range a.Differences {
		for i, s := range a.Sides {
			d.Add(one.Scenario, one.Path, one.Policy, one.Sampling, s.Name, one.Values[i])
		}
	}
	return d
}

// objectivesData lists whether every objective is kept.
func (a Across) objectivesData() Data {
	d := Data{Key: "objectives", Columns: keyed("scenario", "policy", "side", "verdict")}
	for _, e := range a.Entries {
		for i, s := range a.Sides {
			if finding, known := e.Finding(i); known {
				d.Add(e.Scenario, e.Policy, s.Name, finding.String())
			}
		}
	}
	return d
}

// valuesData lists the values of all sides.
func (a Across) valuesData() Data {
	d := Data{Key: "values", Columns: keyed("scenario", "policy", "scope", "metric", "unit", "side", "mean", "low", "high", "n", "warning")}
	for _, f := range a.Families {
		for e, entry := range a.Entries {
			for i, s := range a.Sides {
				if v := f.Values[e][i]; v.N > 0 {
					d.Add(entry.Scenario, entry.Policy, f.Scope, f.Metric, f.Unit, s.Name, v.Mean, v.Low, v.High, v.N, v.Warning)
				}
			}
		}
	}
	return d
}

// contrastsData lists the contrasts of all pairs.
func (a Across) contrastsData() Data {
	d := Data{Key: "contrasts", Columns: keyed("scenario", "policy", "scope", "metric", "unit", "base", "side",
		"difference", "difference_low", "difference_high", "change", "change_low", "change_high", "level", "n", "method", "mark", "same", "warning")}
	for _, f := range a.Families {
		for e, entry := range a.Entries {
			for k, pair := range a.Pairs() {
				c := f.Contrasts[e][k]
				if c == nil {
					continue
				}
				d.Add(entry.Scenario, entry.Policy, f.Scope, f.Metric, f.Unit, a.Sides[pair[0]].Name, a.Sides[pair[1]].Name,
					c.Difference.Mean, c.Difference.Low, c.Difference.High, c.Change.Mean, c.Change.Low, c.Change.High,
					f.Level, c.Difference.N, contrastMethod(c), c.Mark.String(), c.Same, c.Warning)
			}
		}
	}
	return d
}

// contrastMethod names how the intervals of a contrast were made.
func contrastMethod(c *compare.Contrast) string {
	switch {
	case !c.Difference.Defined():
		return ""
	case c.Paired:
		return "paired t"
	}
	return "Welch's t"
}

// meansData lists the geometric means, and their changes.
func (a Across) meansData() Data {
	d := Data{Key: "geometric_means", Columns: keyed("scope", "metric", "unit", "base", "side", "used", "base_mean", "base_low", "base_high",
		"mean", "low", "high", "change", "change_low", "change_high", "level", "mark", "same")}
	for _, f := range a.Families {
		if f.Means == nil {
			continue
		}
		for k, pair := range a.Pairs() {
			base, side, change := f.Means.Values[pair[0]], f.Means.Values[pair[1]], f.Means.Change[k]
			d.Add(f.Scope, f.Metric, f.Unit, a.Sides[pair[0]].Name, a.Sides[pair[1]].Name, f.Means.Used,
				base.Mean, base.Low, base.High, side.Mean, side.Low, side.High, change.Mean, change.Low, change.High, f.Level,
				f.Means.Mark[k].String(), f.Means.Same[k])
		}
	}
	return d
}
