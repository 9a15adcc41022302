package linear

import (
	"context"

	"wavetank/policies/optimize/program"
)

// Controls are the parameters of Solve. The zero value means the defaults.
type Controls struct {
	Iterations int  // most iterations; 0: 50,000 + 100 per row and column
	NoPresolve bool // do not presolve the program
	NoScaling  bool // do not scale the coefficients
}

// Budget holds the limits of a solve by a Simplex. The zero value means the defaults.
type Budget struct {
	Iterations int     // most iterations; 0: 50,000 + 100 per row and column
	HasCutoff  bool    // stop when it is proved that no objective is better than Cutoff
	Cutoff     float64 // objective of the program as it was given, including its offset
}

// Solve solves the linear relaxation of a program once: integers may be fractions. It presolves the
// program and solves the smaller program. Then it solves the whole program, beginning with the
// basis that postsolve computes. So the result is verified on the program as it was given. If
// rounding errors prevent a result, it tries again without presolve, and then without scaling. The
// context may end the solve early (Stopped). The error joins all faults of the program.
func Solve(ctx context.Context, p *program.Program, c Controls) (Result, error) {
	if err := p.Validate(); err != nil {
		return Result{}, err
	}
	if p.Height() < smallest {
		c.NoPresolve = true
	}
	r := c.once(ctx, p)
	if r.Status == Inaccurate && !c.NoPresolve {
		c.NoPresolve = true
		r = c.once(ctx, p)
	}
	if r.Status == Inaccurate && !c.NoScaling {
		c.NoScaling = true
		r = c.once(ctx, p)
	}
	return r, nil
}

// smallest is the least number of rows for which presolving saves time.
const smallest = 20

// once solves a valid program.
func (c Controls) once(ctx context.Context, p *program.Program) Result {
	whole := &Simplex{noScale: c.NoScaling}
	whole.take(p)
	steps, budget := 0, Budget{Iterations: c.Iterations}
	if !c.NoPresolve {
		if pre := presolve(p); pre != nil && len(pre.steps) > 0 {
			steps = pre.start(ctx, whole, c)
		}
	}
	if budget.Iterations > 0 {
		budget.Iterations = max(1, budget.Iterations-steps)
	}
	r := whole.Solve(ctx, budget)
	r.Iterations += steps
	return r
}

// start solves the presolved program, sets the basis of the whole program by postsolve, and returns
// the number of iterations. If the presolved program has no optimum, the whole program finds the
// proof from this basis.
func (s *presolver) start(ctx context.Context, whole *Simplex, c Controls) int {
	left, columns, rows := s.reduced()
	part := &Simplex{noScale: c.NoScaling}
	part.take(left)
	r := part.Solve(ctx, Budget{Iterations: c.Iterations})
	if r.Status != Inaccurate {
		whole.SetBasis(s.postsolve(columns, rows, part.Basis(), r.X, r.Duals))
	}
	return r.Iterations
}
