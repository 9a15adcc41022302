package integer

import (
	"cmp"
	"math"
	"slices"
)

// cut is a row Σ values·x ≤ upper that all solutions satisfy, but not the solution of the
// relaxation.
type cut struct {
	columns  []int
	values   []float64
	upper    float64
	efficacy float64 // distance of the relaxation's solution from the row
	norm     float64
}

const (
	leastEfficacy = 1e-4 // least efficacy of a cut
	mostRatio     = 1e6  // largest ratio of two coefficients of a cut
	mostParallel  = 0.9  // largest cosine of the angle between two cuts of one round
)

// accumulator collects the coefficients of a cut column by column.
type accumulator struct {
	values  []float64
	columns []int
	in      []bool
}

func newAccumulator(columns int) accumulator {
	return accumulator{values: make([]float64, columns), in: make([]bool, columns)}
}

func (a *accumulator) reset() {
	for _, j := range a.columns {
		a.values[j], a.in[j] = 0, false
	}
	a.columns = a.columns[:0]
}

func (a *accumulator) add(j int, value float64) {
	if !a.in[j] {
		a.in[j] = true
		a.columns = append(a.columns, j)
	}
	a.values[j] += value
}

// cut returns the collected row as a cut. It returns nil if x violates the row by too little, or if
// its coefficients differ too much. Coefficients of almost 0 are removed: the column is replaced by
// the bound that weakens the row.
func (a *accumulator) cut(d *domain, x []float64, upper float64) *cut {
	largest := 0.0
	for _, j := range a.columns {
		largest = max(largest, math.Abs(a.values[j]))
	}
	if largest == 0 || math.IsInf(largest, 0) || math.IsNaN(upper) || math.IsInf(upper, 0) {
		return nil
	}
	slices.Sort(a.columns)
	c := &cut{upper: upper}
	left, norm := 0.0, 0.0
	for _, j := range a.columns {
		v := a.values[j]
		if v == 0 {
			continue
		}
		if math.Abs(v) < largest/mostRatio {
			bound := d.lower[j]
			if v < 0 {
				bound = d.upper[j]
			}
			if math.IsInf(bound, 0) {
				return nil
			}
			c.upper -= float64(v * bound)
			continue
		}
		c.columns, c.values = append(c.columns, j), append(c.values, v)
		left += float64(v * x[j])
		norm += float64(v * v)
	}
	c.norm = math.Sqrt(norm)
	if !c.hasWholeNumbers() {
		c.upper += float64(sameTolerance * math.Abs(c.upper))
	}
	c.efficacy = (left - c.upper) / c.norm
	if !(c.efficacy >= leastEfficacy) || len(c.columns) > 100+len(x)/2 {
		return nil
	}
	return c
}

// hasWholeNumbers reports whether all numbers of a cut are whole. Such a cut has no rounding
// errors.
func (c *cut) hasWholeNumbers() bool {
	for _, v := range c.values {
		if v != math.Round(v) {
			return false
		}
	}
	return c.upper == math.Round(c.upper)
}

// pick returns the cuts with the largest efficacy, as many as the parameter most allows. It leaves
// out cuts that are nearly parallel to a better cut.
func pick(cuts []*cut, most, columns int) []*cut {
	slices.SortStableFunc(cuts, func(a, b *cut) int {
		return cmp.Or(cmp.Compare(b.efficacy, a.efficacy), len(a.columns)-len(b.columns))
	})
	dense := make([]float64, columns)
	var chosen []*cut
	for _, c := range cuts {
		if len(chosen) == most {
			break
		}
		for k, j := range c.columns {
			dense[j] = c.values[k]
		}
		if !slices.ContainsFunc(chosen, func(o *cut) bool { return o.parallel(dense, c.norm) }) {
			chosen = append(chosen, c)
		}
		for _, j := range c.columns {
			dense[j] = 0
		}
	}
	return chosen
}

// parallel reports whether a cut is nearly parallel to another cut, whose coefficients and length
// are given.
func (c *cut) parallel(dense []float64, norm float64) bool {
	dot := 0.0
	for k, j := range c.columns {
		dot += float64(c.values[k] * dense[j])
	}
	return dot > mostParallel*c.norm*norm
}
