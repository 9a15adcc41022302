package linear

import (
	"math"
	"slices"
)

// kernel is the part of a basis matrix that is not yet eliminated during a factorisation.
type kernel struct {
	a    *matrix
	n    int
	head []int32 // per column of the kernel, its variable

	rowOf   []int32 // per column, its pivot row; −1: none yet
	done    []bool  // per row, whether it is a pivot row
	placed  []int32 // per row, the variable of its pivot
	pivots  int
	entries []entry // entries of U so far

	byRow   lists // per row that is not done, the columns with an entry in it
	columns lists // per column without a pivot, its rows that are not done
	values  []float64
	largest []float64 // per column, its largest absolute value

	columnsWith, rowsWith buckets
	multiplier            []float64 // per row, the multiplier of the present elimination
	met                   []bool    // per row, whether the present column has an entry in it
	stack                 []int32
	rowScratch            []int32
	lost                  []int32
}

// entry is an entry of U, in the row of a pivot and a column of the kernel.
type entry struct {
	row, column int32
	value       float64
}

// lists holds a list of numbers for each key. Each list has room to grow.
type lists struct {
	start, count, room []int32
	index              []int32
}

func (l *lists) of(key int32) []int32 {
	return l.index[l.start[key] : l.start[key]+l.count[key]]
}

// remove removes a number from a list. It returns the index of the number, or −1.
func (l *lists) remove(key, number int32) int32 {
	from, last := l.start[key], l.start[key]+l.count[key]-1
	for e := from; e <= last; e++ {
		if l.index[e] == number {
			l.index[e] = l.index[last]
			l.count[key]--
			return e
		}
	}
	return -1
}

// full reports whether a list has no room for one more number.
func (l *lists) full(key int32) bool { return l.start[key]+l.count[key] == l.room[key] }

// move moves a list behind all others, where it has more room.
func (l *lists) move(key int32) {
	from := l.start[key]
	l.start[key] = int32(len(l.index))
	l.index = moved(l.index, from, from+l.count[key])
	l.room[key] = int32(len(l.index))
}

// add appends a number to a list that is not full, and returns its index.
func (l *lists) add(key, number int32) int32 {
	at := l.start[key] + l.count[key]
	l.index[at] = number
	l.count[key]++
	return at
}

// left returns the number of columns without a pivot.
func (k *kernel) left() int { return len(k.head) - k.pivots }

// waits reports whether a column has no pivot yet and is not a unit vector of a row.
func (k *kernel) waits(c int) bool { return int(k.head[c]) < k.n && k.rowOf[c] < 0 }

// begin starts the factorisation of a basis, in which no column has a pivot yet.
func (k *kernel) begin(a *matrix, head []int32) {
	m := a.rows
	k.a, k.n, k.pivots = a, a.columns, 0
	k.head = append(k.head[:0], head...)
	k.rowOf, k.placed = filled(k.rowOf, len(head), -1), filled(k.placed, m, -1)
	k.done, k.entries, k.lost = zeros(k.done, m), k.entries[:0], k.lost[:0]
	k.multiplier, k.met = zeros(k.multiplier, m), zeros(k.met, m)
}

// take makes row the pivot row of column c.
func (k *kernel) take(f *lu, c, row int32, diagonal float64) {
	k.rowOf[c], k.done[row], k.placed[row] = row, true, k.head[c]
	k.pivots++
	f.pivot(row, diagonal)
}

// takeUnits pivots on the unit vectors. If two belong to the same row, the second one gets no
// pivot.
func (k *kernel) takeUnits(f *lu) {
	for c, v := range k.head {
		if i := int(v) - k.n; i >= 0 && !k.done[i] {
			k.take(f, int32(c), int32(i), 1)
		}
	}
}

// takeSingletons pivots on columns with one row that is not done, then on rows with one column, as
// long as there are any. Such a pivot does not change other columns.
func (k *kernel) takeSingletons(f *lu) {
	k.list()
	k.stack = k.stack[:0]
	for c, count := range k.columns.count {
		if count == 1 {
			k.stack = append(k.stack, int32(c))
		}
	}
	k.columnSingletons(f)
	k.stack = k.stack[:0]
	for i, count := range k.byRow.count {
		if count == 1 && !k.done[i] {
			k.stack = append(k.stack, int32(i))
		}
	}
	k.rowSingletons(f)
}

// list lists for every row that is not done its columns that wait for a pivot. It also counts these
// rows for every column.
func (k *kernel) list() {
	m, r := len(k.done), &k.byRow
	r.start, r.count, r.room = grown(r.start, m), zeros(r.count, m), grown(r.room, m)
	k.columns.count = zeros(k.columns.count, len(k.head))
	for c, v := range k.head {
		if !k.waits(c) {
			continue
		}
		rows, _ := k.a.column(int(v))
		for _, i := range rows {
			if !k.done[i] {
				r.count[i]++
				k.columns.count[c]++
			}
		}
	}
	at := int32(0)
	for i, count := range r.count {
		r.start[i], r.room[i], r.count[i] = at, at+count, 0
		at += count
	}
	r.index = grown(r.index, int(at))
	for c, v := range k.head {
		if !k.waits(c) {
			continue
		}
		rows, _ := k.a.column(int(v))
		for _, i := range rows {
			if !k.done[i] {
				r.add(i, int32(c))
			}
		}
	}
}

// columnSingletons pivots on the columns of the stack. All other rows of such a column are done, so
// the whole column is a column of U.
func (k *kernel) columnSingletons(f *lu) {
	counts := k.columns.count
	for len(k.stack) > 0 {
		c := k.stack[len(k.stack)-1]
		k.stack = k.stack[:len(k.stack)-1]
		if counts[c] != 1 {
			continue
		}
		rows, values := k.a.column(int(k.head[c]))
		pivot := int32(-1)
		for e, i := range rows {
			if !k.done[i] && math.Abs(values[e]) > least {
				pivot = int32(e)
			}
		}
		if pivot < 0 {
			continue
		}
		row := rows[pivot]
		for e, i := range rows {
			if i != row {
				k.entries = append(k.entries, entry{i, c, values[e]})
			}
		}
		k.take(f, c, row, values[pivot])
		for _, other := range k.byRow.of(row) {
			if counts[other]--; counts[other] == 1 && k.rowOf[other] < 0 {
				k.stack = append(k.stack, other)
			}
		}
	}
	for i := range k.byRow.count {
		if k.done[i] {
			continue
		}
		left := slices.DeleteFunc(k.byRow.of(int32(i)), func(c int32) bool { return k.rowOf[c] >= 0 })
		k.byRow.count[i] = int32(len(left))
	}
}

// rowSingletons pivots on the rows of the stack. The column of such a pivot is removed from its
// other rows.
func (k *kernel) rowSingletons(f *lu) {
	for len(k.stack) > 0 {
		row := k.stack[len(k.stack)-1]
		k.stack = k.stack[:len(k.stack)-1]
		if k.done[row] || k.byRow.count[row] != 1 {
			continue
		}
		c := k.byRow.of(row)[0]
		rows, values := k.a.column(int(k.head[c]))
		pivot, most := 0., 0.
		for e, i := range rows {
			if i == row {
				pivot = values[e]
			}
			if !k.done[i] {
				most = max(most, math.Abs(values[e]))
			}
		}
		if math.Abs(pivot) < threshold*most || math.Abs(pivot) <= least {
			continue // multipliers would be large: leave the row to the search by Markowitz
		}
		for e, i := range rows {
			if k.done[i] {
				k.entries = append(k.entries, entry{i, c, values[e]})
			}
		}
		k.take(f, c, row, pivot)
		l := &f.lower
		from := int32(len(l.index))
		for e, i := range rows {
			if k.done[i] {
				continue
			}
			l.index, l.value = append(l.index, i), append(l.value, values[e]/pivot)
			if k.byRow.remove(i, c); k.byRow.count[i] == 1 {
				k.stack = append(k.stack, i)
			}
		}
		f.endLower(row, from)
	}
}

// repair makes the variables of rows without a pivot basic. It returns the variables that they
// replace.
func (k *kernel) repair(f *lu) []int32 {
	if k.left() == 0 {
		return nil
	}
	for c, v := range k.head {
		if k.rowOf[c] < 0 {
			k.lost = append(k.lost, v)
		}
	}
	for i, done := range k.done {
		if !done {
			k.done[i], k.placed[i] = true, int32(k.n+i)
			f.pivot(int32(i), 1)
		}
	}
	return k.lost
}
