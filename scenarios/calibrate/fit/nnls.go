package fit

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// NonnegativeLeastSquares returns the x ≥ 0 that minimizes ‖Ax − b‖, by the active-set method of
// Lawson and Hanson ("Solving Least Squares Problems", 1974, algorithm NNLS). rows are the rows of
// A. The unknown of a column of zeros is 0.
func NonnegativeLeastSquares(rows [][]float64, b []float64) []float64 {
	if len(rows) == 0 {
		return nil
	}
	n := len(rows[0])
	p := normalEquations{n: n, gram: mat.NewSymDense(n, nil), right: make([]float64, n), scale: make([]float64, n)}
	for _, row := range rows {
		for j, v := range row {
			p.scale[j] += v * v
		}
	}
	for j := range p.scale {
		if p.scale[j] = math.Sqrt(p.scale[j]); p.scale[j] == 0 {
			p.scale[j] = 1
		}
	}
	for i, row := range rows {
		for j := range n {
			p.right[j] += row[j] / p.scale[j] * b[i]
			for k := j; k < n; k++ {
				p.gram.SetSym(j, k, p.gram.At(j, k)+row[j]/p.scale[j]*row[k]/p.scale[k])
			}
		}
	}
	x := p.solve()
	for j := range x {
		x[j] /= p.scale[j]
	}
	return x
}

// normalEquations are the normal equations of a least-squares problem whose columns are scaled to
// length 1.
type normalEquations struct {
	n     int
	gram  *mat.SymDense
	right []float64
	scale []float64
}

func (p *normalEquations) solve() []float64 {
	x, free := make([]float64, p.n), make([]bool, p.n)
	const rounds = 10
	for range rounds * (p.n + 1) {
		best, at := 1e-10*(1+mat.Max(mat.NewVecDense(p.n, p.right))), -1
		for j := range p.n {
			w := p.right[j]
			for k := range p.n {
				w -= p.gram.At(j, k) * x[k]
			}
			if !free[j] && w > best && p.gram.At(j, j) > 0 {
				best, at = w, j
			}
		}
		if at < 0 {
			break
		}
		free[at] = true
		if !p.solveFree(x, free) {
			free[at], x[at] = false, 0
			break
		}
	}
	return x
}

// solveFree solves for the free unknowns. Unknowns that would become negative are fixed at 0. It
// returns false if the columns of the free unknowns are not independent.
func (p *normalEquations) solveFree(x []float64, free []bool) bool {
	for {
		z, ok := p.leastSquares(free)
		if !ok {
			return false
		}
		step, stop := 1.0, -1
		for j := range z {
			if free[j] && z[j] <= 0 {
				if s := x[j] / (x[j] - z[j]); stop < 0 || s < step {
					step, stop = s, j
				}
			}
		}
		for j := range x {
			if free[j] {
				x[j] += min(step, 1) * (z[j] - x[j])
			}
		}
		if stop < 0 {
			return true
		}
		free[stop], x[stop] = false, 0
	}
}

// leastSquares solves the normal equations for the free unknowns, with all others at 0.
func (p *normalEquations) leastSquares(free []bool) ([]float64, bool) {
	var index []int
	for j, is := range free {
		if is {
			index = append(index, j)
		}
	}
	z := make([]float64, p.n)
	if len(index) == 0 {
		return z, true
	}
	g, r := mat.NewSymDense(len(index), nil), mat.NewVecDense(len(index), nil)
	for a, j := range index {
		r.SetVec(a, p.right[j])
		for c, k := range index {
			g.SetSym(a, c, p.gram.At(j, k))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(g) || chol.Cond() > 1e13 {
		return nil, false
	}
	var out mat.VecDense
	if err := chol.SolveVecTo(&out, r); err != nil {
		return nil, false
	}
	for a, j := range index {
		z[j] = out.AtVec(a)
	}
	return z, true
}
