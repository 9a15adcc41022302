package theory

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// levels is a continuous-time Markov chain whose states lie on levels 0, 1, 2, … A step goes at
// most one level up or down. From level last on, which is at least 1, all levels have the same
// rates (a quasi birth-death process, Neuts, 1981).
type levels struct {
	last   int
	phases func(level int) int
	// rates calls add for every step out of a state. by is the change of the level: −1, 0 or 1. to
	// is the phase after the step.
	rates func(level, phase int, add func(by, to int, rate float64))
}

// steadyLevels is the steady state of a chain of levels.
type steadyLevels struct {
	below [][]float64 // probabilities on the levels before last
	// at[i] is the probability of phase i, summed over all levels from last on. rise[i] is the same
	// sum, with each term multiplied by level − last.
	at, rise []float64
}

// block returns the matrix of the rates from a level to level + by. For by = 0 it includes the
// diagonal.
func (l levels) block(level, by int) *mat.Dense {
	from := l.phases(min(level, l.last))
	to := l.phases(min(level+by, l.last))
	m := mat.NewDense(from, to, nil)
	for phase := range from {
		l.rates(level, phase, func(step, target int, rate float64) {
			if step == by {
				m.Set(phase, target, m.At(phase, target)+rate)
			}
			if by == 0 {
				m.Set(phase, phase, m.At(phase, phase)-rate)
			}
		})
	}
	return m
}

// solve returns the steady state. It finds the matrix R of the equal levels by logarithmic
// reduction (Latouche and Ramaswami, 1993), the other levels by block elimination from above, and
// level 0 by the elimination of Grassmann, Taksar and Heyman.
func (l levels) solve() (steadyLevels, error) {
	up, local := l.block(l.last, 1), l.block(l.last+1, 0)
	g, err := firstPassage(up, local, l.block(l.last+2, -1))
	if err != nil {
		return steadyLevels{}, err
	}
	ratio, err := rateMatrix(up, local, g)
	if err != nil {
		return steadyLevels{}, err
	}
	ratios := make([]*mat.Dense, l.last) // ratios[n] leads from level n to level n+1
	for n, next := l.last-1, ratio; n >= 0; n-- {
		// The rates within a level, with excursions to levels above: local(n+1) + R(n+1)·down(n+2).
		var over mat.Dense
		over.Mul(next, l.block(n+2, -1))
		over.Add(&over, l.block(n+1, 0))
		if ratios[n], err = overDiagonal(l.block(n, 1), &over); err != nil {
			return steadyLevels{}, err
		}
		next = ratios[n]
	}
	var bottom mat.Dense
	bottom.Mul(ratios[0], l.block(1, -1))
	bottom.Add(&bottom, l.block(0, 0))
	return l.assemble(steadyPhases(&bottom), ratios, ratio)
}

// assemble computes the probabilities from level 0 upwards by the ratios, and scales them to a sum
// of 1.
func (l levels) assemble(start []float64, ratios []*mat.Dense, ratio *mat.Dense) (steadyLevels, error) {
	var s steadyLevels
	sum := 0.0
	here := mat.NewDense(1, len(start), start)
	for _, r := range ratios {
		s.below = append(s.below, here.RawRowView(0))
		sum += mat.Sum(here)
		next := mat.NewDense(1, r.RawMatrix().Cols, nil)
		next.Mul(here, r)
		here = next
	}
	size, _ := ratio.Dims()
	rest := mat.NewDense(size, size, nil) // I − R
	rest.Scale(-1, ratio)
	for i := range size {
		rest.Set(i, i, 1+rest.At(i, i))
	}
	at, err := overMatrix(here, rest)
	if err != nil {
		return s, err
	}
	var step mat.Dense
	step.Mul(at, ratio)
	rise, err := overMatrix(&step, rest)
	if err != nil {
		return s, err
	}
	sum += mat.Sum(at)
	at.Scale(1/sum, at)
	rise.Scale(1/sum, rise)
	for _, row := range s.below {
		for i := range row {
			row[i] /= sum
		}
	}
	s.at, s.rise = at.RawRowView(0), rise.RawRowView(0)
	return s, nil
}

// mean returns the mean of value(level, phase) over all states. From level last on, value must be
// linear in the level.
func (s steadyLevels) mean(value func(level, phase int) float64) float64 {
	sum := 0.0
	for level, row := range s.below {
		for phase, p := range row {
			sum += p * value(level, phase)
		}
	}
	last := len(s.below)
	for phase := range s.at {
		base := value(last, phase)
		sum += s.at[phase]*base + s.rise[phase]*(value(last+1, phase)-base)
	}
	return sum
}

// idle checks the solution by the mean number of idle servers, whose exact value follows from the
// balance of flows. Near full load this number is small, so it shows a loss of precision first.
func (s steadyLevels) idle(exact float64, of func(level, phase int) float64) error {
	if got := s.mean(of); !(math.Abs(got-exact) <= 1e-7*exact) {
		return errNoSolution
	}
	return nil
}

var errNoSolution = errors.New("the chain is too near its limit of stability for double precision")

// overMatrix is a·m^{−1}.
func overMatrix(a, m *mat.Dense) (*mat.Dense, error) {
	var x mat.Dense
	if err := x.Solve(m.T(), a.T()); err != nil {
		if condition, ok := errors.AsType[mat.Condition](err); !ok || math.IsInf(float64(condition), 1) {
			return nil, errNoSolution
		}
	}
	return mat.DenseCopyOf(x.T()), nil
}

// overDiagonal is up·(−local)^{−1}.
func overDiagonal(up, local *mat.Dense) (*mat.Dense, error) {
	var minus mat.Dense
	minus.Scale(-1, local)
	return overMatrix(up, &minus)
}

// rateMatrix is R = up·(−(local + up·G))^{−1}.
func rateMatrix(up, local, g *mat.Dense) (*mat.Dense, error) {
	var inner mat.Dense
	inner.Mul(up, g)
	inner.Add(&inner, local)
	return overDiagonal(up, &inner)
}

// firstPassage returns G: the probabilities of the phase in which a chain with equal levels first
// reaches the level below.
func firstPassage(up, local, down *mat.Dense) (*mat.Dense, error) {
	var minus mat.Dense
	minus.Scale(-1, local)
	high, low := new(mat.Dense), new(mat.Dense)
	if high.Solve(&minus, up) != nil || low.Solve(&minus, down) != nil {
		return nil, errNoSolution
	}
	size, _ := up.Dims()
	g, climbed := mat.DenseCopyOf(low), mat.DenseCopyOf(high)
	for range 64 {
		short := 0.0 // by how much sums of rows of G are below 1
		for i := range size {
			short = max(short, math.Abs(1-mat.Sum(g.RowView(i))))
		}
		if short < 1e-14 || mat.Norm(climbed, 1) < 1e-17 {
			return g, nil
		}
		var turns, other, rest mat.Dense
		turns.Mul(high, low)
		other.Mul(low, high)
		turns.Add(&turns, &other)
		rest.Scale(-1, &turns)
		for i := range size {
			rest.Set(i, i, 1+rest.At(i, i))
		}
		var twiceHigh, twiceLow, gain, climb mat.Dense
		twiceHigh.Mul(high, high)
		twiceLow.Mul(low, low)
		high, low = new(mat.Dense), new(mat.Dense)
		if high.Solve(&rest, &twiceHigh) != nil || low.Solve(&rest, &twiceLow) != nil {
			return nil, errNoSolution
		}
		gain.Mul(climbed, low)
		g.Add(g, &gain)
		climb.Mul(climbed, high)
		climbed = mat.DenseCopyOf(&climb)
	}
	return g, nil
}

// steadyPhases returns the steady state of a small chain with the given rates, up to a factor. It
// does not read the diagonal.
func steadyPhases(rates *mat.Dense) []float64 {
	size, _ := rates.Dims()
	for n := size - 1; n > 0; n-- {
		out := 0.0
		for j := range n {
			out += rates.At(n, j)
		}
		for i := range n {
			share := rates.At(i, n) / out
			rates.Set(i, n, share)
			for j := range n {
				if j != i {
					rates.Set(i, j, rates.At(i, j)+share*rates.At(n, j))
				}
			}
		}
	}
	probabilities := make([]float64, size)
	probabilities[0] = 1
	for n := 1; n < size; n++ {
		for i := range n {
			probabilities[n] += probabilities[i] * rates.At(i, n)
		}
	}
	return probabilities
}
