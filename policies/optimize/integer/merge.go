package integer

import (
	"math"
	"slices"
)

// merge joins rows whose coefficients are multiples of each other into one row.
func (m *model) merge() {
	seen := map[uint64][]int{}
	left := m.rows[:0]
	for _, r := range m.rows {
		key := r.key()
		twin := -1
		for _, i := range seen[key] {
			if left[i].multiple(&r) {
				twin = i
			}
		}
		if twin < 0 {
			seen[key] = append(seen[key], len(left))
			left = append(left, r)
			continue
		}
		t := &left[twin]
		by := t.values[0] / r.values[0]
		low, high := by*r.lower, by*r.upper
		if by < 0 {
			low, high = high, low
		}
		t.lower, t.upper = max(t.lower, low), min(t.upper, high)
		if t.lower > t.upper && t.lower-t.upper <= sameTolerance*(1+math.Abs(t.lower)) {
			t.lower = t.upper
		}
	}
	m.rows = left
}

// key returns a hash of the row's columns (FNV-1a, one column at a time).
func (r *row) key() uint64 {
	h := uint64(14695981039346656037)
	for _, j := range r.columns {
		h = (h ^ uint64(j)) * 1099511628211
	}
	return h
}

// multiple reports whether the coefficients of a row are a multiple of those of another row.
func (r *row) multiple(other *row) bool {
	if !slices.Equal(r.columns, other.columns) {
		return false
	}
	by := r.values[0] / other.values[0]
	for k, a := range r.values {
		if math.Abs(a-float64(by*other.values[k])) > 1e-12*math.Abs(a) {
			return false
		}
	}
	return true
}
