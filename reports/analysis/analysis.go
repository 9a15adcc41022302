// Package analysis prepares results for tables and figures: the comparisons of the policies, the
// verdict in words, the lines and groups of the tables, and the warnings. It draws and prints
// nothing.
package analysis

import (
	"slices"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/reports/store"
)

// Analysis holds results, prepared for all tables and figures.
type Analysis struct {
	store.Archive
	Policies    []string // the policies of the manifest, then other policies that have rows
	Comparisons []compare.Comparison
	Columns     []Column // in order of first appearance
	Lines       []Line   // lines of tables, in the order of the policies
	Standings   []compare.Standing
	Decision    compare.Decision
	Warnings    []Warning

	has      map[Column]bool // the elements of Columns
	metrics  []string        // the metrics of Columns, in order of first appearance
	cautions []compare.Caution
	index    map[cell]int // into Comparisons
	counted  map[cell]float64
	series   map[SeriesKey][]*rows.TimeSeries           // one for each replication
	shares   map[cdfKey]map[string]map[int][]sharePoint // by policy and replication
	steps    madeSteps
	sampled  map[string][]string // the scopes of each metric of time series
}

// Column is a metric in a scope.
type Column struct{ Scope, Metric string }

type cell struct {
	policy string
	Column
}

// The columns that figures and tables name.
var (
	CostColumn       = Column{rows.All, "cost"}
	AttainmentColumn = Column{rows.All, "slo_attainment"}
)

// Line is a line of a table: a policy, and the other policies with equal rows.
type Line struct {
	Policy string   // the first of Names
	Names  []string // in the order of the policies
}

// Warning is a doubt about the numbers of some policies, in one scope or in all.
type Warning struct {
	Policies []string // each is the first policy of its line
	Scope    string
	Text     string // a clause without a full stop
}

// At returns the comparison for a policy and a column, or nil if there are no rows.
func (a *Analysis) At(policy string, c Column) *compare.Comparison {
	if i, ok := a.index[cell{policy, c}]; ok {
		return &a.Comparisons[i]
	}
	return nil
}

// Has reports whether there are rows of a column.
func (a *Analysis) Has(c Column) bool { return a.has[c] }

// Standing returns the verdicts of a policy, or nil if it has none.
func (a *Analysis) Standing(policy string) *compare.Standing {
	for i := range a.Standings {
		if a.Standings[i].Policy == policy {
			return &a.Standings[i]
		}
	}
	return nil
}

// Foresees reports whether a policy knows the load beforehand.
func (a *Analysis) Foresees(policy string) bool {
	return slices.Contains(a.Manifest.Clairvoyant, policy)
}

// Replications returns the largest number of replications that went into any mean.
func (a *Analysis) Replications() int {
	most := 0
	for _, c := range a.Comparisons {
		most = max(most, c.Value.N)
	}
	return most
}

// Keep returns the elements of a list for which wanted is true.
func Keep[T any](list []T, wanted func(T) bool) []T {
	var kept []T
	for _, v := range list {
		if wanted(v) {
			kept = append(kept, v)
		}
	}
	return kept
}
