package linear

import "wavetank/policies/optimize/program"

// matrix holds the coefficients twice, column by column and row by row.
type matrix struct {
	rows, columns int

	start []int32 // per column, and one more
	index []int32 // the row of each coefficient
	value []float64

	rowStart []int32 // per row, and one more
	rowIndex []int32 // the column of each coefficient
	rowValue []float64

	next []int32 // scratch
}

// copyProgram copies the coefficients of a program.
func (a *matrix) copyProgram(p *program.Program) {
	a.rows, a.columns = p.Height(), p.Columns()
	a.start, a.index, a.value = grown(a.start, a.columns+1), grown(a.index, len(p.Rows)), grown(a.value, len(p.Rows))
	for j, k := range p.Starts {
		a.start[j] = int32(k)
	}
	for k, i := range p.Rows {
		a.index[k] = int32(i)
	}
	copy(a.value, p.Values)
	a.makeRows()
}

// column returns the rows and values of column j.
func (a *matrix) column(j int) ([]int32, []float64) {
	from, to := a.start[j], a.start[j+1]
	return a.index[from:to], a.value[from:to:to]
}

// row returns the columns and values of row i.
func (a *matrix) row(i int) ([]int32, []float64) {
	from, to := a.rowStart[i], a.rowStart[i+1]
	return a.rowIndex[from:to], a.rowValue[from:to:to]
}

// makeRows writes the rows from the columns.
func (a *matrix) makeRows() {
	a.rowStart = zeros(a.rowStart, a.rows+1)
	a.rowIndex, a.rowValue = grown(a.rowIndex, len(a.index)), grown(a.rowValue, len(a.index))
	transpose(a.rows, a.columns, a.start, a.index, a.value, a.rowStart, a.rowIndex, a.rowValue, &a.next)
}

// makeColumns writes the columns from the rows.
func (a *matrix) makeColumns() {
	a.start = zeros(a.start, a.columns+1)
	a.index, a.value = grown(a.index, len(a.rowIndex)), grown(a.value, len(a.rowIndex))
	transpose(a.columns, a.rows, a.rowStart, a.rowIndex, a.rowValue, a.start, a.index, a.value, &a.next)
}

// transpose writes the rows of a matrix given by columns; rowStart is all 0.
func transpose(rows, columns int, start, index []int32, value []float64,
	rowStart, rowIndex []int32, rowValue []float64, scratch *[]int32) {
	for _, i := range index {
		rowStart[i+1]++
	}
	for i := range rows {
		rowStart[i+1] += rowStart[i]
	}
	next := grown(*scratch, rows)
	copy(next, rowStart)
	for j := range columns {
		for k := start[j]; k < start[j+1]; k++ {
			at := next[index[k]]
			rowIndex[at], rowValue[at] = int32(j), value[k]
			next[index[k]]++
		}
	}
	*scratch = next
}

// dot returns the product of column j and a vector over the rows.
func (a *matrix) dot(j int, v []float64) float64 {
	sum := 0.
	index, value := a.column(j)
	for k, i := range index {
		sum += value[k] * v[i]
	}
	return sum
}

// addColumn adds a multiple of column j to a vector over the rows.
func (a *matrix) addColumn(j int, factor float64, v []float64) {
	index, value := a.column(j)
	for k, i := range index {
		v[i] += factor * value[k]
	}
}
