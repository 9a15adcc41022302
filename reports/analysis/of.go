package analysis

import (
	"fmt"
	"slices"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/store"
)

// Of analyses the results of the scenario that the manifest names.
func Of(r store.Archive) (*Analysis, error) {
	r.Rows = ofScenario(r.Rows, r.Manifest.Scenario, func(row *rows.Row) string { return row.Scenario })
	r.Series = ofScenario(r.Series, r.Manifest.Scenario, func(s *rows.TimeSeries) string { return s.Scenario })
	r.Quantiles = ofScenario(r.Quantiles, r.Manifest.Scenario, func(q *rows.Quantile) string { return q.Scenario })
	r.Pooled = ofScenario(r.Pooled, r.Manifest.Scenario, func(p *rows.Pooled) string { return p.Scenario })
	a := &Analysis{Archive: r, index: map[cell]int{}, has: map[Column]bool{}}
	present := map[string]bool{}
	for _, row := range r.Rows {
		if !present[row.Policy] {
			present[row.Policy] = true
			a.Policies = append(a.Policies, row.Policy)
		}
	}
	listed := Keep(r.Manifest.Policies, func(p string) bool { return present[p] })
	a.Policies = append(listed, Keep(a.Policies, func(p string) bool { return !slices.Contains(listed, p) })...)
	baseline := r.Manifest.Baseline
	if !present[baseline] {
		baseline = "" // an interrupted experiment: tables without comparisons
	}
	var err error
	if a.Comparisons, err = compare.Compare(r.Rows, r.Pooled, baseline); err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	a.cautions = compare.Cautions(r.Series, r.Manifest.WarmupSeconds, r.Manifest.Varying)
	compare.Warn(a.Comparisons, a.cautions)
	a.Manifest.Baseline = baseline
	metrics := map[string]bool{}
	for i, c := range a.Comparisons {
		at := Column{c.Scope, c.Metric}
		a.index[cell{c.Policy, at}] = i
		if !a.has[at] {
			a.has[at] = true
			a.Columns = append(a.Columns, at)
		}
		if !metrics[c.Metric] {
			metrics[c.Metric] = true
			a.metrics = append(a.metrics, c.Metric)
		}
	}
	a.series, a.sampled = seriesByKey(r.Series)
	a.shares = sharesOf(r.Quantiles)
	a.gather()
	a.countMisses()
	if err := a.judge(); err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	a.warn()
	return a, nil
}

// ofScenario returns the elements of a scenario. If all are of it, it returns the list itself, for
// lists are long.
func ofScenario[T any](list []T, name string, scenario func(*T) string) []T {
	for i := range list {
		if scenario(&list[i]) != name {
			return Keep(list, func(v T) bool { return scenario(&v) == name })
		}
	}
	return list
}
