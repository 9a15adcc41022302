package linear

import "math"

// triangle is a triangular factor, as its diagonal and the entries off the diagonal. Its places are
// in the order of elimination. A solve processes the places forward or backward. At each place it
// divides the value at the row of the place by the diagonal. Then it updates the values at the rows
// of the place's entries.
type triangle struct {
	backward   bool
	row        []int32   // per place, its row; −1: the place is removed
	at         []int32   // per row, its place; −1: no entries, and the diagonal is 1
	diagonal   []float64 // per place; nil: 1
	start, end []int32   // per place, range of its entries
	index      []int32
	value      []float64
}

// reset makes the triangle the identity for m rows.
func (t *triangle) reset(m int) {
	t.row, t.start, t.end = t.row[:0], t.start[:0], t.end[:0]
	t.index, t.value = t.index[:0], t.value[:0]
	t.at = filled(t.at, m, -1)
}

// copyFrom copies another triangle.
func (t *triangle) copyFrom(o *triangle) {
	t.backward = o.backward
	t.row, t.at = append(t.row[:0], o.row...), append(t.at[:0], o.at...)
	if o.diagonal != nil {
		t.diagonal = append(t.diagonal[:0], o.diagonal...)
	}
	t.start, t.end = append(t.start[:0], o.start...), append(t.end[:0], o.end...)
	t.index, t.value = append(t.index[:0], o.index...), append(t.value[:0], o.value...)
}

// If the expected density of the result is below hyper, and that of the right side below
// hyperStart, a solve first finds the entries that it needs (Gilbert and Peierls, Sparse partial
// pivoting in time proportional to arithmetic operations, 1988).
const (
	hyper      = 0.10
	hyperStart = 0.05
)

// solve solves the system of the triangle for v in place.
func (t *triangle) solve(v *vector, w *walk) {
	m := len(v.value)
	if v.count >= 0 && m > 100 && v.density < hyper && float64(v.count) < hyperStart*float64(m) {
		t.sparse(v, w)
		return
	}
	t.dense(v)
}

// dense processes all places in order.
func (t *triangle) dense(v *vector) {
	x := v.value
	v.count = -1
	k, past, next := 0, len(t.row), 1
	if t.backward {
		k, past, next = len(t.row)-1, -1, -1
	}
	unit := t.diagonal == nil
	for ; k != past; k += next {
		p := t.row[k]
		if p < 0 || x[p] == 0 {
			continue
		}
		f := x[p]
		if math.Abs(f) <= tiny {
			x[p] = 0
			continue
		}
		if !unit {
			f /= t.diagonal[k]
			x[p] = f
		}
		from, to := t.start[k], t.end[k]
		value := t.value[from:to]
		for e, i := range t.index[from:to] {
			x[i] -= float64(f * value[e])
		}
	}
}

// walk is the scratch of a depth-first search.
type walk struct {
	seen  []bool
	found []int32
	node  []int32
	edge  []int32
}

func (w *walk) resize(m int) {
	w.seen = zeros(w.seen, m)
	w.found, w.node, w.edge = grown(w.found, m)[:0], grown(w.node, m)[:0], grown(w.edge, m)[:0]
}

// sparse finds the rows that can be reached from the listed entries, and processes only their
// places.
func (t *triangle) sparse(v *vector, w *walk) {
	w.found = w.found[:0]
	for _, i := range v.entries() {
		if !w.seen[i] {
			t.reach(i, w)
		}
	}
	count := 0
	for n := len(w.found) - 1; n >= 0; n-- {
		p := w.found[n]
		w.seen[p] = false
		x := v.value[p]
		if math.Abs(x) <= tiny {
			v.value[p] = 0
			continue
		}
		v.index[count] = p
		count++
		k := t.at[p]
		if k < 0 {
			continue
		}
		if t.diagonal != nil {
			x /= t.diagonal[k]
			v.value[p] = x
		}
		from, to := t.start[k], t.end[k]
		value := t.value[from:to]
		for e, i := range t.index[from:to] {
			v.value[i] -= float64(x * value[e])
		}
	}
	v.count = count
}

// reach appends the rows that can be reached from row i, including i. Each row comes after those
// that can be reached from it.
func (t *triangle) reach(i int32, w *walk) {
	w.seen[i] = true
	w.node, w.edge = append(w.node[:0], i), append(w.edge[:0], t.first(i))
	for len(w.node) > 0 {
		top := len(w.node) - 1
		p, e := w.node[top], w.edge[top]
		k := t.at[p]
		if k < 0 || e >= t.end[k] {
			w.found = append(w.found, p)
			w.node, w.edge = w.node[:top], w.edge[:top]
			continue
		}
		w.edge[top]++
		if q := t.index[e]; !w.seen[q] {
			w.seen[q] = true
			w.node, w.edge = append(w.node, q), append(w.edge, t.first(q))
		}
	}
}

func (t *triangle) first(row int32) int32 {
	if k := t.at[row]; k >= 0 {
		return t.start[k]
	}
	return 0
}
