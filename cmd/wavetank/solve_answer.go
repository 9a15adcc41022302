package main

import (
	"context"
	"fmt"
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

// Statuses of an answer that not only integer.Ending has.
const (
	statusOptimal     = "optimal"
	statusInterrupted = "interrupted"
	statusTimeLimit   = "time limit"
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
func (l solveLimits) solve(ctx context.Context, p *program.Program, duals bool, told func(integer.Progress)) (*answer, error) {
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
	if a.status == statusInterrupted && ctx.Err() == nil {
		a.status = statusTimeLimit
	}
	a.gap = relativeGap(a.objective, a.bound)
	if duals && a.values != nil && a.duals == nil {
		if err := a.price(ctx, p); err != nil {
			return nil, err
		}
	}
	a.seconds = time.Since(began).Seconds()
	return a, nil
}

// search solves a program with integers by branch and bound, another one by the simplex method.
func (l solveLimits) search(ctx context.Context, p *program.Program, told func(integer.Progress)) (*answer, error) {
	if p.Integers() == 0 {
		r, err := linear.Solve(ctx, p, linear.Controls{})
		return linearAnswer(r), err
	}
	found, err := integer.Solve(ctx, p, integer.Settings{Nodes: l.nodes, Gap: l.gap, Progress: told})
	return &answer{status: found.Ending.String(), objective: found.Objective, bound: found.Bound, nodes: found.Nodes, values: found.X}, err
}

// linearAnswer returns what the simplex method found. A last basis that is no optimum is no answer.
func linearAnswer(r linear.Result) *answer {
	a := &answer{status: r.Status.String(), objective: math.NaN(), bound: r.Bound}
	switch r.Status {
	case linear.Optimal:
		a.status, a.objective, a.bound = statusOptimal, r.Objective, r.Objective
		a.values, a.duals, a.reduced = r.X, r.Duals, r.Reduced
	case linear.Stopped:
		a.status = statusInterrupted
	case linear.IterationLimit, linear.Inaccurate:
		a.status = statusUnresolved
	}
	return a
}

// price finds the dual values of the program whose integers are those of the solution.
func (a *answer) price(ctx context.Context, p *program.Program) error {
	fixed := *p
	fixed.Lower, fixed.Upper = slices.Clone(p.Lower), slices.Clone(p.Upper)
	for j, v := range a.values {
		if p.Whole(j) {
			fixed.Lower[j], fixed.Upper[j] = v, v
		}
	}
	r, err := linear.Solve(ctx, &fixed, linear.Controls{})
	if err != nil || ctx.Err() != nil {
		return err
	}
	if r.Status != linear.Optimal {
		return fmt.Errorf("the dual values of the best integers are not known: %v", r.Status)
	}
	a.duals, a.reduced = r.Duals, r.Reduced
	return nil
}

// relativeGap returns how far an objective and its bound are apart, as a part of the objective.
func relativeGap(objective, bound float64) float64 {
	switch {
	case objective == bound:
		return 0
	case math.IsInf(objective, 0) || math.IsNaN(objective) || math.IsInf(bound, 0) || objective == 0:
		return math.Inf(1)
	}
	return math.Abs(objective-bound) / math.Abs(objective)
}
