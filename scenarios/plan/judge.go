package plan

import (
	"context"
	"fmt"
	"math"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/scenarios/inorder"
)

// Replication is the result of one replication of a candidate.
type Replication struct {
	Cost    float64   // $/h
	Share   []float64 // for each objective, percent of its requests in time; NaN: no requests
	Arrived []float64 // for each objective, its number of requests
	Rates   []float64 // requests per second: of all models together, then of each; NaN: none
	Over    float64   // $/h by which the rent was above the budget at most
}

// CandidateJudge judges candidates by their replications.
//
// It looks at the results after the first replications, then after twice as many, and so on, as
// long as a candidate keeps every objective on average and this is not shown. Each look has so high
// a confidence that all together have the one asked for (Bonferroni).
type CandidateJudge struct {
	// Simulate runs a candidate in a replication. Several goroutines call it at a time.
	Simulate func(ctx context.Context, c *Candidate, replication int) (Replication, error)

	Goals      []rows.Objective
	Confidence float64 // in (0, 1)
	Looks      []int   // ascending numbers of replications
	Parallel   int     // number of runs at a time

	// Ceiling is a cost in $/h; a candidate that is shown to cost more is dominated; 0: none.
	Ceiling float64

	Counted func() // called after each run that counts, one call at a time; may be nil
}

// LooksUpTo returns the numbers of replications after which a judge looks: the first number, then
// twice as many each time, up to a largest number.
func LooksUpTo(first, most int) (looks []int) {
	for n := max(leastLook, first); n < most; n *= 2 {
		looks = append(looks, n)
	}
	return append(looks, max(most, leastLook, first))
}

// leastLook is the least number of replications of a look: with fewer, intervals are too wide.
const leastLook = 5

// earlier is the least number of replications after which an interval ends the runs of a candidate
// before its first look.
const earlier = 3

// Judge simulates a candidate until it is settled, and notes the finding.
func (j *CandidateJudge) Judge(ctx context.Context, c *Candidate) error {
	return j.judge(ctx, c, false)
}

// Measure simulates a candidate in all replications of the first look, even if it is certain to
// miss.
func (j *CandidateJudge) Measure(ctx context.Context, c *Candidate) error {
	return j.judge(ctx, c, true)
}

func (j *CandidateJudge) judge(ctx context.Context, c *Candidate, patient bool) error {
	var runs []Replication
	for _, look := range j.Looks {
		settled := false
		from := len(runs)
		err := inorder.Do(ctx, look-from, j.Parallel, func(ctx context.Context, i int) (Replication, error) {
			return j.Simulate(ctx, c, from+i)
		}, func(r Replication) bool {
			runs = append(runs, r)
			c.Runs = max(c.Runs, len(runs))
			if !patient && len(runs) < look {
				settled = j.hopeless(c, runs)
			}
			if j.Counted != nil {
				j.Counted()
			}
			return settled
		})
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			c.Finding, c.Why = Failed, err.Error()
			return nil
		}
		j.note(c, runs, j.level())
		if settled || j.decide(c, runs) {
			return nil
		}
		if j.futile(c, len(runs)) {
			break
		}
	}
	c.Finding = NotSettled
	_, o, _ := c.Margin(Asked(j.Goals))
	c.Why = fmt.Sprintf("%s keeps %v %% on average, but %d replications do not show it", j.Goals[o].Name, j.Goals[o].Percent, len(runs))
	return nil
}

// futile reports whether even the last look is not expected to settle a candidate: if its mean
// stays, and its interval shrinks with the square root of the number of replications and a little
// more, an objective is still not shown.
func (j *CandidateJudge) futile(c *Candidate, runs int) bool {
	if runs < leastFutile {
		return false
	}
	shrunk := littleMore * math.Sqrt(float64(runs)/float64(j.Looks[len(j.Looks)-1]))
	for o, s := range c.Shares {
		if s.Defined() && s.Mean-shrunk*(s.Mean-s.Low) < j.Goals[o].Percent {
			return true
		}
	}
	return false
}

// leastFutile is the least number of replications from which the width of an interval says how wide
// it will be later.
const leastFutile = 10

// littleMore is a factor on the width of an interval that is expected later.
const littleMore = 0.8

// level returns the confidence level of one look.
func (j *CandidateJudge) level() float64 { return 1 - (1-j.Confidence)/float64(len(j.Looks)) }

// note notes the shares and the cost of the runs.
func (j *CandidateJudge) note(c *Candidate, runs []Replication, level float64) {
	c.Shares = c.Shares[:0]
	for o := range j.Goals {
		c.Shares = append(c.Shares, share(runs, o, level))
	}
	var costs []float64
	for i, r := range runs {
		costs = append(costs, r.Cost)
		if i == 0 {
			c.Rates = make([]float64, len(r.Rates))
		}
		for m, rate := range r.Rates {
			c.Rates[m] += rate / float64(len(runs))
		}
	}
	c.Cost = compare.Mean(costs)
}

// share returns the share in time of an objective.
func share(runs []Replication, o int, level float64) compare.Interval {
	var percent, arrived []float64
	for _, r := range runs {
		percent, arrived = append(percent, r.Share[o]), append(arrived, r.Arrived[o])
	}
	return compare.ShareInTime(percent, arrived, level)
}

// decide decides on a candidate whose runs are noted. It returns false if only more runs can.
func (j *CandidateJudge) decide(c *Candidate, runs []Replication) bool {
	for _, r := range runs {
		if r.Over > 0 {
			c.Finding, c.Why = Missed, fmt.Sprintf("its rent is above the budget by up to %.4g $/h", r.Over)
			return true
		}
	}
	if m, o, ok := c.Margin(Asked(j.Goals)); ok && m.Mean < 0 {
		c.Finding, c.Why = Missed, j.missing(o, m.Mean)
		if !(c.Shares[o].High < j.Goals[o].Percent) {
			c.Why += " on average, which its runs do not show for certain"
		}
		return true
	}
	if j.dear(runs) {
		c.Finding, c.Why = Dominated, "costs more than a candidate that keeps all"
		return true
	}
	for o, s := range c.Shares {
		if !math.IsNaN(s.Mean) && !(s.Defined() && s.Low >= j.Goals[o].Percent) {
			return false
		}
	}
	c.Finding, c.Why = Kept, "every objective is shown to be kept"
	return true
}

// missing says which objective is missed, and by how much.
func (j *CandidateJudge) missing(o int, margin float64) string {
	return fmt.Sprintf("%s misses %v %% by %.2g points", j.Goals[o].Name, j.Goals[o].Percent, -margin)
}

// hopeless reports whether a candidate is settled before the next look: its mean over the first
// look cannot reach an objective any more, or its interval already excludes it. It notes the
// finding.
func (j *CandidateJudge) hopeless(c *Candidate, runs []Replication) bool {
	if j.dear(runs) {
		c.Finding, c.Why = Dominated, "costs more than a candidate that keeps all"
		return true
	}
	first := float64(j.Looks[0])
	for o, g := range j.Goals {
		lost := 0.
		for _, r := range runs {
			if !math.IsNaN(r.Share[o]) {
				lost += 100 - r.Share[o]
			}
		}
		now := share(runs, o, 1-(1-j.Confidence)/earlyTries)
		certain := len(runs) < j.Looks[0] && lost/first > 100-g.Percent
		shown := len(runs) >= earlier && now.Defined() && now.High < g.Percent
		if certain || shown {
			c.Finding, c.Why = Missed, j.missing(o, now.Mean-g.Percent)
			return true
		}
	}
	return false
}

// dear reports whether runs are shown to cost more than the ceiling.
func (j *CandidateJudge) dear(runs []Replication) bool {
	var costs []float64
	for _, r := range runs {
		costs = append(costs, r.Cost)
	}
	cost := compare.Mean(costs)
	return j.Ceiling > 0 && len(runs) >= earlier && cost.Defined() && cost.Low > j.Ceiling*(1+1e-9)
}

// earlyTries divides the error of an early end: about so many candidates may be near the objective.
const earlyTries = 20
