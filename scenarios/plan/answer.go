package plan

import (
	"cmp"
	"context"
	"slices"
)

// Answer is what a search has found.
type Answer struct {
	Candidates []Candidate // by ascending price
	Best       int         // the cheapest candidate that keeps all; −1: none does
	Nearest    int         // if none keeps all: the one that misses least; −1: none was simulated
	Frontier   []int       // candidates that were simulated, such that none is cheaper and better

	Runs int // runs that were counted
	Grid int // runs of all fleets with room, each in the replications of the first look

	job *Job
}

// answer returns the answer for settled candidates.
func (j *Job) answer(list []Candidate, best int) *Answer {
	a := &Answer{Candidates: list, Best: best, Nearest: -1, job: j}
	first := j.Looks()[0]
	for i := range list {
		if a.Runs += list[i].Runs; list[i].Finding != DoesNotFit {
			a.Grid += first
		}
	}
	a.frontier()
	return a
}

// frontier finds the frontier.
func (a *Answer) frontier() {
	a.Frontier = nil
	asked := a.Asked()
	var ran []int
	for i := range a.Candidates {
		if _, _, ok := a.Candidates[i].Margin(asked); ok {
			ran = append(ran, i)
		}
	}
	slices.SortStableFunc(ran, func(i, k int) int {
		return cmp.Compare(a.Candidates[i].Price, a.Candidates[k].Price)
	})
	for _, i := range ran {
		m, _, _ := a.Candidates[i].Margin(asked)
		if n := len(a.Frontier); n > 0 {
			last, _, _ := a.Candidates[a.Frontier[n-1]].Margin(asked)
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

// Asked returns the percentages that the objectives ask for.
func (a *Answer) Asked() (list []float64) {
	for _, g := range a.job.Goals() {
		list = append(list, g.Percent)
	}
	return list
}

// explain finds the candidate that misses least, and simulates it in all replications of the first
// look.
func (a *Answer) explain(ctx context.Context, judge *Judge) error {
	asked := a.Asked()
	for i := range a.Candidates {
		m, _, ok := a.Candidates[i].Margin(asked)
		if !ok {
			continue
		}
		if a.Nearest >= 0 {
			if near, _, _ := a.Candidates[a.Nearest].Margin(asked); m.Mean <= near.Mean {
				continue
			}
		}
		a.Nearest = i
	}
	if a.Nearest < 0 {
		return nil
	}
	c := &a.Candidates[a.Nearest]
	before := c.Runs
	if err := judge.Measure(ctx, c); err != nil {
		return err
	}
	if c.Finding == Kept {
		a.Best, a.Nearest = a.Nearest, -1
	}
	a.Runs += c.Runs - before
	a.frontier()
	return nil
}

// Strongest returns the candidate that carries most load in theory, and whether that bound holds
// for every run. It returns −1 if no candidate has room.
func (a *Answer) Strongest() (index int, proves bool) {
	index = -1
	for i := range a.Candidates {
		c := &a.Candidates[i]
		if c.Finding != DoesNotFit && c.Machines != nil && (index < 0 || c.Level > a.Candidates[index].Level) {
			index = i
		}
	}
	return index, index >= 0 && a.job.Variants[a.Candidates[index].Variant].carrier.proves
}
