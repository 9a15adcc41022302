package linear

import "math"

// least is the smallest absolute value of a pivot in the factorisation.
const least = 1e-10

// factorize computes the factors of the basis with the variables head. It reorders head, so that
// each variable is at the index of its pivot row. Variable n+i is the variable of row i, whose
// column is a unit vector. If the basis is singular, variables of rows replace columns. Lost lists
// the variables that were replaced.
func (f *lu) factorize(a *matrix, head []int32) (lost []int32) {
	f.m = a.rows
	k := &f.kernel
	f.reset()
	k.begin(a, head)
	k.takeUnits(f)
	k.takeSingletons(f)
	if k.left() > 0 {
		k.activate(f)
		k.eliminate(f)
	}
	lost = k.repair(f)
	copy(head, k.placed)
	f.finish()
	return lost
}

// reset empties the factors, with room for a few entries per row and for updates.
func (f *lu) reset() {
	m := f.m
	for _, t := range []*triangle{&f.lower, &f.lowerRow, &f.upper, &f.upperRow} {
		t.reset(m)
	}
	f.lowerRow.backward, f.upper.backward = true, true
	for _, t := range []*triangle{&f.upper, &f.upperRow} {
		t.index, t.value = roomy(t.index, 8*m), roomy(t.value, 8*m)
		t.row, t.start, t.end = roomy(t.row, m+mostUpdates), roomy(t.start, m+mostUpdates), roomy(t.end, m+mostUpdates)
		t.diagonal = roomy(t.diagonal, m+mostUpdates)
	}
	f.etaIndex, f.etaValue = roomy(f.etaIndex, 4*m), roomy(f.etaValue, 4*m)
	f.etaRow, f.etaStart = roomy(f.etaRow, mostUpdates), roomy(f.etaStart, mostUpdates+1)
	f.spike.index, f.spike.value = roomy(f.spike.index, m), roomy(f.spike.value, m)
	f.left.index, f.left.value = roomy(f.left.index, m), roomy(f.left.value, m)
	f.etaStart = append(f.etaStart, 0)
	f.walk.resize(m)
}

// pivot appends a place to U, without its entries.
func (f *lu) pivot(row int32, diagonal float64) {
	f.upper.at[row] = int32(len(f.upper.row))
	f.upper.row = append(f.upper.row, row)
	f.upper.diagonal = append(f.upper.diagonal, diagonal)
}

// finish writes U by columns and by rows from the entries that the kernel collected, and L by rows.
func (f *lu) finish() {
	k, u, v, m := &f.kernel, &f.upper, &f.upperRow, f.m
	v.row, v.diagonal, v.at = append(v.row, u.row...), append(v.diagonal, u.diagonal...), append(v.at[:0], u.at...)
	u.start, u.end = zeros(u.start, m), zeros(u.end, m)
	v.start, v.end, f.room = zeros(v.start, m), zeros(v.end, m), grown(f.room, m)
	for _, e := range k.entries {
		if c := k.rowOf[e.column]; c >= 0 {
			u.end[u.at[c]]++
			v.end[u.at[e.row]]++
		}
	}
	offset(u.start, u.end, nil)
	size := offset(v.start, v.end, f.room)
	u.index, u.value = grown(u.index, size), grown(u.value, size)
	v.index, v.value = grown(v.index, size), grown(v.value, size)
	for _, e := range k.entries {
		c := k.rowOf[e.column]
		if c < 0 {
			continue
		}
		column, row := u.at[c], u.at[e.row]
		u.index[u.end[column]], u.value[u.end[column]] = e.row, e.value
		u.end[column]++
		v.index[v.end[row]], v.value[v.end[row]] = c, e.value
		v.end[row]++
	}
	f.finishLower()
	f.base = len(u.index) + len(f.lower.index)
}

// offset lays out lists one after the other: it sets start[k] and count[k] to the start of list k,
// and room[k] to its end, unless room is nil. It returns the sum of the counts.
func offset(start, count, room []int32) int {
	at := int32(0)
	for k, c := range count {
		start[k], count[k] = at, at
		at += c
		if room != nil {
			room[k] = at
		}
	}
	return int(at)
}

// finishLower writes L by rows, in the order of elimination of the rows.
func (f *lu) finishLower() {
	l, t := &f.lower, &f.lowerRow
	count := zeros(f.kernel.rowScratch, f.m)
	f.kernel.rowScratch = count
	for _, i := range l.index {
		count[i]++
	}
	at := int32(0)
	for _, row := range f.upper.row {
		if count[row] == 0 {
			continue
		}
		t.at[row] = int32(len(t.row))
		t.row, t.start, t.end = append(t.row, row), append(t.start, at), append(t.end, at)
		at += count[row]
	}
	t.index, t.value = grown(t.index, int(at)), grown(t.value, int(at))
	for k, p := range l.row {
		for e := l.start[k]; e < l.end[k]; e++ {
			place := t.at[l.index[e]]
			t.index[t.end[place]], t.value[t.end[place]] = p, l.value[e]
			t.end[place]++
		}
	}
}

// addLower appends a place to L, with the multipliers of the eliminated rows.
func (f *lu) addLower(row int32, rows []int32, values []float64, pivot float64) {
	l := &f.lower
	from := int32(len(l.index))
	for k, i := range rows {
		if i != row && values[k] != 0 {
			l.index, l.value = append(l.index, i), append(l.value, values[k]/pivot)
		}
	}
	f.endLower(row, from)
}

// endLower adds a place for a row to L. Its entries are the last ones, from the index from on. It
// does nothing if there are no such entries.
func (f *lu) endLower(row, from int32) {
	l := &f.lower
	if to := int32(len(l.index)); to > from {
		l.at[row] = int32(len(l.row))
		l.row, l.start, l.end = append(l.row, row), append(l.start, from), append(l.end, to)
	}
}

// large returns the largest absolute value.
func large(values []float64) float64 {
	most := 0.
	for _, v := range values {
		most = max(most, math.Abs(v))
	}
	return most
}
