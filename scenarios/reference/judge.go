// Package reference searches for the best that a fleet could do. Its settings know the load of an
// experiment beforehand, and each is simulated.
//
//	judge.go     one setting: does it keep every objective, and what does it cost
//	levels.go    the least capacity that keeps them, per group of models
//	constant.go  the cheapest constant fleet
//	nearby.go    fleets that differ from another by a replica or a machine
//	schedule.go  the cheapest clairvoyant schedule
//
// A search is a sequence of judgements. Each depends only on those before. So the result does not
// depend on how many runs go on at a time.
package reference

import (
	"context"
	"math"
	"sync"
)

// Measured is the result of one run.
type Measured struct {
	Cost  float64   // $
	Share []float64 // per objective, percent of its requests in time; NaN: there were none
	Over  float64   // percent by which the rent was above the budget at most; 0: never
}

// Judge judges settings of type S by simulation.
type Judge[S any] struct {
	// Simulate runs a setting in a replication. It is called by several goroutines at a time.
	Simulate func(ctx context.Context, setting S, replication int) (Measured, error)

	Asked        []float64 // per objective, percent of its requests that must be in time
	Of           []int     // per objective, the group of models that it is about
	Replications int
	Parallel     int            // runs at a time
	Progress     func(runs int) // called after each run, with their number so far; may be nil

	runs int
}

// Appraisal is how a setting did in the replications.
type Appraisal struct {
	Cost   float64   // $, mean over the replications
	Missed []float64 // per objective, points by which the mean share misses it; at most 0: kept
	Over   float64   // percent by which the rent was above the budget at most; 0: kept
	Whole  bool      // all replications count; else Missed and Over are lower bounds
}

// Appraise appraises a setting by its runs. Asked holds the percentages that the objectives ask
// for.
func Appraise(asked []float64, runs []Measured) (v Appraisal) {
	for i, out := range runs {
		v.add(asked, out, i+1, len(runs))
	}
	return v
}

// Better reports whether a setting misses an objective or the budget by less than another, or by as
// much and costs less. So settings that keep all of them come first, by cost. A rounding error in
// the cost makes no setting better.
func (v *Appraisal) Better(than *Appraisal) bool {
	if mine, other := v.Worst(), than.Worst(); mine != other {
		return mine < other
	}
	return v.Cost < than.Cost*(1-1e-9)
}

// kept reports whether the objectives of a group are kept. Group −1 stands for all groups, and for
// the budget, too.
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

// lost reports whether an objective of a group is certain to be missed. Group −1 stands for all
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

// patience says how long a setting is simulated.
type patience int

const (
	impatient patience = iota // until it is sure that an objective is missed
	fair                      // until every group is sure to miss an objective
	whole                     // to the end
)

// verdict simulates a setting in the first replications. It uses the shortest list of first
// replications that decides the question, whatever others have been simulated meanwhile.
func (j *Judge[S]) verdict(ctx context.Context, setting S, replications int, p patience) (Appraisal, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		Measured
		err  error
		done bool
	}
	results := make([]result, replications)
	next, upTo, stop := 0, 0, false // next to simulate; how many first ones count
	var v Appraisal
	var failed error
	var mutex sync.Mutex
	work := func() {
		mutex.Lock()
		defer mutex.Unlock()
		for next < replications && !stop {
			i := next
			next++
			mutex.Unlock()
			out, err := j.Simulate(inner, setting, i)
			mutex.Lock()
			results[i] = result{out, err, true}
			for !stop && upTo < replications && results[upTo].done {
				if failed = results[upTo].err; failed == nil {
					j.count()
					v.add(j.Asked, results[upTo].Measured, upTo+1, replications)
				}
				upTo++
				stop = failed != nil || j.decided(&v, p)
			}
			if stop {
				cancel()
			}
		}
	}
	var workers sync.WaitGroup
	for range min(max(1, j.Parallel), replications) {
		workers.Go(work)
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return v, err
	}
	return v, failed
}

// decided reports whether a verdict decides the question.
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

// add adds one outcome to a verdict, the n-th of so many.
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
		for o, missed := range v.Missed { // a rounding error misses nothing
			if math.Abs(missed) < 1e-9 {
				v.Missed[o] = 0
			}
		}
	}
}

// Runs returns the number of runs so far that counted.
func (j *Judge[S]) Runs() int { return j.runs }

// count reports that a run is done. A judge has one verdict at a time, so there is one call at a
// time.
func (j *Judge[S]) count() {
	j.runs++
	if j.Progress != nil {
		j.Progress(j.runs)
	}
}
