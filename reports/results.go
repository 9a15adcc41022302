// Package reports turns rows at rest into what people read: terminal and Markdown tables, CSV, Parquet and
// figures. It knows the rows of package metrics only, so nothing in it ever needs a run.
package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
)

// Results is everything that is kept of an experiment: one scenario, several policies, several replications.
type Results struct {
	Manifest  Manifest
	Rows      []rows.Row
	Series    []rows.Sample
	Quantiles []rows.Quantile
	Pooled    []rows.Pooled // percentiles over all replications together
}

// Manifest is everything that the results depend on. It holds neither dates nor names of machines, so that
// equal experiments have equal manifests.
type Manifest struct {
	Scenario        string   `json:"scenario"`
	About           string   `json:"about"`
	Version         string   `json:"version"` // of the program
	Build           Build    `json:"build"`
	Seed            uint64   `json:"seed"`
	Replications    int      `json:"replications"` // requested, of each policy
	Completed       int      `json:"completed"`    // replications that every policy has finished
	Interrupted     bool     `json:"interrupted"`
	WarmupSeconds   float64  `json:"warmup_seconds"`   // at the start of a run, not measured
	DurationSeconds float64  `json:"duration_seconds"` // of a run, warm-up included
	Policies        []string `json:"policies"`         // in the order of the reports
	Listed          []string `json:"listed"`           // policies of the scenario, in this run or not
	Baseline        string   `json:"baseline"`         // empty: policies are not compared
	Clairvoyant     []string `json:"clairvoyant"`      // policies that know the load of the run beforehand
	Inputs          []Input  `json:"inputs"`
	Warnings        []string `json:"warnings"`
	Varying         []string `json:"varying"` // scopes of which no steady state is expected

	// Until is how precise the results were to be. It is empty where as many replications were run
	// as were asked for.
	Until    string `json:"until,omitempty"`
	Stopped  string `json:"stopped,omitempty"` // why no more replications were run
	Resolved string `json:"resolved"`          // the scenario with every default filled in, YAML

	Objectives []rows.Objective `json:"objectives"` // of the models, pipelines and classes
}

// Build is the program that made the results, more closely than by its version.
type Build struct {
	// Commit is that of its source, with "+dirty" behind it where files were changed. It is empty
	// where it is not known.
	Commit       string `json:"commit"`
	Go           string `json:"go"`           // version of the compiler and its library
	Architecture string `json:"architecture"` // of the processor, such as "amd64/v1"
}

// String writes the build as part of a sentence, with the commit cut to twelve digits.
func (b Build) String() string {
	commit, dirty := strings.CutSuffix(b.Commit, "+dirty")
	switch {
	case commit == "":
		commit = "commit not known"
	case len(commit) == 40: // hexadecimal, not the version of a module
		commit = "commit " + commit[:12]
	}
	if dirty {
		commit += " with changes"
	}
	return fmt.Sprintf("(%s, %s, %s)", commit, b.Go, b.Architecture)
}

// Input is a file that the scenario reads.
type Input struct {
	File   string `json:"file"` // as the scenario names it
	SHA256 string `json:"sha256"`
}

// Hash names the experiment: SHA-256, in hexadecimal, over the resolved scenario, the seed, the
// version, the commit, the policies, the contents of the input files and the precision asked for.
// Equal hashes give equal results on one architecture, where the commit is known and no file of it
// was changed. The compiler and the architecture are told beside it. They may move the last digits,
// and name no other experiment.
func (m Manifest) Hash() string {
	text, err := json.Marshal(struct {
		Resolved string
		Seed     uint64
		Version  string
		Commit   string `json:",omitempty"`
		Policies []string
		Inputs   []Input
		Until    string `json:",omitempty"`
	}{m.Resolved, m.Seed, m.Version, m.Build.Commit, append([]string{}, m.Policies...), append([]Input{}, m.Inputs...), m.Until})
	if err != nil {
		panic(err) // strings and numbers always have a JSON form
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// study is the results with what every table and figure needs of them.
type study struct {
	Results
	policies    []string // the manifest's, then any others that have rows
	comparisons []compare.Comparison
	cautions    []compare.Caution
	index       map[cell]int // into comparisons
	columns     []column     // in order of first appearance
	looks       map[string]look
	sampled     map[curveKey][]rows.Sample
	lines       []line // of tables, in the order of the policies
	standings   []compare.Standing
	decision    compare.Decision
	warnings    []warning
}

// column is a metric in a scope.
type column struct{ scope, metric string }

type cell struct {
	policy string
	column
}

// analyse compares the policies in the scenario that the manifest names.
func analyse(r Results) (*study, error) {
	r.Rows = keep(r.Rows, func(row rows.Row) bool { return row.Scenario == r.Manifest.Scenario })
	r.Series = keep(r.Series, func(s rows.Sample) bool { return s.Scenario == r.Manifest.Scenario })
	r.Quantiles = keep(r.Quantiles, func(q rows.Quantile) bool { return q.Scenario == r.Manifest.Scenario })
	r.Pooled = keep(r.Pooled, func(p rows.Pooled) bool { return p.Scenario == r.Manifest.Scenario })
	s := &study{Results: r, index: map[cell]int{}}
	present := map[string]bool{}
	for _, row := range r.Rows {
		if !present[row.Policy] {
			present[row.Policy] = true
			s.policies = append(s.policies, row.Policy)
		}
	}
	listed := keep(r.Manifest.Policies, func(p string) bool { return present[p] })
	s.policies = append(listed, keep(s.policies, func(p string) bool { return !slices.Contains(listed, p) })...)
	s.looks, s.sampled = looksOf(r.Manifest.Listed, s.policies), sampledBy(r.Series)
	baseline := r.Manifest.Baseline
	if !present[baseline] {
		baseline = "" // an interrupted experiment: tables without comparisons
	}
	var err error
	if s.comparisons, err = compare.Compare(r.Rows, r.Pooled, baseline); err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	s.cautions = compare.Cautions(r.Series, r.Manifest.WarmupSeconds, r.Manifest.Varying)
	compare.Warn(s.comparisons, s.cautions)
	s.Manifest.Baseline = baseline
	seen := map[column]bool{}
	for i, c := range s.comparisons {
		at := column{c.Scope, c.Metric}
		s.index[cell{c.Policy, at}] = i
		if !seen[at] {
			seen[at] = true
			s.columns = append(s.columns, at)
		}
	}
	s.gather()
	if err := s.judge(); err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	s.warn()
	return s, nil
}

// at returns the comparison of a cell, or nil where there are no rows.
func (s *study) at(policy string, c column) *compare.Comparison {
	if i, ok := s.index[cell{policy, c}]; ok {
		return &s.comparisons[i]
	}
	return nil
}

func (s *study) has(c column) bool { return slices.Contains(s.columns, c) }

// replications is the largest number of replications behind any mean.
func (s *study) replications() int {
	most := 0
	for _, c := range s.comparisons {
		most = max(most, c.Value.N)
	}
	return most
}

func keep[T any](list []T, wanted func(T) bool) []T {
	var kept []T
	for _, v := range list {
		if wanted(v) {
			kept = append(kept, v)
		}
	}
	return kept
}
