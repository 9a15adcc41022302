package integer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"wavetank/policies/optimize/program"
)

// defaultNodes is the largest number of nodes if Terms.Nodes is 0.
const defaultNodes = 1_000_000

// Terms are the choices of one search. The zero value has the defaults.
type Terms struct {
	Nodes    int            // the most nodes of the tree; 0: 1,000,000
	Gap      float64        // the relative gap (Answer.Gap) that is good enough
	Steps    int            // of the simplex method, about the most; 0: no limit
	Rounds   int            // of cuts at the root, the most; 0: 40
	Start    []float64      // a solution to begin with, per column; nil: none. It may violate rows
	Progress func(Snapshot) // nil, or called now and then and at every better solution
}

// validate returns the faults of the program and of the terms, joined.
func (t Terms) validate(p *program.Program) error {
	var faults []error
	if t.Nodes < 0 {
		faults = append(faults, fmt.Errorf("the number of nodes is %d; it must not be negative", t.Nodes))
	}
	if t.Steps < 0 {
		faults = append(faults, fmt.Errorf("the number of steps is %d; it must not be negative", t.Steps))
	}
	if t.Rounds < 0 {
		faults = append(faults, fmt.Errorf("the number of rounds of cuts is %d; it must not be negative", t.Rounds))
	}
	if t.Gap < 0 || math.IsNaN(t.Gap) {
		faults = append(faults, fmt.Errorf("the gap is %v; it must be 0 or more", t.Gap))
	}
	if t.Start != nil && len(t.Start) != p.Columns() {
		faults = append(faults, fmt.Errorf("the start has %d values; the program has %d columns", len(t.Start), p.Columns()))
	}
	return errors.Join(append(faults, p.Validate())...)
}

// Snapshot is how far a search is.
type Snapshot struct {
	Nodes, Open      int     // of the tree: looked at, and still to look at
	Objective, Bound float64 // of the best solution, and of what is possible; ±Inf if there is none
}

// Ending is why a search ended.
type Ending int8

// The endings. Optimal, Infeasible and Unbounded are proved, to the tolerances of Solve.
const (
	Optimal     Ending = iota // no solution is better
	WithinGap                 // the gap is at most Terms.Gap
	NodeLimit                 // Terms.Nodes were looked at
	StepLimit                 // Terms.Steps were taken
	Interrupted               // the context ended
	Infeasible                // there is no solution
	Unbounded                 // solutions are as good as one likes
	Unresolved                // rounding errors left parts of the tree undecided
)

// String returns the ending in words.
func (e Ending) String() string {
	return [...]string{"optimal", "within gap", "node limit", "step limit", "interrupted", "infeasible", "unbounded", "unresolved"}[e]
}

// Answer is what a search found. Objective and Bound are in the program's own sense.
type Answer struct {
	Ending     Ending
	X          []float64 // the best solution, per column; nil: none was found
	Objective  float64   // of X; if there is none, +Inf for a minimisation and −Inf otherwise
	Bound      float64   // no solution is better
	Gap        float64   // |Objective − Bound| / |Objective|; 0 if they are equal, +Inf without X
	Nodes      int       // of the tree
	Iterations int       // of the simplex method
	Cuts       int       // rows that were added at the root and kept
}

// Solve searches for the best solution of a program. The error joins the faults of the program and
// of the terms. The context may end the search early; the answer then depends on the time.
//
// Whole columns have exactly whole values in X. Rows and bounds hold to 1e-6 of 1 + their largest
// term. An objective is taken for the best if no other one is better by 1e-8 of 1 + its size.
func Solve(ctx context.Context, p *program.Program, terms Terms) (Answer, error) {
	if err := terms.validate(p); err != nil {
		return Answer{}, err
	}
	s := newSearch(ctx, p, terms)
	return s.answer(s.run()), nil
}

// Gap returns the relative gap between an objective and a bound, as Answer.Gap has it.
func Gap(objective, bound float64) float64 {
	switch {
	case math.IsInf(objective, 0):
		return math.Inf(1)
	case objective == bound:
		return 0
	case objective == 0 || math.IsInf(bound, 0):
		return math.Inf(1)
	}
	return math.Abs(objective-bound) / math.Abs(objective)
}
