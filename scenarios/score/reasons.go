package score

import (
	"cmp"
	"slices"
	"strings"

	"wavetank/metrics/rows"
	"wavetank/scenarios"
)

// Reason is a part of what was missed or paid. Value is the percentage of the requests of the
// scope that missed their objective for this reason, or of the cost that was paid for it.
type Reason struct {
	Scope  string // a model, a pipeline, or rows.All
	Metric string // name in results, such as missed_burst
	Value  float64
}

// reasonsOf returns the reasons of finished runs that were met, the largest of each kind first.
func reasonsOf(runs []*scenarios.Finished) (list []Reason) {
	type at struct{ scope, metric string }
	sums := map[at]float64{}
	for _, f := range runs {
		for _, m := range f.Measures {
			if kindOf(m.Metric) != "" {
				sums[at{m.Scope, m.Metric}] += m.Value
			}
		}
	}
	total := func(scope, metric string) (sum float64) {
		for _, f := range runs {
			sum += f.Value(scope, metric)
		}
		return sum
	}
	for where, sum := range sums {
		if of := total(where.scope, wholes[kindOf(where.metric)]); sum > 0 && of > 0 {
			list = append(list, Reason{where.scope, where.metric, 100 * sum / of})
		}
	}
	slices.SortFunc(list, func(a, b Reason) int {
		return cmp.Or(strings.Compare(kindOf(b.Metric), kindOf(a.Metric)), cmp.Compare(b.Value, a.Value), strings.Compare(a.Scope, b.Scope), strings.Compare(a.Metric, b.Metric))
	})
	return list
}

// wholes are the metrics of which reasons are shares, by kind.
var wholes = map[string]string{"missed": "arrived", "given_up": "arrived", "cost": "cost"}

// kindOf returns the kind of reason that a metric is: requests that missed their objective, what
// came before their rejection or drop, or parts of the cost. It returns "" for other metrics.
func kindOf(metric string) string {
	switch {
	case strings.HasPrefix(metric, "missed_"):
		return "missed"
	case strings.HasPrefix(metric, "given_up_"):
		return "given_up"
	case metric == "cost_booting", metric == "cost_loading", metric == "cost_called_off":
		return "cost"
	}
	return ""
}

// Title names the metric of a reason for people.
func (r *Reason) Title() string { return rows.Describe(r.Metric).Title }
