package linear

import (
	"math"

	"wavetank/policies/optimize/program"
)

// Simplex solves a program repeatedly while bounds, costs and rows change. In the first basis all
// rows are basic. A Simplex must not be used by two goroutines at a time.
//
// Internally, the program is: minimise cost·z such that a·x + s = 0 and lower ≤ z ≤ upper, where z
// = (x, s). Variable n+i is s of row i, the negative activity of the row. All numbers are scaled:
// the original value of z[v] is factor[v] times the scaled value. Factors are powers of two, so
// scaling makes no rounding errors.
type Simplex struct {
	n, m     int
	a        matrix
	sign     float64 // −1: the program maximises
	offset   float64
	noScale  bool
	factor   []float64 // per variable
	costUnit float64   // value of 1 unit of the scaled objective

	cost, lower, upper []float64 // per variable, scaled

	// The present problem: its costs may be perturbed, and its bounds may differ from lower and
	// upper.
	workCost, workLower, workUpper []float64
	perturbed, moved               bool // whether costs are perturbed, bounds moved

	head  []int32   // per row, its basic variable
	place []Place   // per variable
	x     []float64 // per variable
	d     []float64 // per variable, its reduced cost
	y     []float64 // per row

	lu          lu
	factored    bool // the factors are up to date for head
	valuesKnown bool // x is up to date for the basis and the present bounds
	pricesKnown bool // d is up to date for the basis and the present costs
	inBox       bool // the present bounds are those of boxed
	unchanged   bool // no cost or bound was set since the present problem was made

	// If verified is true, only bounds of the variables in touched have changed since an optimum
	// was verified.
	verified bool
	touched  []int32
	suspect  bool // some lower bound may be above its upper bound

	weight        []float64 // per row, weight of dual steepest edge
	devex         []float64 // per variable, weight of primal devex
	infeasibility []float64 // per row, squared distance of its basic variable from its bounds
	feasible      float64   // tolerance of bounds
	optimal       float64   // tolerance of reduced costs

	column, pivotRow, steepest, flipped vector // over the rows
	alpha                               vector // over the variables: row r of B⁻¹·[a I]
	ratio                               ratioTest

	iterations, limit int
	degenerate        int    // number of steps in a row that only changed the basis
	seed              uint32 // seed of perturbations
	nextCheck         int    // iteration at which context and cutoff are checked next
	budget            Budget

	searching    bool      // the primal method is in phase 1: it brings values within bounds
	phaseCost    []float64 // per variable, cost of its distance from bounds in phase 1
	bends        []bend
	entered      int     // variable along which the primal method found no bound
	direction    float64 // direction of this variable: 1 or −1
	pending      []addedRow
	result       Result
	saved        snapshot
	norms, spare []float64 // scratch
}

// New returns a Simplex for the linear relaxation of a program, which it copies. The error joins
// all faults of the program.
func New(p *program.Program) (*Simplex, error) {
	s := &Simplex{}
	return s, s.Load(p)
}

// Load replaces the program by another one, and reuses the memory. The error joins all faults of
// the program; after an error, the Simplex must be loaded before its next use.
func (s *Simplex) Load(p *program.Program) error {
	if err := p.Validate(); err != nil {
		return err
	}
	s.take(p)
	return nil
}

// take loads a valid program.
func (s *Simplex) take(p *program.Program) {
	s.n, s.m = p.Columns(), p.Height()
	s.sign, s.offset = 1, p.Offset
	if p.Maximize {
		s.sign = -1
	}
	s.pending = s.pending[:0]
	s.a.copyProgram(p)
	total := s.n + s.m
	s.factor = filled(s.factor, total, 1)
	if !s.noScale {
		s.scale()
	}
	s.cost, s.lower, s.upper = zeros(s.cost, total), grown(s.lower, total), grown(s.upper, total)
	s.costUnit = 1
	for j, c := range p.Cost {
		s.cost[j] = s.sign * c * s.factor[j]
		s.lower[j], s.upper[j] = p.Lower[j]/s.factor[j], p.Upper[j]/s.factor[j]
	}
	s.scaleCost()
	for i := range s.m {
		v := s.n + i
		s.lower[v], s.upper[v] = -p.RowUpper[i]/s.factor[v], -p.RowLower[i]/s.factor[v]
	}
	s.allocate()
	s.reset()
}

// scaleCost scales the costs so that the largest one is moderate.
func (s *Simplex) scaleCost() {
	most := large(s.cost)
	if most <= 1024 || s.noScale {
		return
	}
	s.costUnit = 1 / (1024 * power(most))
	for j := range s.cost {
		s.cost[j] /= s.costUnit
	}
}

// allocate sets the lengths of all slices.
func (s *Simplex) allocate() {
	total := s.n + s.m
	for _, v := range []*[]float64{&s.workCost, &s.workLower, &s.workUpper, &s.x, &s.d, &s.devex} {
		*v = extended(*v, total)
	}
	for _, v := range []*[]float64{&s.y, &s.weight, &s.infeasibility, &s.norms} {
		*v = extended(*v, s.m)
	}
	s.head, s.place = extended(s.head, s.m), extended(s.place, total)
	for _, v := range []*vector{&s.column, &s.pivotRow, &s.steepest, &s.flipped} {
		v.resize(s.m)
	}
	s.alpha.resize(total)
	s.forget()
	s.unchanged, s.suspect = false, true
}

// reset sets the first basis, in which all rows are basic.
func (s *Simplex) reset() {
	for j := range s.n {
		s.place[j] = s.resting(j, AtLower)
	}
	for i := range s.m {
		s.head[i], s.place[s.n+i] = int32(s.n+i), Basic
	}
	s.basisChanged()
}

// resting returns the place of variable v: the preferred place, or another one if the preferred
// bound is infinite.
func (s *Simplex) resting(v int, preferred Place) Place {
	if preferred == Basic {
		return Basic
	}
	low, high := !math.IsInf(s.lower[v], -1), !math.IsInf(s.upper[v], 1)
	switch {
	case preferred == AtUpper && high, high && !low:
		return AtUpper
	case low:
		return AtLower
	}
	return AtZero
}

// forget marks factors, values and reduced costs as outdated.
func (s *Simplex) forget() {
	s.factored, s.valuesKnown, s.pricesKnown, s.verified = false, false, false, false
}

// basisChanged forgets everything about the basis before a change.
func (s *Simplex) basisChanged() {
	s.forget()
	s.weight = filled(s.weight, s.m, 1)
}

// Columns returns the number of columns.
func (s *Simplex) Columns() int { return s.n }

// Height returns the number of rows, including added ones.
func (s *Simplex) Height() int { return s.m + len(s.pending) }
