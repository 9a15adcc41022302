package linear

import (
	"context"

	"wavetank/policies/optimize/program"
)

// Controls are the choices of one solve by Solve. The zero value has the defaults.
type Controls struct {
	Iterations int  // the most; 0: 50,000 + 100 per row and column
	NoPresolve bool // solve the program as it is
	NoScaling  bool // leave coefficients as they are
}

// Budget ends a solve early. The zero value never does.
type Budget struct {
	Iterations int     // the most; 0: 50,000 + 100 per row and column
	HasCutoff  bool    // if set, stop when it is proved that no objective is better than Cutoff
	Cutoff     float64 // in the program's own sense, with its offset
}

// Solve solves the linear relaxation of a program once: integers may be fractions. It returns the
// faults of the program, joined, as an error. The context may end the solve early (Stopped).
func Solve(ctx context.Context, p *program.Program, c Controls) (Result, error) {
	s, err := New(p)
	if err != nil {
		return Result{}, err
	}
	return s.Solve(ctx, Budget{Iterations: c.Iterations}), nil
}

// Simplex solves a program again and again while bounds, costs and rows change. Its first basis is
// that of the rows. A Simplex must not be used by two goroutines at a time.
type Simplex struct {
	n, m int
}

// New returns a Simplex for the linear relaxation of a program, which it copies. The error joins
// all faults of the program.
func New(p *program.Program) (*Simplex, error) {
	s := &Simplex{}
	return s, s.Load(p)
}

// Load puts another program in the place of the present one and keeps the memory. The error joins
// all faults of the program; after an error, the Simplex must be loaded before its next use.
func (s *Simplex) Load(p *program.Program) error { panic("to come") }

// Columns returns the number of columns.
func (s *Simplex) Columns() int { return s.n }

// Height returns the number of rows, with those added.
func (s *Simplex) Height() int { return s.m }

// Bounds returns the bounds of column j.
func (s *Simplex) Bounds(j int) (lower, upper float64) { panic("to come") }

// SetBounds changes the bounds of column j. Bounds that cross make the program infeasible.
func (s *Simplex) SetBounds(j int, lower, upper float64) { panic("to come") }

// SetRow changes the bounds of row i.
func (s *Simplex) SetRow(i int, lower, upper float64) { panic("to come") }

// SetCost changes the cost of column j.
func (s *Simplex) SetCost(j int, cost float64) { panic("to come") }

// AddRow adds a row. Columns that are named twice count with the sum of their values. The basis
// stays valid: the new row is basic.
func (s *Simplex) AddRow(lower, upper float64, columns []int, values []float64) { panic("to come") }

// DropRows removes rows that were added, namely those for which drop is true. A row that is not
// basic is made so first, so the next solve may take some steps more.
func (s *Simplex) DropRows(drop func(row int) bool) { panic("to come") }

// Basis returns a copy of the present basis.
func (s *Simplex) Basis() Basis { panic("to come") }

// SetBasis makes a basis the present one. Where it is singular or has too few or too many basic
// columns, rows take the place of columns.
func (s *Simplex) SetBasis(b Basis) { panic("to come") }

// Solve solves the program from the present basis: by the dual simplex method where it has or finds
// dual feasibility, by the primal one otherwise. The slices of the result are those of the Simplex
// and hold until its next use.
func (s *Simplex) Solve(ctx context.Context, budget Budget) Result { panic("to come") }

// Probe solves the program with other bounds of column j, with a limit of iterations, and takes
// everything back: bounds, basis and factors. For strong branching. The result's slices hold until
// the next use; its Bound holds whatever the status.
func (s *Simplex) Probe(ctx context.Context, j int, lower, upper float64, budget Budget) Result {
	panic("to come")
}

// Place returns where the present basis has column j.
func (s *Simplex) Place(j int) Place { panic("to come") }

// RowPlace returns where the present basis has row i.
func (s *Simplex) RowPlace(i int) Place { panic("to come") }

// TableauRow writes the row of the simplex tableau in which column j is basic: multipliers of the
// rows, and coefficients = Σ multipliers·rows for each column. The coefficient is 1 for j and 0 for
// the other basic columns, except for rounding, and for every x
//
//	Σ coefficients[k]·x[k] = Σ multipliers[i]·activity[i].
//
// It returns false if j is not basic. The slices have the lengths Height and Columns.
func (s *Simplex) TableauRow(j int, multipliers, coefficients []float64) bool { panic("to come") }

// DualBound returns the bound on the objective that multipliers of the rows prove, by weak duality:
// a lower bound if the program minimises, an upper bound if it maximises. A multiplier that would
// need an infinite bound of its row counts as 0, and each column goes to its better bound. It holds
// for any multipliers: errors of a solver weaken it, but make it wrong by no more than the rounding
// of its own sum. It is ∓Inf if a column would go to an infinite bound.
func DualBound(p *program.Program, duals []float64) float64 { panic("to come") }
