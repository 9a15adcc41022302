package integer

import (
	"math"
	"slices"

	"wavetank/policies/optimize/program"
)

// row is one constraint: lower ≤ Σ values[k]·x[columns[k]] ≤ upper.
type row struct {
	columns      []int
	values       []float64
	lower, upper float64
}

// entry is a coefficient of a column: its row and its value.
type entry struct {
	row   int
	value float64
}

// model is the program of a search, always as a minimisation. Presolve makes it smaller than the
// original program. Each of its columns is a column of the original.
type model struct {
	cost, lower, upper []float64
	whole              []bool
	rows               []row
	columns            [][]entry // per column, its coefficients; made by index
	offset             float64   // offset of the objective of the minimisation

	original *program.Program
	sign     float64   // −1 if the original is a maximisation, otherwise 1
	kept     []int     // per column, its column in the original
	fixed    []float64 // per column of the original, its value if it was removed
}

// newModel returns the program as a minimisation, with all of its columns.
func newModel(p *program.Program) *model {
	n := p.Columns()
	m := &model{
		cost: slices.Clone(p.Cost), lower: slices.Clone(p.Lower), upper: slices.Clone(p.Upper),
		whole: make([]bool, n), rows: make([]row, p.Height()), offset: p.Offset,
		original: p, sign: 1, kept: make([]int, n), fixed: make([]float64, n),
	}
	if p.Maximize {
		m.sign, m.offset = -1, -p.Offset
		for j := range m.cost {
			m.cost[j] = -m.cost[j]
		}
	}
	sizes := make([]int, p.Height())
	for _, i := range p.Rows {
		sizes[i]++
	}
	columns, values := make([]int, len(p.Rows)), make([]float64, len(p.Rows))
	for i, size := range sizes {
		m.rows[i] = row{columns[:0:size], values[:0:size], p.RowLower[i], p.RowUpper[i]}
		columns, values = columns[size:], values[size:]
	}
	for j := range n {
		m.kept[j] = j
		m.whole[j] = p.Whole(j)
		in, values := p.Column(j)
		for k, i := range in {
			r := &m.rows[i]
			r.columns, r.values = append(r.columns, j), append(r.values, values[k])
		}
	}
	m.index()
	return m
}

// index fills m.columns from the rows.
func (m *model) index() {
	sizes, total := make([]int, len(m.cost)), 0
	for i := range m.rows {
		for _, j := range m.rows[i].columns {
			sizes[j]++
			total++
		}
	}
	entries := make([]entry, total)
	m.columns = make([][]entry, len(m.cost))
	for j, size := range sizes {
		m.columns[j], entries = entries[:0:size], entries[size:]
	}
	for i := range m.rows {
		r := &m.rows[i]
		for k, j := range r.columns {
			m.columns[j] = append(m.columns[j], entry{i, r.values[k]})
		}
	}
}

// program returns the model as a program for package linear. The program shares the slices of costs
// and bounds.
func (m *model) program() *program.Program {
	p := &program.Program{
		Offset: m.offset, Cost: m.cost, Lower: m.lower, Upper: m.upper,
		Starts: make([]int, 1, len(m.cost)+1),
	}
	for i := range m.rows {
		p.RowLower, p.RowUpper = append(p.RowLower, m.rows[i].lower), append(p.RowUpper, m.rows[i].upper)
	}
	for _, entries := range m.columns {
		for _, e := range entries {
			p.Rows, p.Values = append(p.Rows, e.row), append(p.Values, e.value)
		}
		p.Starts = append(p.Starts, len(p.Rows))
	}
	return p
}

// objective returns the objective of the model at x.
func (m *model) objective(x []float64) float64 {
	sum := m.offset
	for j, c := range m.cost {
		sum += float64(c * x[j])
	}
	return sum
}

// expand converts a solution of the model into a solution of the original program.
func (m *model) expand(x []float64) []float64 {
	full := slices.Clone(m.fixed)
	for j, v := range x {
		full[m.kept[j]] = v
	}
	return full
}

// restrict converts a solution of the original program into a point of the model.
func (m *model) restrict(full []float64) []float64 {
	x := make([]float64, len(m.kept))
	for j, at := range m.kept {
		x[j] = full[at]
	}
	return x
}

// fractional reports whether column j must be whole, and v differs from a whole number by more than
// the tolerance.
func (m *model) fractional(j int, v float64) bool {
	return m.whole[j] && math.Abs(v-math.Round(v)) > wholeTolerance
}

// activity returns the left side of a row at x.
func (r *row) activity(x []float64) float64 {
	sum := 0.0
	for k, j := range r.columns {
		sum += float64(r.values[k] * x[j])
	}
	return sum
}
