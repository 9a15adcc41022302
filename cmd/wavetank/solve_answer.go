package main

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

// solveLimits end a search before its end.
type solveLimits struct {
	time  time.Duration // 0: none
	gap   float64       // relative
	nodes int
}

// Statuses of an answer. They are the words of integer.Ending, and one more.
const (
	statusOptimal     = "optimal"
	statusInterrupted = "interrupted"
	statusTimeLimit   = "time limit"
	statusInfeasible  = "infeasible"
	statusUnbounded   = "unbounded"
	statusUnresolved  = "unresolved"
)

// answer is what is known of a program.
type answer struct {
	status                string
	objective, bound, gap float64 // ±Inf or NaN: there is none
	nodes                 int
	seconds               float64
	values                []float64 // per column; nil: there is no solution
	duals                 []float64 // per row; nil: not asked for
	reduced               []float64 // per column, as duals
}

// solve solves a program. It tells its progress now and then.
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

// search solves a program with integers by branch and bound, another one by the simplex method.
func (l solveLimits) search(ctx context.Context, p *program.Program, told func(integer.Snapshot)) (*answer, error) {
	if p.Integers() == 0 {
		r, err := linear.Solve(ctx, p, linear.Controls{})
		return linearAnswer(r), err
	}
	found, err := integer.Solve(ctx, p, integer.Terms{Nodes: l.nodes, Gap: l.gap, Progress: told})
	return &answer{status: found.Ending.String(), objective: found.Objective, bound: found.Bound, nodes: found.Nodes, values: found.X}, err
}

// linearAnswer returns what the simplex method found. A last basis that is no optimum is no answer.
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

// take takes over a solution. A list that is empty stays another one than nil, which says that
// there is none.
func (a *answer) take(r linear.Result) {
	list := func(values []float64) []float64 { return append([]float64{}, values...) }
	a.values, a.duals, a.reduced = list(r.X), list(r.Duals), list(r.Reduced)
}

// finish solves the program whose integers are those of the solution. That gives dual values, and
// the other columns without the small tolerances of the search. It may take its time also after an
// interruption: it is one linear program.
func (a *answer) finish(p *program.Program) error {
	fixed := *p
	fixed.Lower, fixed.Upper = slices.Clone(p.Lower), slices.Clone(p.Upper)
	for j, v := range a.values {
		if p.Whole(j) {
			fixed.Lower[j], fixed.Upper[j] = v, v
		}
	}
	r, err := linear.Solve(context.Background(), &fixed, linear.Controls{})
	if err != nil {
		return err
	}
	if r.Status != linear.Optimal {
		return fmt.Errorf("the dual values of the best integers are not known: %v", r.Status)
	}
	a.objective = r.Objective
	a.take(r)
	passed := a.bound < a.objective == p.Maximize // by rounding errors
	if passed || a.status == statusOptimal {
		a.bound = a.objective
	}
	return nil
}

// feasible is how far a solution may be outside of rows, bounds and whole numbers.
const feasible = 1e-6

// doubt warns of a solution that does not hold in the program as it is written.
func (a *answer) doubt(w io.Writer, p *program.Program) {
	if a.values == nil {
		return
	}
	if rows, integers := p.Violation(a.values); rows > feasible || integers > feasible {
		fmt.Fprintf(w, "warning: the solution is outside of rows and bounds by %.2g of their terms, and of whole numbers by %.2g\n", rows, integers)
	}
}
