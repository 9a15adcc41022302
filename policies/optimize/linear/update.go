package linear

import "math"

// update replaces column r of the basis by the column of the last FTRAN with keep. The entry in row
// r of its result is alpha. The last BTRAN with keep must have been for the unit vector e_r. Row r
// of U, except for its diagonal, is eliminated with the rows behind it. The multipliers are those
// of the BTRAN: with w = U⁻ᵀ·e_r,
//
//	row r = U[r][r]·(e_r − Σ_{q≠r} w[q]·row q).
func (f *lu) update(r int32, alpha float64) {
	old := f.upper.at[r]
	pivot := f.upper.diagonal[old]
	f.removeRow(old, r)
	f.removeColumn(old, r)
	f.upper.row[old], f.upperRow.row[old] = -1, -1
	place := int32(len(f.upper.row))
	f.addColumn(place, r, pivot*alpha)
	for k, q := range f.left.index {
		if q == r {
			continue
		}
		if value := -f.left.value[k] * pivot; math.Abs(value) > tiny {
			f.etaIndex, f.etaValue = append(f.etaIndex, q), append(f.etaValue, value)
		}
	}
	f.etaRow = append(f.etaRow, r)
	f.etaStart = append(f.etaStart, int32(len(f.etaIndex)))
}

// removeRow removes row r from the columns of U.
func (f *lu) removeRow(place, r int32) {
	u, v := &f.upper, &f.upperRow
	for e := v.start[place]; e < v.end[place]; e++ {
		k := u.at[v.index[e]]
		u.remove(k, r)
	}
	v.end[place] = v.start[place]
}

// removeColumn removes the column of row r from the rows of U.
func (f *lu) removeColumn(place, r int32) {
	u, v := &f.upper, &f.upperRow
	for e := u.start[place]; e < u.end[place]; e++ {
		k := v.at[u.index[e]]
		v.remove(k, r)
	}
	u.end[place] = u.start[place]
}

// remove removes an entry from a place.
func (t *triangle) remove(place, index int32) {
	last := t.end[place] - 1
	for e := t.start[place]; e <= last; e++ {
		if t.index[e] == index {
			t.index[e], t.value[e] = t.index[last], t.value[last]
			t.end[place] = last
			return
		}
	}
}

// addColumn appends the spike as the last column of U.
func (f *lu) addColumn(place, r int32, diagonal float64) {
	u, v := &f.upper, &f.upperRow
	u.row, v.row = append(u.row, r), append(v.row, r)
	u.diagonal, v.diagonal = append(u.diagonal, diagonal), append(v.diagonal, diagonal)
	u.at[r], v.at[r] = place, place
	u.start = append(u.start, int32(len(u.index)))
	for k, i := range f.spike.index {
		x := f.spike.value[k]
		if i == r || math.Abs(x) <= tiny {
			continue
		}
		u.index, u.value = append(u.index, i), append(u.value, x)
		f.addToRow(v.at[i], r, x)
	}
	u.end = append(u.end, int32(len(u.index)))
	at := int32(len(v.index))
	v.start, v.end, f.room = append(v.start, at), append(v.end, at), append(f.room, at)
}

// addToRow appends an entry to a row of U. If the row has no room, it moves to the end.
func (f *lu) addToRow(place, index int32, value float64) {
	v := &f.upperRow
	if v.end[place] == f.room[place] {
		from, to := v.start[place], v.end[place]
		at := int32(len(v.index))
		v.index, v.value = moved(v.index, from, to), moved(v.value, from, to)
		v.start[place], v.end[place], f.room[place] = at, at+to-from, int32(len(v.index))
	}
	v.index[v.end[place]], v.value[v.end[place]] = index, value
	v.end[place]++
}
