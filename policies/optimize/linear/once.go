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

// Solve solves the linear relaxation of a program once: integers may be fractions. It presolves the
// program, solves what is left, and ends on the whole program from the basis that postsolve finds
// for it, so the result is checked on the program as it was given. Where rounding errors stand in
// the way, it tries again without presolve, and then without scaling. The context may end the solve
// early (Stopped). The error joins all faults of the program.
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

// smallest is the number of rows from which on presolving pays.
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

// start solves what the presolver left, gives the whole program the basis of its end, and returns
// the iterations. Where there is no optimum, the whole program finds the proof from there.
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
