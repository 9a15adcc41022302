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
	r.Rows = Keep(r.Rows, func(row rows.Row) bool { return row.Scenario == r.Manifest.Scenario })
	r.Series = Keep(r.Series, func(s rows.Sample) bool { return s.Scenario == r.Manifest.Scenario })
	r.Quantiles = Keep(r.Quantiles, func(q rows.Quantile) bool { return q.Scenario == r.Manifest.Scenario })
	r.Pooled = Keep(r.Pooled, func(p rows.Pooled) bool { return p.Scenario == r.Manifest.Scenario })
	a := &Analysis{Archive: r, index: map[cell]int{}}
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
	seen := map[Column]bool{}
	for i, c := range a.Comparisons {
		at := Column{c.Scope, c.Metric}
		a.index[cell{c.Policy, at}] = i
		if !seen[at] {
			seen[at] = true
			a.Columns = append(a.Columns, at)
		}
	}
	a.gather()
	a.countMisses()
	if err := a.judge(); err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	a.warn()
	return a, nil
}
