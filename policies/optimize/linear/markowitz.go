package linear

import "math"

// The kernel is eliminated in the order of Markowitz (The elimination form of the inverse and its
// application to linear programming, 1957). The next pivot is an entry that is not small in its
// column. Among these it has the least product of two counts: the other entries of its row, and the
// other entries of its column.
const (
	threshold  = 0.1 // least size of a pivot, relative to the largest entry of its column
	candidates = 8   // number of columns and rows to search for a pivot
)

// buckets holds a doubly linked list of numbers for each count.
type buckets struct {
	first          []int32 // per count
	next, previous []int32 // per number
	count          []int32 // per number; −1: in no list
}

func (b *buckets) reset(numbers, counts int) {
	b.first, b.count = filled(b.first, counts+1, -1), filled(b.count, numbers, -1)
	b.next, b.previous = grown(b.next, numbers), grown(b.previous, numbers)
}

func (b *buckets) put(number, count int32) {
	if b.count[number] == count {
		return
	}
	b.remove(number)
	head := b.first[count]
	b.next[number], b.previous[number], b.count[number] = head, -1, count
	if head >= 0 {
		b.previous[head] = number
	}
	b.first[count] = number
}

func (b *buckets) remove(number int32) {
	count := b.count[number]
	if count < 0 {
		return
	}
	next, previous := b.next[number], b.previous[number]
	if previous >= 0 {
		b.next[previous] = next
	} else {
		b.first[count] = next
	}
	if next >= 0 {
		b.previous[next] = previous
	}
	b.count[number] = -1
}

// activate copies the columns without a pivot into k.columns. Entries in rows that are done become
// entries of U.
func (k *kernel) activate(f *lu) {
	n, m := len(k.head), len(k.done)
	l := &k.columns
	l.start, l.count, l.room = grown(l.start, n), zeros(l.count, n), grown(l.room, n)
	l.index, k.values = l.index[:0], k.values[:0]
	k.largest = grown(k.largest, n)
	k.columnsWith.reset(n, m)
	k.rowsWith.reset(m, n)
	for c, v := range k.head {
		if !k.waits(c) {
			continue
		}
		l.start[c] = int32(len(l.index))
		rows, values := k.a.column(int(v))
		for e, i := range rows {
			if k.done[i] {
				k.entries = append(k.entries, entry{i, int32(c), values[e]})
			} else {
				l.index, k.values = append(l.index, i), append(k.values, values[e])
			}
		}
		l.count[c] = int32(len(l.index)) - l.start[c]
		l.room[c] = int32(len(l.index))
		k.relink(int32(c), large(k.values[l.start[c]:]))
	}
	for i, count := range k.byRow.count {
		if !k.done[i] {
			k.rowsWith.put(int32(i), count)
		}
	}
}

// relink sets the largest entry of a column, and lists the column under its count. A column whose
// entries are too small for a pivot leaves the kernel.
func (k *kernel) relink(c int32, largest float64) {
	if k.largest[c] = largest; largest > least {
		k.columnsWith.put(c, k.columns.count[c])
		return
	}
	k.columnsWith.remove(c)
	for _, i := range k.columns.of(c) {
		k.byRow.remove(i, c)
		k.rowsWith.put(i, k.byRow.count[i])
	}
	k.columns.count[c] = 0
}

// eliminate takes pivots until no column is left.
func (k *kernel) eliminate(f *lu) {
	for {
		c, row := k.search()
		if c < 0 {
			return
		}
		k.step(f, c, row)
	}
}

// search returns the column and the row of the next pivot.
func (k *kernel) search() (column, row int32) {
	column, row = -1, -1
	best, tried := math.Inf(1), 0
	most := max(len(k.columnsWith.first), len(k.rowsWith.first))
	for count := int32(1); int(count) < most; count++ {
		size := float64(count - 1)
		if best <= size*size {
			return column, row
		}
		if int(count) < len(k.columnsWith.first) {
			for c := k.columnsWith.first[count]; c >= 0; c = k.columnsWith.next[c] {
				if i, merit := k.inColumn(c, size); merit < best {
					column, row, best = c, i, merit
				}
				if tried++; best <= size*size || tried >= candidates && column >= 0 {
					return column, row
				}
			}
		}
		if int(count) < len(k.rowsWith.first) {
			for i := k.rowsWith.first[count]; i >= 0; i = k.rowsWith.next[i] {
				if c, merit := k.inRow(i, size, best); merit < best {
					column, row, best = c, i, merit
				}
				if tried++; best <= size*(size+1) || tried >= candidates && column >= 0 {
					return column, row
				}
			}
		}
	}
	return column, row
}

// inColumn returns the best pivot of a column.
func (k *kernel) inColumn(c int32, size float64) (row int32, merit float64) {
	row, merit = -1, math.Inf(1)
	from, smallest := k.columns.start[c], max(threshold*k.largest[c], least)
	for e, i := range k.columns.of(c) {
		if math.Abs(k.values[from+int32(e)]) < smallest {
			continue
		}
		if v := size * float64(k.byRow.count[i]-1); v < merit {
			row, merit = i, v
		}
	}
	return row, merit
}

// inRow returns the best pivot of a row, if it is better than the best so far.
func (k *kernel) inRow(row int32, size, best float64) (column int32, merit float64) {
	column, merit = -1, best
	for _, c := range k.byRow.of(row) {
		v := size * float64(k.columns.count[c]-1)
		if v >= merit {
			continue
		}
		from, smallest := k.columns.start[c], max(threshold*k.largest[c], least)
		for e, i := range k.columns.of(c) {
			if i == row {
				if math.Abs(k.values[from+int32(e)]) >= smallest {
					column, merit = c, v
				}
				break
			}
		}
	}
	return column, merit
}

// step eliminates a row and a column with their pivot.
func (k *kernel) step(f *lu, c, row int32) {
	k.columnsWith.remove(c)
	k.rowsWith.remove(row)
	from := k.columns.start[c]
	rows, values := k.columns.of(c), k.values[from:from+k.columns.count[c]]
	pivot := 0.
	for e, i := range rows {
		if i == row {
			pivot = values[e]
		} else {
			k.byRow.remove(i, c)
		}
	}
	k.take(f, c, row, pivot)
	f.addLower(row, rows, values, pivot)
	for e, i := range rows {
		if i != row {
			k.multiplier[i] = values[e] / pivot
		}
	}
	for _, other := range k.byRow.of(row) {
		if other == c {
			continue
		}
		at := k.columns.remove(other, row)
		last := k.columns.start[other] + k.columns.count[other]
		v := k.values[at]
		k.values[at] = k.values[last]
		k.entries = append(k.entries, entry{row, other, v})
		k.relink(other, k.subtract(other, c, row, v))
	}
	for _, i := range k.columns.of(c) {
		if i != row {
			k.multiplier[i] = 0
			k.rowsWith.put(i, k.byRow.count[i])
		}
	}
}

// subtract subtracts v times the multipliers of pivot column c from a column. It returns the
// largest absolute value of the result.
func (k *kernel) subtract(column, c, row int32, v float64) (largest float64) {
	from, n := k.columns.start[column], k.columns.count[column]
	index, values := k.columns.index[from:from+n], k.values[from:from+n]
	for e := int32(0); e < n; {
		i, x := index[e], values[e]
		if l := k.multiplier[i]; l != 0 {
			k.met[i] = true
			if x -= float64(l * v); math.Abs(x) <= tiny {
				n--
				index[e], values[e] = index[n], values[n]
				k.byRow.remove(i, column)
				continue
			}
			values[e] = x
		}
		if size := math.Abs(x); size > largest {
			largest = size
		}
		e++
	}
	k.columns.count[column] = n
	for _, i := range k.columns.of(c) {
		if i == row {
			continue
		}
		if k.met[i] {
			k.met[i] = false
			continue
		}
		if x := -k.multiplier[i] * v; math.Abs(x) > tiny {
			k.fill(column, i, x)
			largest = max(largest, math.Abs(x))
		}
	}
	return largest
}

// fill appends an entry to a column and to the list of its row.
func (k *kernel) fill(column, row int32, x float64) {
	if l := &k.columns; l.full(column) {
		k.values = moved(k.values, l.start[column], l.start[column]+l.count[column])
		l.move(column)
	}
	k.values[k.columns.add(column, row)] = x
	if k.byRow.full(row) {
		k.byRow.move(row)
	}
	k.byRow.add(row, column)
}
