package compare

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"wavetank/metrics/rows"
)

// Set is one finished set of results of one scenario. Its values can be contrasted with those of
// other sets.
type Set struct {
	scenario string
	table    *table
}

// Quantity is a metric in a scope, with its unit.
type Quantity struct{ Scope, Metric, Unit string }

// Value is the value of a quantity under one policy, with the contributions of the replications.
type Value struct{ estimate }

// SetOf returns the set of the rows of a scenario. It is an error if a replication has two values
// of a metric, or if pooled rows are incomplete.
func SetOf(scenario string, data []rows.Row, pooled []rows.Pooled) (*Set, error) {
	t, err := tabulate(data)
	if err == nil {
		err = t.pool(pooled)
	}
	if err != nil {
		return nil, err
	}
	return &Set{scenario, t}, nil
}

// Policies lists the policies that have rows, in the order of their rows.
func (s *Set) Policies() []string { return s.table.policies }

// Quantities lists the metrics of a scope in the order of their rows.
func (s *Set) Quantities(scope string) (list []Quantity) {
	for _, metric := range s.table.metrics {
		if unit, has := s.table.units[cell{s.scenario, "", scope, metric}]; has {
			list = append(list, Quantity{scope, metric, unit})
		}
	}
	return list
}

// Scopes lists the scopes in the order of their rows.
func (s *Set) Scopes() []string { return s.table.scopes }

// Value returns the value of a metric under a policy. Ok is false if there are no rows.
func (s *Set) Value(policy, scope, metric string) (v Value, ok bool) {
	key := cell{s.scenario, policy, scope, metric}
	if len(s.table.runs[key]) == 0 {
		return Value{estimate{Interval: undefined(Level, "no rows")}}, false
	}
	return Value{s.table.estimate(key, s.table.units[cell{s.scenario, "", scope, metric}])}, true
}

// work returns the completed requests per second by which a metric of a scope is judged to be equal
// work: those of the scope or, if it has none, those of all requests.
func (s *Set) work(policy, scope string) (rate float64, known bool) {
	v, known := s.Value(policy, scope, "throughput")
	if !known {
		v, known = s.Value(policy, rows.All, "throughput")
	}
	return v.Mean, known
}

// Member is one policy of one set.
type Member struct {
	Set    *Set
	Policy string
}

// Comparing says how two values are compared.
type Comparing struct {
	Paired bool    // replications with the same number have the same requests
	Level  float64 // confidence level of the intervals
	// Margin is the largest relative difference that counts as the same. For percentages it is
	// a difference in percentage points divided by 100. 0: no difference counts as the same.
	Margin float64
}

// Contrast is the difference of a value from a base.
type Contrast struct {
	Base, Value Value
	Paired      bool
	Difference  Interval // value − base, in the unit of the metric
	// Change is the difference as a multiple of the base. It is undefined if the base may be zero.
	Change Interval
	// Mark says whether the value is shown to be better or worse than the base: the interval of the
	// difference excludes zero.
	Mark Mark
	// Same reports that the whole interval lies within the margin.
	Same    bool
	Warning string // why something is left out; empty: nothing is
}

// Against compares the quantity of a policy with that of a base.
func (m Member) Against(base Member, q Quantity, t Comparing) Contrast {
	v, has := m.Set.Value(m.Policy, q.Scope, q.Metric)
	b, had := base.Set.Value(base.Policy, q.Scope, q.Metric)
	c := Contrast{Base: b, Value: v, Paired: t.Paired, Difference: undefined(t.Level, ""), Change: undefined(t.Level, "")}
	switch {
	case !had && !has:
		c.Warning = "neither has the metric"
		return c
	case !had || !has:
		c.Warning = "only one of the two has the metric"
		return c
	}
	j, why := jointly(v.estimate, b.estimate, t.Paired)
	if why != "" {
		c.Warning = why
		return c
	}
	c.Difference, c.Change = j.difference(t.Level), j.change(t.Level)
	if whole := rows.Whole(q.Metric, q.Unit); v.within(whole) && b.within(whole) {
		c.Difference.Low, c.Difference.High = max(c.Difference.Low, -whole), min(c.Difference.High, whole)
	}
	c.Mark = MarkOf(q.Metric, c.Difference)
	c.Same = t.Margin > 0 && j.within(t, q.Unit == "%")
	if slices.Contains(perWork, q.Metric) {
		ours, known := m.Set.work(m.Policy, q.Scope)
		theirs, given := base.Set.work(base.Policy, q.Scope)
		if known && given && math.Abs(ours-theirs) > sameWork*max(ours, theirs) {
			c.Mark, c.Same = Unequal, false
		}
	}
	return c
}

// MarkOf returns the mark of a difference in a metric: Unmarked if the interval contains zero.
func MarkOf(metric string, d Interval) Mark {
	if !d.ExcludesZero() {
		return Unmarked
	}
	return direction(metric, d.Mean)
}

// jointly returns the two estimates with their variances. If they cannot be compared, why says so.
func jointly(e, base estimate, paired bool) (j joint, why string) {
	ours, theirs := values(e.parts), values(base.parts)
	j = joint{a: e.Mean, b: base.Mean}
	if paired {
		ours, theirs = pairs(e.parts, base.parts)
		if len(ours) == 0 {
			return j, "no replication in common"
		}
	}
	switch {
	case len(ours) == 0 || len(theirs) == 0 || math.IsNaN(e.Mean) || math.IsNaN(base.Mean):
		return j, "not defined in one of the two"
	case !finite(ours) || !finite(theirs) || math.IsInf(e.Mean, 0) || math.IsInf(base.Mean, 0):
		return j, "infinite or not defined in some replication"
	}
	if paired && (len(ours) < len(e.parts) || len(theirs) < len(base.parts)) {
		j.a, _ = moments(ours)
		j.b, _ = moments(theirs)
	}
	n, m := float64(len(ours)), float64(len(theirs))
	_, j.varA = moments(ours)
	_, j.varB = moments(theirs)
	j.varA, j.varB = j.varA/n, j.varB/m
	j.n = min(len(ours), len(theirs))
	switch {
	case j.n < 2:
		j.freedom = 0
	case paired:
		j.covariance = stat.Covariance(ours, theirs, nil) / n
		j.freedom = n - 1
	default:
		j.freedom = satterthwaite([]float64{j.varA, j.varB}, []float64{n, m})
	}
	return j, ""
}

// satterthwaite returns the degrees of freedom of a sum of independent means, from their variances
// and the numbers of values (Welch, Biometrika 34, 1947). It returns 0 if a mean has fewer than two
// values.
func satterthwaite(variances, counts []float64) float64 {
	sum, parts := 0.0, 0.0
	for i, v := range variances {
		if counts[i] < 2 {
			return 0
		}
		sum += v
		parts += v * v / (counts[i] - 1)
	}
	if parts == 0 {
		return slices.Max(counts) - 1
	}
	return sum * sum / parts
}

// joint holds two estimates a and b, and what is known of their errors.
type joint struct {
	a, b       float64
	varA, varB float64 // variances of the estimates
	covariance float64 // of the two estimates; 0 if they are independent
	n          int     // replications that both have
	freedom    float64 // degrees of freedom; 0: there is no interval
}

// spread returns the half-width of the interval of a − ratio·b. It returns 0 if what remains of the
// variance may be a rounding error.
func (j joint) spread(ratio, level float64) float64 {
	whole := j.varA + ratio*ratio*j.varB
	variance := whole - 2*ratio*j.covariance
	if variance <= 1e-14*whole {
		return 0
	}
	return quantile(level, j.freedom) * math.Sqrt(variance)
}

// difference returns a − b with its interval: Student's t for pairs, Welch's t otherwise.
func (j joint) difference(level float64) Interval {
	d := undefined(level, "")
	d.Mean, d.N = difference(j.a, j.b), j.n
	if j.freedom == 0 {
		d.Warning = fmt.Sprintf("%s: no interval", replications(j.n))
		return d
	}
	half := j.spread(1, level)
	d.Low, d.High = d.Mean-half, d.Mean+half
	return d
}

// change returns a/b − 1 with Fieller's interval (Journal of the Royal Statistical Society B 16,
// 1954): all ratios r for which the interval of a − r·b contains zero. So it excludes zero if and
// only if the interval of the difference does. It is undefined if the interval of b contains zero.
func (j joint) change(level float64) Interval {
	c := undefined(level, "")
	c.N = j.n
	if j.b == 0 {
		return c
	}
	if j.freedom == 0 {
		c.Mean, c.Warning = difference(j.a, j.b)/math.Abs(j.b), fmt.Sprintf("%s: no interval", replications(j.n))
		return c
	}
	t := quantile(level, j.freedom)
	certain := j.b*j.b - t*t*j.varB
	if certain <= 0 {
		return c
	}
	c.Mean = difference(j.a, j.b) / math.Abs(j.b)
	if j.spread(1, level) == 0 && j.a == j.b {
		c.Low, c.High = 0, 0
		return c
	}
	middle := j.a*j.b - t*t*j.covariance
	under := middle*middle - certain*(j.a*j.a-t*t*j.varA)
	root := math.Sqrt(max(0, under))
	if under <= 1e-14*middle*middle {
		root = 0
	}
	low, high := (middle-root)/certain-1, (middle+root)/certain-1
	if j.b < 0 {
		low, high = -high, -low
	}
	c.Low, c.High = min(low, c.Mean), max(high, c.Mean)
	if j.a >= 0 && j.b > 0 {
		c.Low = max(c.Low, -1) // no value is below zero
	}
	return c
}

// within reports whether the whole interval lies within the margin. Points says that the margin is
// a difference of percentages, not a multiple of the base.
func (j joint) within(t Comparing, points bool) bool {
	if j.freedom == 0 {
		return false
	}
	if points {
		d := j.difference(t.Level)
		return d.Low >= -100*t.Margin && d.High <= 100*t.Margin
	}
	size := math.Abs(j.b)
	a := math.Copysign(1, j.b) * j.a
	k := j
	k.a, k.b = a, size
	return k.a-(1-t.Margin)*k.b-k.spread(1-t.Margin, t.Level) >= 0 && k.a-(1+t.Margin)*k.b+k.spread(1+t.Margin, t.Level) <= 0
}
