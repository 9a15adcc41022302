// Package reference searches for the best fleet or schedule of an experiment. It knows the load
// beforehand, and simulates each setting that it tries.
//
//	judge.go     one setting: does it keep every objective, and what does it cost
//	levels.go    the least capacity that keeps them, per group of models
//	constant.go  the cheapest constant fleet
//	nearby.go    fleets that differ from another by a replica or a machine
//	schedule.go  the cheapest clairvoyant schedule
//
// A search judges one setting after another. Each step depends only on earlier judgements. So the
// result does not depend on how many runs go on at a time.
package reference

import (
	"context"
	"math"

	"wavetank/scenarios/inorder"
)

// Measured is the result of one run.
type Measured struct {
	Cost  float64   // in US dollars
	Share []float64 // for each objective, percent of its requests in time; NaN: no requests
	Over  float64   // percent by which the rent was above the budget at most; 0: never
}

// Judge judges settings of type S by simulation.
type Judge[S any] struct {
	// Simulate runs a setting in a replication. It is called by several goroutines at a time.
	Simulate func(ctx context.Context, setting S, replication int) (Measured, error)

	Asked        []float64 // for each objective, percent of its requests that must be in time
	Of           []int     // for each objective, its group of models
	Replications int
	Parallel     int            // number of runs at a time
	Progress     func(runs int) // called after each run with the number of runs so far; may be nil

	runs int
}

// Appraisal is the result of a setting in the replications.
type Appraisal struct {
	Cost   float64   // mean over the replications, in US dollars
	Missed []float64 // by how many points each objective is missed on average; kept if at most 0
	Over   float64   // percent by which the rent was above the budget at most; 0: kept
	Whole  bool      // all replications are in; otherwise Missed and Over hold lower bounds
}

// Appraise returns the appraisal of a setting with these runs. asked holds the percentages that the
// objectives ask for.
func Appraise(asked []float64, runs []Measured) (v Appraisal) {
	for i, out := range runs {
		v.add(asked, out, i+1, len(runs))
	}
	return v
}

// Better reports whether a setting is better than another: its worst objective, or the budget, is
// missed by less, or by as much and it costs less. If both keep all, only the cost counts. A
// rounding error in the cost does not count.
func (v *Appraisal) Better(than *Appraisal) bool {
	if mine, other := v.Worst(), than.Worst(); mine != other {
		return mine < other
	}
	return v.Cost < than.Cost*(1-1e-9)
}

// kept reports whether all objectives of a group are kept. Group −1 means all groups and the
// budget.
func (v *Appraisal) kept(of []int, group int) bool {
	if !v.Whole || group < 0 && v.Over > 0 {
		return false
	}
	for o, missed := range v.Missed {
		if (group < 0 || of[o] == group) && missed > 0 {
			return false
		}
	}
	return true
}

// lost reports whether some objective of a group is certain to be missed. Group −1 means all
// groups.
func (v *Appraisal) lost(of []int, group int) bool {
	for o, missed := range v.Missed {
		if (group < 0 || of[o] == group) && missed > 0 {
			return true
		}
	}
	return false
}

// Worst returns by how many points the worst objective is missed, or by how many percent the
// budget, if that is more; 0 if none is.
func (v *Appraisal) Worst() (worst float64) {
	worst = v.Over
	for _, missed := range v.Missed {
		worst = max(worst, missed)
	}
	return worst
}

// patience says when the simulation of a setting may stop early.
type patience int

const (
	impatient patience = iota // stops when it is certain that some objective is missed
	fair                      // stops when it is certain that every group misses an objective
	whole                     // never stops early
)

// verdict simulates a setting in the first replications, up to the given number. It may stop early
// (patience). It counts only the replications up to the one at which it stops, even if later ones
// have been simulated in parallel.
func (j *Judge[S]) verdict(ctx context.Context, setting S, replications int, p patience) (Appraisal, error) {
	var v Appraisal
	n := 0 // counted replications
	failed := inorder.Do(ctx, replications, j.Parallel, func(ctx context.Context, i int) (Measured, error) {
		return j.Simulate(ctx, setting, i)
	}, func(out Measured) bool {
		j.count()
		n++
		v.add(j.Asked, out, n, replications)
		return j.decided(&v, p)
	})
	if err := ctx.Err(); err != nil {
		return v, err
	}
	return v, failed
}

// decided reports whether the simulation of a setting may stop.
func (j *Judge[S]) decided(v *Appraisal, p patience) bool {
	switch p {
	case impatient:
		return v.lost(j.Of, -1)
	case fair:
		for _, group := range j.Of {
			if !v.lost(j.Of, group) {
				return false
			}
		}
		return true
	}
	return false
}

// add adds one outcome, the n-th of the given number.
func (v *Appraisal) add(asked []float64, out Measured, n, of int) {
	if v.Missed == nil {
		v.Missed = make([]float64, len(asked))
		for o := range asked {
			v.Missed[o] = asked[o] - 100
		}
	}
	v.Cost += (out.Cost - v.Cost) / float64(n)
	v.Over = max(v.Over, out.Over)
	for o, share := range out.Share {
		if !math.IsNaN(share) {
			v.Missed[o] += (100 - share) / float64(of)
		}
	}
	v.Whole = n == of
	if v.Whole {
		for o, missed := range v.Missed { // a rounding error is not a miss
			if math.Abs(missed) < 1e-9 {
				v.Missed[o] = 0
			}
		}
	}
}

// Runs returns the number of runs that have counted so far.
func (j *Judge[S]) Runs() int { return j.runs }

// count counts a run and reports progress. Verdicts come one after another, and each calls count
// under its lock, so there is one call at a time.
func (j *Judge[S]) count() {
	j.runs++
	if j.Progress != nil {
		j.Progress(j.runs)
	}
}
