package optimize

import (
	"context"

	"wavetank/policies/optimize/integer"
)

// Limits of a search over replicas, if MILP.Nodes is 0. Small programs have room for more cuts and
// more steps of the simplex method.
const (
	leastRounds  = 3          // of cuts
	roundColumns = 1_000      // further rounds times columns
	firstSteps   = 100        // beside two for every five columns
	stepColumns  = 15_000_000 // further steps times columns squared
)

// byReplicas searches over whole replicas and machines, places what it finds, and raises the bound.
func (s MILP) byReplicas(x *index, best *Solution, name string) error {
	w := newWhole(x, PartNames{})
	terms := integer.Terms{Nodes: s.Nodes, Gap: s.Gap, Start: w.start(best)}
	if columns := w.program.Columns(); s.Nodes == 0 {
		terms.Nodes, terms.Rounds = defaultNodes, leastRounds+roundColumns/columns
		terms.Steps = firstSteps + 2*columns/5 + stepColumns/columns/columns
	}
	answer, err := integer.Solve(context.Background(), w.program, terms)
	if err != nil {
		return err
	}
	if answer.X != nil {
		best.consider(w.solution(answer.X, name))
	}
	best.learn(answer)
	return nil
}
