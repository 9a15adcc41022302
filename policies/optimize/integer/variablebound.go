package integer

import "math"

// variableBound is a bound on a column that depends on a whole column: base + slope·x[by].
type variableBound struct {
	by          int
	base, slope float64
}

func (b *variableBound) at(x []float64) float64 { return b.base + float64(b.slope*x[b.by]) }

// variableBounds are the variable bounds of columns that need not be whole. They follow from rows
// of two columns.
type variableBounds struct {
	lower, upper [][]variableBound
}

func newVariableBounds(m *model) variableBounds {
	v := variableBounds{make([][]variableBound, len(m.cost)), make([][]variableBound, len(m.cost))}
	for i := range m.rows {
		r := &m.rows[i]
		if len(r.columns) != 2 || m.whole[r.columns[0]] == m.whole[r.columns[1]] {
			continue
		}
		x, y := 0, 1
		if m.whole[r.columns[0]] {
			x, y = 1, 0
		}
		j, a, slope := r.columns[x], r.values[x], -r.values[y]/r.values[x]
		low, high := r.lower/a, r.upper/a
		if a < 0 {
			low, high = high, low
		}
		if !math.IsInf(high, 1) {
			v.upper[j] = append(v.upper[j], variableBound{r.columns[y], high, slope})
		}
		if !math.IsInf(low, -1) {
			v.lower[j] = append(v.lower[j], variableBound{r.columns[y], low, slope})
		}
	}
	return v
}

// tightest returns the value of the tightest lower or upper bound of column j at x. If this is a
// variable bound, it also returns this bound, otherwise nil. A variable bound wins a tie.
func (v *variableBounds) tightest(d *domain, x []float64, j int, upper bool) (float64, *variableBound) {
	bound, list := d.lower[j], v.lower[j]
	if upper {
		bound, list = d.upper[j], v.upper[j]
	}
	var found *variableBound
	for k := range list {
		at := list[k].at(x)
		if upper && at <= bound+sameTolerance || !upper && at >= bound-sameTolerance {
			bound, found = at, &list[k]
		}
	}
	return bound, found
}
