package metrics

import (
	"fmt"
	"math"
	"slices"
)

// Mark says what a comparison with the baseline has shown.
type Mark int

// Unmarked means that nothing has been shown: the interval of the difference holds zero, or there is none.
const (
	Unmarked Mark = iota
	Better
	Worse
	Differs // a difference in a metric that has no better direction
)

// String returns "better", "worse", "differs" or "".
func (m Mark) String() string {
	return [...]string{Unmarked: "", Better: "better", Worse: "worse", Differs: "differs"}[m]
}

// Comparison is one metric of one policy over its replications, beside the baseline's.
type Comparison struct {
	Scenario string
	Policy   string
	Scope    string
	Metric   string
	Unit     string
	Value    Interval

	// Difference is policy minus baseline over the replications that both have. Its level is the one of its
	// rank in Holm's step-down, so it excludes zero exactly when there is a Mark. For the baseline itself,
	// and where no difference is defined, its Mean is NaN.
	Difference Interval
	// Reduction is the factor by which pairing shrank the variance of the difference: what independent
	// replications would have had, over what the pairs have. +Inf for a constant difference; NaN where it is
	// not defined.
	Reduction float64
	Mark      Mark
	// Warning says what is doubtful about Value or Difference; empty when nothing is.
	Warning string
}

// Compare folds rows into one Comparison for each scenario, scope, metric and policy, in the order in which
// each of these first appears. Replications with the same number met the same requests, so policies are
// compared by the paired t-test. The tests against the baseline within one (scenario, scope, metric) are a
// family: Holm's step-down (Scandinavian Journal of Statistics 6, 1979) keeps the chance of any false mark
// in it at 1−Level. Without a baseline ("") nothing is compared.
func Compare(rows []Row, baseline string) ([]Comparison, error) {
	table, err := tabulate(rows)
	if err != nil {
		return nil, err
	}
	if baseline != "" && len(rows) > 0 && !slices.Contains(table.policies, baseline) {
		return nil, fmt.Errorf("baseline %q: no rows; there are rows of %q", baseline, table.policies)
	}
	var result []Comparison
	for _, scenario := range table.scenarios {
		for _, scope := range table.scopes {
			for _, metric := range table.metrics {
				result = append(result, table.family(cell{scenario, "", scope, metric}, baseline)...)
			}
		}
	}
	return result, nil
}

// cell names the replications of one metric.
type cell struct{ scenario, policy, scope, metric string }

// run is the value of one replication.
type run struct {
	replication int
	value       float64
}

type table struct {
	scenarios, policies, scopes, metrics []string // in order of first appearance
	runs                                 map[cell][]run
	units                                map[cell]string // policy left empty
}

func tabulate(rows []Row) (*table, error) {
	t := &table{runs: map[cell][]run{}, units: map[cell]string{}}
	seen := map[string]map[string]bool{"scenario": {}, "policy": {}, "scope": {}, "metric": {}}
	note := func(list *[]string, kind, name string) {
		if !seen[kind][name] {
			seen[kind][name] = true
			*list = append(*list, name)
		}
	}
	type member struct {
		cell
		replication int
	}
	members := map[member]bool{}
	for _, r := range rows {
		note(&t.scenarios, "scenario", r.Scenario)
		note(&t.policies, "policy", r.Policy)
		note(&t.scopes, "scope", r.Scope)
		note(&t.metrics, "metric", r.Metric)
		key := cell{r.Scenario, r.Policy, r.Scope, r.Metric}
		if members[member{key, r.Replication}] {
			return nil, fmt.Errorf("policy %q, metric %q, scope %q: replication %d twice",
				r.Policy, r.Metric, r.Scope, r.Replication)
		}
		members[member{key, r.Replication}] = true
		t.runs[key] = append(t.runs[key], run{r.Replication, r.Value})
		key.policy = ""
		unit, ok := t.units[key]
		if ok && unit != r.Unit {
			return nil, fmt.Errorf("metric %q, scope %q: in %q and in %q", r.Metric, r.Scope, unit, r.Unit)
		}
		t.units[key] = r.Unit
	}
	for _, runs := range t.runs {
		slices.SortFunc(runs, func(a, b run) int { return a.replication - b.replication })
	}
	return t, nil
}

// family compares the policies in one metric; key holds no policy.
func (t *table) family(key cell, baseline string) []Comparison {
	var result []Comparison
	var tests []test
	base := t.runs[cell{key.scenario, baseline, key.scope, key.metric}]
	for _, policy := range t.policies {
		runs := t.runs[cell{key.scenario, policy, key.scope, key.metric}]
		if len(runs) == 0 {
			continue
		}
		c := Comparison{
			Scenario: key.scenario, Policy: policy, Scope: key.scope, Metric: key.metric, Unit: t.units[key],
			Value:      Mean(values(runs)),
			Difference: Interval{Mean: math.NaN(), Low: math.NaN(), High: math.NaN(), Level: Level},
			Reduction:  math.NaN(),
		}
		c.Warning = c.Value.Warning
		if baseline != "" && policy != baseline {
			tests = append(tests, test{index: len(result), p: 1})
			c.pair(runs, base, &tests[len(tests)-1])
		}
		result = append(result, c)
	}
	stepDown(result, tests)
	return result
}

func values(runs []run) []float64 {
	v := make([]float64, len(runs))
	for i, r := range runs {
		v[i] = r.value
	}
	return v
}

// pair fills in what does not depend on the other policies. Both lists are in order of replication.
func (c *Comparison) pair(runs, base []run, t *test) {
	if len(base) == 0 {
		c.warn("the baseline has no value: no difference")
		return
	}
	var ours, theirs []float64
	for i, j := 0, 0; i < len(runs) && j < len(base); {
		switch {
		case runs[i].replication < base[j].replication:
			i++
		case runs[i].replication > base[j].replication:
			j++
		default:
			ours, theirs = append(ours, runs[i].value), append(theirs, base[j].value)
			t.differences = append(t.differences, difference(runs[i].value, base[j].value))
			i, j = i+1, j+1
		}
	}
	c.Difference.N = len(ours)
	if len(ours) == 0 {
		c.warn("no replication in common with the baseline: no difference")
		return
	}
	if most := max(len(runs), len(base)); len(ours) < most {
		c.warn(fmt.Sprintf("difference over the %d of %d replications that the baseline has too", len(ours), most))
	}
	if !finite(values(runs)) || !finite(values(base)) {
		t.differences = nil
		if c.Value.Warning == "" {
			c.warn("the baseline is infinite or not defined in some replication: no difference")
		} else {
			c.warn("no difference to the baseline")
		}
		return
	}
	t.p = pairedP(t.differences)
	if len(ours) > 1 {
		_, a := moments(ours)
		_, b := moments(theirs)
		_, paired := moments(t.differences)
		c.Reduction = (a + b) / paired
	}
}

func (c *Comparison) warn(text string) {
	if c.Warning != "" {
		text = c.Warning + "; " + text
	}
	c.Warning = text
}

func finite(values []float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return math.IsInf(v, 0) || math.IsNaN(v) })
}

// test is one member of a family: the differences of the policy at index in the results. Where there is no
// difference to test, p is 1, so the member counts in the family but rejects nothing.
type test struct {
	index       int
	differences []float64
	p           float64
}

// stepDown sets differences and marks by Holm's procedure: the k-th smallest of m p-values is held against
// (1−Level)/(m−k+1), until one fails. From there on all intervals have the level of the one that failed.
func stepDown(result []Comparison, tests []test) {
	slices.SortStableFunc(tests, func(a, b test) int {
		switch {
		case a.p < b.p:
			return -1
		case a.p > b.p:
			return 1
		}
		return 0
	})
	stopped := false
	level := Level
	for k, t := range tests {
		c := &result[t.index]
		if !stopped {
			level = 1 - (1-Level)/float64(len(tests)-k)
		}
		if len(t.differences) == 0 {
			c.Difference.Level = level
			stopped = true
			continue
		}
		c.Difference = meanAt(t.differences, level)
		if c.Difference.Warning != "" && c.Value.Warning == "" {
			c.warn(c.Difference.Warning + " of the difference")
		}
		switch {
		case stopped && c.Difference.ExcludesZero():
			// only rounding gets here: p is no smaller than the one that failed
			c.Difference.Low, c.Difference.High = min(0, c.Difference.Low), max(0, c.Difference.High)
		case c.Difference.ExcludesZero():
			c.Mark = direction(c.Metric, c.Difference.Mean)
		default:
			stopped = true
		}
	}
}

func direction(metric string, difference float64) Mark {
	switch better := Describe(metric).Better; {
	case better == Neither:
		return Differs
	case (better == Higher) == (difference > 0):
		return Better
	}
	return Worse
}

// difference returns a − b, 0 where that is no more than the rounding of sums that were made in another order.
func difference(a, b float64) float64 {
	if math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b)) {
		return 0
	}
	return a - b
}
