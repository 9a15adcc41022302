package integer

import "math"

// mostAggregated is the largest number of rows that are added up for one cut.
const mostAggregated = 6

// rowCuts returns rounding cuts from single rows and from sums of a few rows. Each further row is
// chosen to eliminate the column that is farthest from its bounds.
func (r *rounding) rowCuts(into []*cut) []*cut {
	used := make([]bool, len(r.rows))
	for i := range r.rows {
		multipliers := []multiplier{{i, 1}}
		used[i] = true
		for {
			found := false
			for range 2 {
				if r.aggregate(multipliers) {
					if c := r.best(0); c != nil {
						into, found = append(into, c), true
					}
				}
				for k := range multipliers {
					multipliers[k].by = -multipliers[k].by
				}
			}
			if found || len(multipliers) == mostAggregated {
				break
			}
			next, ok := r.extend(multipliers, used)
			if !ok {
				break
			}
			used[next.row] = true
			multipliers = append(multipliers, next)
		}
		for _, m := range multipliers {
			used[m.row] = false
		}
	}
	return into
}

// extend returns the row to add to an aggregation, with its multiplier.
func (r *rounding) extend(multipliers []multiplier, used []bool) (multiplier, bool) {
	r.sum.reset()
	for _, m := range multipliers {
		w := r.rows[m.row]
		for k, j := range w.columns {
			r.sum.add(j, float64(m.by*w.values[k]))
		}
	}
	best, distance := multiplier{}, 1e-6
	for _, j := range r.sum.columns {
		a := r.sum.values[j]
		if r.m.whole[j] || math.Abs(a) < 1e-9 {
			continue
		}
		low, _ := r.bounds.tightest(r.d, r.x, j, false)
		high, _ := r.bounds.tightest(r.d, r.x, j, true)
		away := min(r.x[j]-low, high-r.x[j])
		if away <= distance {
			continue
		}
		if i, value := r.tightRow(j, used); i >= 0 {
			best, distance = multiplier{i, -a / value}, away
		}
	}
	return best, distance > 1e-6
}

// tightRow returns the unused row of column j whose activity is closest to one of its sides, and
// the coefficient of the column in this row. It returns −1 if there is no such row.
func (r *rounding) tightRow(j int, used []bool) (at int, value float64) {
	at = -1
	least := math.Inf(1)
	for _, e := range r.m.columns[j] {
		if used[e.row] {
			continue
		}
		w := r.rows[e.row]
		slack := min(r.activity[e.row]-w.lower, w.upper-r.activity[e.row]) / math.Abs(e.value)
		if slack += float64(1e-3 * float64(len(w.columns))); slack < least {
			at, value, least = e.row, e.value, slack
		}
	}
	return at, value
}
