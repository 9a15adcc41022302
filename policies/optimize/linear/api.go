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
	s := &Simplex{noScale: c.NoScaling}
	if err := s.Load(p); err != nil {
		return Result{}, err
	}
	return s.Solve(ctx, Budget{Iterations: c.Iterations}), nil
}
