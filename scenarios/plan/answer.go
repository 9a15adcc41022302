package plan

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
)

// Recommendation is what a search has found.
type Recommendation struct {
	Candidates []Candidate // by ascending price
	Best       int         // the cheapest candidate that keeps all; −1: none does
	Nearest    int         // if none keeps all: the one that misses least; −1: none was simulated
	Frontier   []int       // candidates that were simulated, such that none is cheaper and better

	Runs int // runs that were counted
	Grid int // runs of all fleets with room, each in the replications of the first look

	job *Question
}

// answer returns the answer for candidates. It sorts them by price, fleets before policies. Those
// without a price come last.
func (j *Question) answer(list []Candidate) *Recommendation {
	slices.SortStableFunc(list, func(a, b Candidate) int {
		switch {
		case math.IsNaN(a.Price) || math.IsNaN(b.Price):
			return cmp.Compare(b.Price, a.Price) // NaN is below all numbers
		}
		return cmp.Or(cmp.Compare(a.Price, b.Price), -cmp.Compare(len(a.Machines), len(b.Machines)), cmp.Compare(a.machines(), b.machines()))
	})
	a := &Recommendation{Candidates: list, Nearest: -1, job: j}
	a.Best = slices.IndexFunc(list, func(c Candidate) bool { return c.Finding == Kept })
	first := j.Looks()[0]
	for i := range list {
		if a.Runs += list[i].Runs + list[i].Others; list[i].Finding != DoesNotFit {
			a.Grid += first
		}
	}
	a.frontier()
	return a
}

// frontier finds the frontier.
func (a *Recommendation) frontier() {
	a.Frontier = nil
	var ran []int
	for i := range a.Candidates {
		if _, _, ok := a.Margin(i); ok {
			ran = append(ran, i)
		}
	}
	slices.SortStableFunc(ran, func(i, k int) int {
		return cmp.Compare(a.Candidates[i].Price, a.Candidates[k].Price)
	})
	for _, i := range ran {
		m, _, _ := a.Margin(i)
		if n := len(a.Frontier); n > 0 {
			last, _, _ := a.Margin(a.Frontier[n-1])
			if m.Mean <= last.Mean {
				continue
			}
			if a.Candidates[a.Frontier[n-1]].Price == a.Candidates[i].Price {
				a.Frontier = a.Frontier[:n-1]
			}
		}
		a.Frontier = append(a.Frontier, i)
	}
}

// Crowded reports whether a cheaper candidate than the answer has no room for all models together.
func (a *Recommendation) Crowded() bool {
	return a.Best > 0 && slices.ContainsFunc(a.Candidates[:a.Best], func(c Candidate) bool { return strings.HasSuffix(c.Why, noRoomTogether) })
}

// Margin returns the margin of a candidate (Candidate.Margin).
func (a *Recommendation) Margin(index int) (margin compare.Interval, objective int, ok bool) {
	c := &a.Candidates[index]
	return c.Margin(Asked(a.job.Goals(c.Variant)))
}

// explain finds the candidate that misses least, and simulates it in all replications of the first
// look. If no candidate was simulated, it is the one that carries most load in theory.
func (a *Recommendation) explain(ctx context.Context) error {
	for i := range a.Candidates {
		m, _, ok := a.Margin(i)
		if !ok {
			continue
		}
		if a.Nearest >= 0 {
			if near, _, _ := a.Margin(a.Nearest); m.Mean <= near.Mean {
				continue
			}
		}
		a.Nearest = i
	}
	if a.Nearest < 0 {
		if a.Nearest, _ = a.Strongest(); a.Nearest < 0 {
			return nil
		}
	}
	c := &a.Candidates[a.Nearest]
	before := c.Runs
	if ready, err := a.job.Variants[c.Variant].arrange(ctx, c); !ready {
		return err
	}
	if err := a.job.judge(c).Measure(ctx, c); err != nil {
		return err
	}
	if c.Finding == Kept {
		a.Best, a.Nearest = a.Nearest, -1
	}
	a.Runs += c.Runs - before
	a.frontier()
	return nil
}

// Unreachable returns a sentence for each objective that no fleet can meet in any variant.
func Unreachable(variants []ScenarioVariant) []string {
	for i := range variants {
		if len(variants[i].unreachable) == 0 {
			return nil
		}
	}
	return variants[0].unreachable
}

// Strongest returns the candidate that carries most load in theory, and the load that it cannot
// exceed, as a multiple of the load that has to be in time; NaN if no bound holds for every run. It
// returns −1 if no candidate has room.
func (a *Recommendation) Strongest() (index int, bound float64) {
	index, bound = -1, math.NaN()
	for i := range a.Candidates {
		c := &a.Candidates[i]
		if c.Finding != DoesNotFit && c.Machines != nil && (index < 0 || c.Level > a.Candidates[index].Level) {
			index = i
		}
	}
	if index >= 0 {
		if c := &a.Candidates[index]; a.job.Variants[c.Variant].carrier.proves {
			bound = a.job.Variants[c.Variant].bound(c)
		}
	}
	return index, bound
}
