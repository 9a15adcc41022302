package commands

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"wavetank/policies/optimize/integer"
	"wavetank/policies/optimize/linear"
	"wavetank/policies/optimize/program"
)

// solveLimits are limits that end a search early.
type solveLimits struct {
	time  time.Duration // 0: no limit
	gap   float64       // relative gap
	nodes int
}

// Statuses of an answer. All are texts of integer.Ending, except statusTimeLimit.
const (
	statusOptimal     = "optimal"
	statusInterrupted = "interrupted"
	statusTimeLimit   = "time limit"
	statusInfeasible  = "infeasible"
	statusUnbounded   = "unbounded"
	statusUnresolved  = "unresolved"
)

// answer is the result of solving a program.
type answer struct {
	status                string
	objective, bound, gap float64 // ±Inf or NaN: not known
	nodes                 int
	seconds               float64
	values                []float64       // per column; nil: there is no solution
	duals                 []float64       // per row; nil: not asked for
	reduced               []float64       // per column: reduced costs; nil: not asked for
	ranges                *linear.Ranging // nil: not asked for
}

// solve solves a program. From time to time it calls told with the progress.
func (l solveLimits) solve(ctx context.Context, p *program.Program, duals bool, told func(integer.Snapshot)) (*answer, error) {
	limited, cancel := ctx, func() {}
	if l.time > 0 {
		limited, cancel = context.WithTimeout(ctx, l.time)
	}
	defer cancel()
	began := time.Now()
	a, err := l.search(limited, p, told)
	if err != nil {
		return nil, err
	}
	switch {
	case a.status == statusInterrupted && ctx.Err() == nil:
		a.status = statusTimeLimit
	case a.status == statusInfeasible:
		a.bound = math.NaN()
	case a.status == statusUnbounded: // a solution may be known, but none is the best
		a.values, a.objective, a.bound = nil, math.NaN(), math.NaN()
	}
	if a.values != nil && a.duals == nil {
		if err := a.finish(p); err != nil && duals {
			return nil, err
		}
	}
	if !duals {
		a.duals, a.reduced = nil, nil
	}
	a.gap = integer.Gap(a.objective, a.bound)
	a.seconds = time.Since(began).Seconds()
	return a, nil
}

// search solves a program: with integers by branch and bound, without integers by the simplex
// method.
func (l solveLimits) search(ctx context.Context, p *program.Program, told func(integer.Snapshot)) (*answer, error) {
	if p.Integers() == 0 {
		r, err := linear.Solve(ctx, p, linear.Controls{})
		return linearAnswer(r), err
	}
	found, err := integer.Solve(ctx, p, integer.Terms{Nodes: l.nodes, Gap: l.gap, Progress: told})
	return &answer{status: found.Ending.String(), objective: found.Objective, bound: found.Bound, nodes: found.Nodes, values: found.X}, err
}

// linearAnswer returns the answer of the simplex method. It has a solution only if the status is
// optimal.
func linearAnswer(r linear.Result) *answer {
	a := &answer{status: r.Status.String(), objective: math.NaN(), bound: r.Bound}
	switch r.Status {
	case linear.Optimal:
		a.status, a.objective, a.bound = statusOptimal, r.Objective, r.Objective
		a.take(r)
	case linear.Stopped:
		a.status = statusInterrupted
	case linear.IterationLimit, linear.Inaccurate, linear.Overflow:
		a.status = statusUnresolved
	}
	return a
}

// take copies the solution of a result. An empty list stays different from nil, because nil means
// that there is no solution.
func (a *answer) take(r linear.Result) {
	list := func(values []float64) []float64 { return append([]float64{}, values...) }
	a.values, a.duals, a.reduced = list(r.X), list(r.Duals), list(r.Reduced)
}

// finish solves the program again, with the integers fixed to those of the solution. This gives
// dual values, and exact values of the other columns, without the tolerances of the search. It is
// also called after an interruption, because it solves only one linear program.
func (a *answer) finish(p *program.Program) error {
	r, err := linear.Solve(context.Background(), a.fixed(p), linear.Controls{})
	if err != nil {
		return err
	}
	if r.Status != linear.Optimal {
		return fmt.Errorf("the dual values, with the integers fixed to the best solution, are not known: %v", r.Status)
	}
	a.objective = r.Objective
	a.take(r)
	// Rounding errors can make the objective better than the bound.
	passed := a.bound < a.objective == p.Maximize
	if passed || a.status == statusOptimal {
		a.bound = a.objective
	}
	return nil
}

// fixed returns a program with its integers fixed to those of the solution.
func (a *answer) fixed(p *program.Program) *program.Program {
	fixed := *p
	fixed.Lower, fixed.Upper = slices.Clone(p.Lower), slices.Clone(p.Upper)
	for j, v := range a.values {
		if p.Whole(j) {
			fixed.Lower[j], fixed.Upper[j] = v, v
		}
	}
	return &fixed
}

// addRanges finds the ranges of a solution, with its integers fixed. The ranges belong to one
// basis, but a program may have several optimal bases. So addRanges replaces the solution and its
// dual values by the values of this basis.
func (a *answer) addRanges(ctx context.Context, p *program.Program) error {
	s, err := linear.New(a.fixed(p))
	if err != nil {
		return err
	}
	r := s.Solve(ctx, linear.Budget{}).Clone()
	ranges, ok := s.Ranging()
	if !ok {
		return fmt.Errorf("the ranges of the solution are not known: %v", r.Status)
	}
	duals := a.duals != nil
	if a.take(r); !duals {
		a.duals, a.reduced = nil, nil
	}
	a.ranges = &ranges
	return nil
}

// feasible is the largest allowed violation of rows, bounds and integrality.
const feasible = 1e-6

// doubt prints a warning if the solution violates the program as it was read.
func (a *answer) doubt(w io.Writer, p *program.Program) {
	if a.values == nil {
		return
	}
	if rows, integers := p.Violation(a.values); rows > feasible || integers > feasible {
		fmt.Fprintf(w, "warning: the solution violates rows and bounds by up to %.2g, relative to 1 + their largest term, and integers differ from whole numbers by up to %.2g\n", rows, integers)
	}
}
