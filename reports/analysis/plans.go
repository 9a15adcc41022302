package analysis

import (
	"math"
	"slices"

	"wavetank/metrics/rows"
)

// The metrics of how good plans are: metrics of what the solvers prove, and shadow prices.
var (
	planMetrics   = []string{"plans", "plans_exact", "plans_altered", "plan_gap_mean", "plan_gap_max", "plan_unserved_gap"}
	shadowMetrics = []string{DemandPrice, LimitPrice}
)

// The shadow prices of the demand of a model and of the limit of a machine type.
const (
	DemandPrice = "shadow_price_demand"
	LimitPrice  = "shadow_price_machine"
)

// ofPlans reports whether a metric belongs in the tables of plans.
func ofPlans(metric string) bool {
	return slices.Contains(planMetrics, metric) || slices.Contains(shadowMetrics, metric)
}

// PlanQuality says how good the plans of a policy are, over all replications. Every field but Plans
// is in percent, and NaN where it is not known.
type PlanQuality struct{ Plans, Exact, Altered, MeanGap, WorstGap, UnservedGap float64 }

// Quality returns how good the plans of a policy are. Solved is false if no solver makes them.
func (a *Analysis) Quality(policy string) (q PlanQuality, solved bool) {
	mean := func(metric string) float64 {
		if c := a.At(policy, Column{rows.All, metric}); c != nil {
			return c.Value.Mean
		}
		return math.NaN()
	}
	q = PlanQuality{mean("plans"), mean("plans_exact"), mean("plans_altered"), mean("plan_gap_mean"), math.NaN(), mean("plan_unserved_gap")}
	for _, r := range a.Rows {
		if r.Policy == policy && r.Metric == "plan_gap_max" && !(r.Value < q.WorstGap) {
			q.WorstGap = r.Value
		}
	}
	return q, !math.IsNaN(q.Plans)
}

// Priced returns the columns of a shadow price in which some policy has a value that is not 0.
func (a *Analysis) Priced(metric string) []Column {
	return Keep(a.Columns, func(c Column) bool { return c.Metric == metric && a.matters(c) })
}

// matters reports whether some policy has a value in a column that is not 0.
func (a *Analysis) matters(c Column) bool {
	return slices.ContainsFunc(a.Policies, func(p string) bool { v := a.At(p, c); return v != nil && v.Value.Mean != 0 })
}
