package linear

import (
	"math"

	"wavetank/policies/optimize/program"
)

// Simplex solves a program again and again while bounds, costs and rows change. Its first basis is
// that of the rows. A Simplex must not be used by two goroutines at a time.
//
// Inside, the program is: minimise cost·z such that a·x + s = 0 and lower ≤ z ≤ upper, where
// z = (x, s). Variable n+i is s of row i, the negative activity of the row. All of it is scaled:
// z[v] is factor[v] times the scaled one. The factors are powers of two, so scaling does not round.
type Simplex struct {
	n, m     int
	a        matrix
	sign     float64 // −1: the program maximises
	offset   float64
	noScale  bool
	factor   []float64 // per variable
	costUnit float64   // what 1 of the scaled objective is worth

	cost, lower, upper []float64 // per variable, scaled

	// The present problem: costs may be perturbed, and bounds others than those given.
	workCost, workLower, workUpper []float64
	perturbed, moved               bool // costs, bounds

	head  []int32   // per row, its basic variable
	place []Place   // per variable
	x     []float64 // per variable
	d     []float64 // per variable, its reduced cost
	y     []float64 // per row

	lu          lu
	factored    bool // the factors are those of head
	valuesKnown bool // x is that of the basis and the present bounds
	pricesKnown bool // d is that of the basis and the present costs
	inBox       bool // the bounds are those of boxed
	unchanged   bool // since the present problem was made, no cost or bound was set

	// Since an optimum was verified, bounds of these variables were set, and nothing else.
	verified bool
	touched  []int32
	suspect  bool // bounds may cross

	weight        []float64 // per row: dual steepest edge
	devex         []float64 // per variable: primal
	infeasibility []float64 // per row, its square
	feasible      float64   // tolerance of bounds
	optimal       float64   // tolerance of reduced costs

	column, pivotRow, steepest, flipped vector // over the rows
	alpha                               vector // over the variables: row r of B⁻¹·[a I]
	ratio                               ratioTest

	iterations, limit int
	degenerate        int    // steps in a row that changed nothing but the basis
	seed              uint32 // of perturbations
	nextCheck         int    // the iteration at which context and cutoff are looked at
	budget            Budget

	searching    bool      // the primal method brings values within bounds
	phaseCost    []float64 // per variable: of the distance from bounds
	bends        []bend
	entered      int     // the variable along which the primal method found no bound,
	direction    float64 // and where to
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

// Load puts another program in the place of the present one and keeps the memory. The error joins
// all faults of the program; after an error, the Simplex must be loaded before its next use.
func (s *Simplex) Load(p *program.Program) error {
	if err := p.Validate(); err != nil {
		return err
	}
	s.take(p)
	return nil
}

// take loads a program that is known to be valid.
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

// scaleCost makes the largest cost moderate.
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

// allocate gives every slice its length.
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

// reset makes the basis that of the rows.
func (s *Simplex) reset() {
	for j := range s.n {
		s.place[j] = s.resting(j, AtLower)
	}
	for i := range s.m {
		s.head[i], s.place[s.n+i] = int32(s.n+i), Basic
	}
	s.basisChanged()
}

// resting returns where variable v is: in the basis, or at the bound that is preferred, if it is
// finite.
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

// forget drops what is known of the basis.
func (s *Simplex) forget() {
	s.factored, s.valuesKnown, s.pricesKnown, s.verified = false, false, false, false
}

// basisChanged forgets the basis before.
func (s *Simplex) basisChanged() {
	s.forget()
	s.weight = filled(s.weight, s.m, 1)
}

// Columns returns the number of columns.
func (s *Simplex) Columns() int { return s.n }

// Height returns the number of rows, with those added.
func (s *Simplex) Height() int { return s.m + len(s.pending) }
