package program

// Builder makes a Program from rows, columns and coefficients in any order. The zero Builder is
// ready for use.
type Builder struct {
	p       Program
	entries []entry
}

type entry struct {
	row, column int
	value       float64
}

// Column adds a column with its cost and its bounds, and returns its index.
func (b *Builder) Column(cost, lower, upper float64) int {
	b.p.Cost = append(b.p.Cost, cost)
	b.p.Lower = append(b.p.Lower, lower)
	b.p.Upper = append(b.p.Upper, upper)
	b.p.Integer = append(b.p.Integer, false)
	return len(b.p.Cost) - 1
}

// Integer adds a column that must be a whole number, and returns its index.
func (b *Builder) Integer(cost, lower, upper float64) int {
	j := b.Column(cost, lower, upper)
	b.p.Integer[j] = true
	return j
}

// Row adds a row with its bounds, and returns its index.
func (b *Builder) Row(lower, upper float64) int {
	b.p.RowLower = append(b.p.RowLower, lower)
	b.p.RowUpper = append(b.p.RowUpper, upper)
	return len(b.p.RowLower) - 1
}

// Add adds a value to the coefficient of a column in a row.
func (b *Builder) Add(row, column int, value float64) {
	b.entries = append(b.entries, entry{row, column, value})
}

// Program returns the program. Coefficients that add up to 0 are left out. The builder must not be
// used again.
func (b *Builder) Program() *Program {
	p := &b.p
	sorted := b.sorted()
	p.Starts = make([]int, 0, len(p.Cost)+1)
	p.Rows, p.Values = make([]int, 0, len(sorted)), make([]float64, 0, len(sorted))
	at := 0
	for j := range p.Cost {
		p.Starts = append(p.Starts, len(p.Values))
		for at < len(sorted) && sorted[at].column == j {
			row, sum := sorted[at].row, 0.0
			for ; at < len(sorted) && sorted[at].column == j && sorted[at].row == row; at++ {
				sum += sorted[at].value
			}
			if sum != 0 {
				p.Rows, p.Values = append(p.Rows, row), append(p.Values, sum)
			}
		}
	}
	p.Starts = append(p.Starts, len(p.Values))
	if p.Integers() == 0 {
		p.Integer = nil
	}
	return p
}

// sorted returns the entries in the order of columns, and within a column in the order of rows.
// Entries of the same column and row stay in the order in which they were added.
func (b *Builder) sorted() []entry {
	spare := make([]entry, len(b.entries))
	sortBy(b.entries, spare, len(b.p.RowLower), func(e entry) int { return e.row })
	sortBy(spare, b.entries, len(b.p.Cost), func(e entry) int { return e.column })
	return b.entries
}

// sortBy copies the entries into another slice in the order of their keys, which are below n. It is
// a counting sort, which keeps the order of entries with equal keys.
func sortBy(from, to []entry, n int, key func(entry) int) {
	next := make([]int, n+1)
	for _, e := range from {
		next[key(e)+1]++
	}
	for k := range n {
		next[k+1] += next[k]
	}
	for _, e := range from {
		k := key(e)
		to[next[k]] = e
		next[k]++
	}
}
