package compare

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// Compare folds rows into one Comparison for each scenario, scope, metric and policy, in the order
// in which each of these first appears. Values are means over replications, with two exceptions.
// Percentiles with pooled rows are percentiles of the requests of all replications together. The
// value of slo_attainment is that of all requests together, if there are rows of arrived.
//
// Replications with the same number have the same requests, so policies are compared by the paired
// t interval. The pairs are the values of the replications. For percentiles and attainment they are
// jackknife pseudo-values.
//
// The m policies that are compared with the baseline in one scenario, scope and metric form a
// family. Each interval has the level 1−(1−Level)/m (Bonferroni), so the probability of any false
// mark in the family is at most 1−Level. Policies with equal data have equal intervals. If baseline
// is "", nothing is compared.
func Compare(data []rows.Row, pooled []rows.Pooled, baseline string) ([]Comparison, error) {
	table, err := tabulate(data)
	if err == nil {
		err = table.pool(pooled)
	}
	if err != nil {
		return nil, err
	}
	if baseline != "" && len(data) > 0 && !slices.Contains(table.policies, baseline) {
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
	withhold(result, baseline)
	return result, nil
}

// cell identifies one metric of one policy, over all replications.
type cell struct{ scenario, policy, scope, metric string }

type table struct {
	scenarios, policies, scopes, metrics []string // in order of first appearance
	runs                                 map[cell][]run
	units                                map[cell]string // the policy of the key is empty
	pooled                               map[cell]estimate
}

func tabulate(data []rows.Row) (*table, error) {
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
	for _, r := range data {
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

// pool adds the percentiles over all replications together.
func (t *table) pool(pooled []rows.Pooled) error {
	t.pooled = map[cell]estimate{}
	data := map[cell][]rows.Pooled{}
	for _, r := range pooled {
		key := cell{r.Scenario, r.Policy, r.Scope, r.Metric}
		data[key] = append(data[key], r)
	}
	for key, list := range data {
		e, err := pooledEstimate(list)
		if err != nil {
			return err
		}
		t.pooled[key] = e
	}
	return nil
}

// estimate returns the value of a policy in one metric.
func (t *table) estimate(key cell, unit string) estimate {
	if e, ok := t.pooled[key]; ok {
		return e
	}
	if key.metric == shareInTime {
		arrived := key
		arrived.metric = "arrived"
		if e, ok := attainment(t.runs[key], t.runs[arrived], Level); ok {
			return e
		}
	}
	return mean(t.runs[key], key.metric, unit)
}

// family compares the policies in one metric. The policy of key is empty.
func (t *table) family(key cell, baseline string) []Comparison {
	of := func(policy string) cell { return cell{key.scenario, policy, key.scope, key.metric} }
	var present []string
	compared := 0
	for _, policy := range t.policies {
		if len(t.runs[of(policy)]) > 0 {
			present = append(present, policy)
			if policy != baseline {
				compared++
			}
		}
	}
	unit := t.units[key]
	base := t.estimate(of(baseline), unit)
	level := 1 - (1-Level)/float64(max(1, compared))
	var result []Comparison
	for _, policy := range present {
		e := t.estimate(of(policy), unit)
		c := Comparison{
			Scenario: key.scenario, Policy: policy, Scope: key.scope, Metric: key.metric, Unit: unit, Value: e.Interval,
			Difference: undefined(level, ""), Reduction: math.NaN(), Warning: e.Warning,
		}
		if baseline != "" && policy != baseline {
			c.compare(e, base, level)
		}
		result = append(result, c)
	}
	return result
}

// compare sets the difference to the baseline, with its interval at a level, and the mark.
func (c *Comparison) compare(e, base estimate, level float64) {
	if base.N == 0 {
		c.warn("the baseline has no value: no difference")
		return
	}
	ours, theirs := pairs(e.parts, base.parts)
	c.Difference.N = len(ours)
	if len(ours) == 0 {
		c.warn("no replication in common with the baseline: no difference")
		return
	}
	if most := max(len(e.parts), len(base.parts)); len(ours) < most {
		c.warn(fmt.Sprintf("difference over the %d of %d replications that the baseline has too", len(ours), most))
	}
	if !finite(values(e.parts)) || !finite(values(base.parts)) {
		c.undefined(e, base)
		return
	}
	differences := make([]float64, len(ours))
	for i := range ours {
		differences[i] = difference(ours[i], theirs[i])
	}
	d := meanAt(differences, level)
	if len(ours) == len(e.parts) && len(ours) == len(base.parts) {
		// for percentiles and shares, the mean of the pairs is not exactly the difference
		move := difference(e.Mean, base.Mean) - d.Mean
		d.Mean, d.Low, d.High = d.Mean+move, d.Low+move, d.High+move
	}
	if whole := rows.Whole(c.Metric, c.Unit); e.within(whole) && base.within(whole) {
		d.Low, d.High = max(d.Low, -whole), min(d.High, whole)
	}
	c.Difference = d
	if d.Warning != "" && c.Value.Warning == "" {
		c.warn(d.Warning + " of the difference")
	}
	c.Mark = MarkOf(c.Metric, d)
	if len(ours) > 1 {
		_, a := moments(ours)
		_, b := moments(theirs)
		_, paired := moments(differences)
		c.Reduction = (a + b) / paired
	}
}

// undefined sets the warning that says why there is no difference: a contribution is infinite or
// undefined.
func (c *Comparison) undefined(e, base estimate) {
	switch {
	case c.Value.Warning != "" && !finite(values(e.parts)):
		c.warn("no difference to the baseline")
	case slices.ContainsFunc(append(values(e.parts), values(base.parts)...), math.IsNaN) && !math.IsNaN(e.Mean+base.Mean):
		c.warn("too few requests beyond the percentile: no difference")
	default:
		c.warn("the baseline is infinite or not defined in some replication: no difference")
	}
}

// pairs returns the contributions of the replications that are in both lists.
func pairs(a, b []run) (ours, theirs []float64) {
	for x, y := range both(a, b) {
		ours, theirs = append(ours, x.value), append(theirs, y.value)
	}
	return ours, theirs
}

// both yields the runs of the replications that are in both lists. Both lists are in the order of
// replications.
func both(a, b []run) iter.Seq2[run, run] {
	return func(yield func(run, run) bool) {
		for i, j := 0, 0; i < len(a) && j < len(b); {
			switch {
			case a[i].replication < b[j].replication:
				i++
			case a[i].replication > b[j].replication:
				j++
			default:
				if !yield(a[i], b[j]) {
					return
				}
				i, j = i+1, j+1
			}
		}
	}
}

func finite(values []float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return math.IsInf(v, 0) || math.IsNaN(v) })
}

func direction(metric string, difference float64) Mark {
	switch better := rows.Describe(metric).Better; {
	case better == rows.Neither:
		return Differs
	case (better == rows.Higher) == (difference > 0):
		return Better
	}
	return Worse
}

// difference returns a − b. It returns 0 if the difference may be a rounding error.
func difference(a, b float64) float64 {
	if math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b)) {
		return 0
	}
	return a - b
}
