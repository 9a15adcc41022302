package integer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"wavetank/policies/optimize/program"
)

// defaultNodes is the limit of nodes if Terms.Nodes is 0.
const defaultNodes = 1_000_000

// Terms are the parameters of one search. The zero value means the defaults.
type Terms struct {
	Nodes    int            // most nodes of the tree; 0: 1,000,000
	Gap      float64        // relative gap (Answer.Gap) at which the search ends
	Steps    int            // approximate limit on simplex steps; 0: no limit
	Rounds   int            // most rounds of cuts at the root; 0: 40
	Start    []float64      // first solution, per column; it may violate rows; nil: none
	Plain    bool           // no heuristics: solutions are those of relaxations without fractions
	Progress func(Snapshot) // called regularly and at every better solution; may be nil
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

// Snapshot is the progress of a search.
type Snapshot struct {
	Nodes, Open      int     // numbers of processed nodes and of open nodes
	Objective, Bound float64 // those of Answer so far; ±Inf: not known yet
}

// Ending is the reason why a search ended.
type Ending int8

// The endings. Optimal, Infeasible and Unbounded are proved, within the tolerances of Solve.
const (
	Optimal     Ending = iota // no solution is better
	WithinGap                 // the gap is at most Terms.Gap
	NodeLimit                 // the search reached Terms.Nodes
	StepLimit                 // the search reached Terms.Steps
	Interrupted               // the context ended
	Infeasible                // there is no solution
	Unbounded                 // the objective of solutions has no bound
	Unresolved                // rounding errors or an overflow left parts of the tree undecided
)

// String returns the ending in words.
func (e Ending) String() string {
	return [...]string{"optimal", "within gap", "node limit", "step limit", "interrupted", "infeasible", "unbounded", "unresolved"}[e]
}

// Answer is the result of a search. Objective and Bound are those of the program as it was given,
// also if it is a maximisation.
type Answer struct {
	Ending     Ending
	X          []float64 // best solution, per column; nil: none was found
	Objective  float64   // objective of X; without X it is the worst: +Inf, or −Inf if maximising
	Bound      float64   // no solution has a better objective
	Gap        float64   // |Objective − Bound| / |Objective|; 0 if they are equal, +Inf without X
	Nodes      int       // number of processed nodes
	Iterations int       // number of simplex iterations
	Cuts       int       // number of cuts that were added at the root and kept
}

// Solve searches for the best solution of a program. The error joins the faults of the program and
// of the terms. The context may end the search early; the answer then depends on the time.
//
// In X, whole columns are exactly whole. Rows and bounds hold to 1e-6·(1 + their largest term). A
// solution counts as optimal if no other solution is better by more than 1e-8·(1 + |objective|).
func Solve(ctx context.Context, p *program.Program, terms Terms) (Answer, error) {
	if err := terms.validate(p); err != nil {
		return Answer{}, err
	}
	s := newSearch(ctx, p, terms)
	return s.answer(s.run()), nil
}

// Gap returns the relative gap between an objective and a bound (see Answer.Gap).
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
