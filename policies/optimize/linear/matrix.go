package linear

import "wavetank/policies/optimize/program"

// matrix holds the coefficients twice, column by column and row by row.
type matrix struct {
	rows, columns   int
	byColumn, byRow compressed
	next            []int32 // scratch
}

// compressed holds the coefficients of lines one after the other. The lines are either all columns
// or all rows.
type compressed struct {
	start []int32 // per line, index of its first coefficient; one more entry for the end
	index []int32 // per coefficient, its row if lines are columns, its column if they are rows
	value []float64
}

// copyProgram copies the coefficients of a program.
func (a *matrix) copyProgram(p *program.Program) {
	a.rows, a.columns = p.Height(), p.Columns()
	c := &a.byColumn
	c.start, c.index, c.value = grown(c.start, a.columns+1), grown(c.index, len(p.Rows)), grown(c.value, len(p.Rows))
	for j, k := range p.Starts {
		c.start[j] = int32(k)
	}
	for k, i := range p.Rows {
		c.index[k] = int32(i)
	}
	copy(c.value, p.Values)
	a.makeRows()
}

// column returns the rows and values of column j.
func (a *matrix) column(j int) ([]int32, []float64) { return a.byColumn.line(j) }

// row returns the columns and values of row i.
func (a *matrix) row(i int) ([]int32, []float64) { return a.byRow.line(i) }

// makeRows computes the rows from the columns.
func (a *matrix) makeRows() { a.next = a.byRow.transpose(&a.byColumn, a.rows, a.next) }

// makeColumns computes the columns from the rows.
func (a *matrix) makeColumns() { a.next = a.byColumn.transpose(&a.byRow, a.columns, a.next) }

func (c *compressed) line(k int) ([]int32, []float64) {
	from, to := c.start[k], c.start[k+1]
	return c.index[from:to], c.value[from:to:to]
}

// count returns the number of coefficients of a line.
func (c *compressed) count(k int) int32 { return c.start[k+1] - c.start[k] }

// transpose sets c to the transpose of others, which has n lines. It returns the scratch for reuse.
func (c *compressed) transpose(others *compressed, n int, scratch []int32) []int32 {
	c.start = zeros(c.start, n+1)
	c.index, c.value = grown(c.index, len(others.index)), grown(c.value, len(others.index))
	for _, i := range others.index {
		c.start[i+1]++
	}
	for i := range n {
		c.start[i+1] += c.start[i]
	}
	next := grown(scratch, n)
	copy(next, c.start)
	for j := range len(others.start) - 1 {
		index, value := others.line(j)
		for k, i := range index {
			c.index[next[i]], c.value[next[i]] = int32(j), value[k]
			next[i]++
		}
	}
	return next
}

// dot returns the dot product of column j and a vector over the rows.
func (a *matrix) dot(j int, v []float64) float64 {
	sum := 0.
	index, value := a.column(j)
	for k, i := range index {
		sum += float64(value[k] * v[i])
	}
	return sum
}

// addColumn adds a multiple of column j to a vector over the rows.
func (a *matrix) addColumn(j int, factor float64, v []float64) {
	index, value := a.column(j)
	for k, i := range index {
		v[i] += float64(factor * value[k])
	}
}
