package commands

import (
	"fmt"
	"io"
	"math"

	"wavetank/policies/optimize/integer"
)

// solveWatch prints the progress of a search. A better solution is news.
type solveWatch struct {
	statusLine
	best float64 // the best solution that was printed
}

func newSolveWatch(w io.Writer) *solveWatch {
	return &solveWatch{newStatusLine(w), math.NaN()}
}

// update prints the progress if it is time to do so.
func (s *solveWatch) update(p integer.Snapshot) {
	if s.show(p.Objective != s.best, func() string { return describeProgress(p) }) {
		s.best = p.Objective
	}
}

func describeProgress(p integer.Snapshot) string {
	best := "none"
	if finite(p.Objective) {
		best = plainNumber(p.Objective)
	}
	return fmt.Sprintf("%s, %d open; best %s, bound %s, gap %s", count(p.Nodes, "node", "nodes"), p.Open, best,
		plainNumber(p.Bound), plainGap(integer.Gap(p.Objective, p.Bound)))
}
