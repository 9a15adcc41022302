package linear

import (
	"iter"
	"math"
	"slices"

	"wavetank/policies/optimize/program"
)

// presolver makes a program smaller. It removes rows and columns, and changes bounds and costs, but
// no coefficients (Andersen and Andersen, Presolving in linear programming, 1995). Each reduction
// is a step. Postsolve undoes the steps: it finds the place of the removed row or column in an
// optimal basis. If a reduction shows that there is no solution, or no bound on the objective, the
// presolver gives up. The simplex method then proves this on the whole program.
type presolver struct {
	p          *program.Program
	a          matrix
	cost       []float64 // costs of the minimisation
	lower      []float64
	upper      []float64
	rowLower   []float64
	rowUpper   []float64
	hasColumn  []bool  // whether a column is still there
	hasRow     []bool  // whether a row is still there
	columnLeft []int32 // per column, number of its coefficients in remaining rows
	rowLeft    []int32 // per row, number of its coefficients in remaining columns
	tried      []int8  // per row, number of calls of boundActivity
	steps      []step
	forced     []int32 // columns of forcing rows
	places     []Place // places of these columns
	charges    []charge

	rows, columns worklist
	gaveUp        bool
}

// step is a reduction.
type step struct {
	kind         stepKind
	row, column  int32
	value        float64 // coefficient of the column in the row, or value of a removed column
	lower, upper float64 // bounds of the row before the step; rowIsBound: of the column after it
	cost         float64 // cost of the column at the step
	place        Place   // place of a removed column
	fromRow      [2]bool // whether the lower and the upper bound of the column are from the row
	from, to     int32   // range in presolver.forced or presolver.charges
}

// charge is the cost that a column had before a step changed it.
type charge struct {
	column int32
	cost   float64
}

type stepKind int8

const (
	columnLeaves  stepKind = iota // a column is removed at a fixed value
	rowLeaves                     // a row that always holds is removed
	rowIsBound                    // a row with one column becomes bounds of the column
	rowForces                     // a row fixes all of its columns
	columnIsFree                  // a column in only one row is removed together with this row
	columnIsSlack                 // a column in only one row is removed and widens its bounds
)

// worklist holds the numbers of rows or columns to process, each at most once.
type worklist struct {
	numbers []int32
	in      []bool
}

func (w *worklist) fill(n int) {
	w.in = make([]bool, n)
	for i := range n {
		w.add(int32(i))
	}
}

func (w *worklist) add(i int32) {
	if !w.in[i] {
		w.in[i] = true
		w.numbers = append(w.numbers, i)
	}
}

func (w *worklist) take() int32 {
	last := len(w.numbers) - 1
	i := w.numbers[last]
	w.numbers, w.in[i] = w.numbers[:last], false
	return i
}

// presolve returns a presolver after all reductions, or nil if it gave up.
func presolve(p *program.Program) *presolver {
	n, m := p.Columns(), p.Height()
	s := &presolver{
		p: p, cost: make([]float64, n), lower: slices.Clone(p.Lower), upper: slices.Clone(p.Upper),
		rowLower: slices.Clone(p.RowLower), rowUpper: slices.Clone(p.RowUpper),
		hasColumn: make([]bool, n), hasRow: make([]bool, m),
		columnLeft: make([]int32, n), rowLeft: make([]int32, m), tried: make([]int8, m),
	}
	s.a.copyProgram(p)
	for j, c := range p.Cost {
		s.cost[j], s.hasColumn[j] = c, true
		if p.Maximize {
			s.cost[j] = -c
		}
		s.columnLeft[j] = s.a.byColumn.count(j)
	}
	for i := range m {
		s.hasRow[i], s.rowLeft[i] = true, s.a.byRow.count(i)
	}
	s.rows.fill(m)
	s.columns.fill(n)
	for !s.gaveUp && len(s.rows.numbers)+len(s.columns.numbers) > 0 {
		if len(s.rows.numbers) > 0 {
			s.lookAtRow(s.rows.take())
		} else {
			s.lookAtColumn(s.columns.take())
		}
	}
	if s.gaveUp {
		return nil
	}
	return s
}

// rowsOf yields the remaining rows of a column with their coefficients.
func (s *presolver) rowsOf(j int32) iter.Seq2[int32, float64] {
	return s.a.byColumn.there(j, s.hasRow)
}

// columnsOf yields the remaining columns of a row with their coefficients.
func (s *presolver) columnsOf(i int32) iter.Seq2[int32, float64] {
	return s.a.byRow.there(i, s.hasColumn)
}

// there yields the indices and values of a line's coefficients, for indices with there[index].
func (c *compressed) there(line int32, there []bool) iter.Seq2[int32, float64] {
	return func(yield func(int32, float64) bool) {
		index, value := c.line(int(line))
		for k, i := range index {
			if there[i] && !yield(i, value[k]) {
				return
			}
		}
	}
}

// removeRow removes a row, and adds its columns to the worklist.
func (s *presolver) removeRow(i int32) {
	s.hasRow[i] = false
	for j := range s.columnsOf(i) {
		s.columnLeft[j]--
		s.columns.add(j)
	}
}

// fix removes a column at a value, and adds its rows to the worklist.
func (s *presolver) fix(j int32, x float64) {
	s.hasColumn[j] = false
	for i, a := range s.rowsOf(j) {
		s.rowLeft[i]--
		if x != 0 {
			s.rowLower[i] -= float64(a * x)
			s.rowUpper[i] -= float64(a * x)
		}
		s.rows.add(i)
	}
}

// at returns the value of a nonbasic column by its place.
func (s *presolver) at(j int32, place Place) float64 {
	switch place {
	case AtLower:
		return s.lower[j]
	case AtUpper:
		return s.upper[j]
	}
	return 0
}

// crosses reports whether lower is above upper by more than rounding errors.
func crosses(lower, upper float64) bool {
	return lower > upper && lower-upper > 1e-9*(1+math.Abs(lower))
}

// reduced returns the reduced program, and for its columns and rows the indices in the original.
func (s *presolver) reduced() (p *program.Program, columns, rows []int32) {
	p = &program.Program{}
	at := make([]int, len(s.hasRow))
	for i, there := range s.hasRow {
		if there {
			at[i] = len(rows)
			rows = append(rows, int32(i))
			p.RowLower, p.RowUpper = append(p.RowLower, s.rowLower[i]), append(p.RowUpper, s.rowUpper[i])
		}
	}
	for j, there := range s.hasColumn {
		if !there {
			continue
		}
		columns = append(columns, int32(j))
		p.Cost = append(p.Cost, s.cost[j])
		p.Lower, p.Upper = append(p.Lower, s.lower[j]), append(p.Upper, s.upper[j])
		p.Starts = append(p.Starts, len(p.Rows))
		for i, a := range s.rowsOf(int32(j)) {
			p.Rows, p.Values = append(p.Rows, at[i]), append(p.Values, a)
		}
	}
	p.Starts = append(p.Starts, len(p.Rows))
	return p, columns, rows
}
