package plan

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"wavetank/metrics/rows"
)

// judging returns a judge of candidates whose replications have these shares in time.
func judging(looks []int, asked float64, share func(replication int) float64) *CandidateJudge {
	return &CandidateJudge{
		Goals: []rows.Objective{{Name: "vit", Scope: "vit", Percent: asked}}, Confidence: 0.95, Looks: looks, Parallel: 3,
		Simulate: func(_ context.Context, _ *Candidate, r int) (Replication, error) {
			return Replication{Cost: 1, Share: []float64{share(r)}, Arrived: []float64{1000}}, nil
		},
	}
}

func TestFindingsAreThoseOfTheShares(t *testing.T) {
	wave := func(mean, swing float64) func(int) float64 {
		return func(r int) float64 { return mean + swing*float64(r%2*2-1) }
	}
	for name, c := range map[string]struct {
		share func(int) float64
		want  CandidateFinding
		least int // runs
		most  int
	}{
		"far above":           {wave(99, 0.1), Kept, 10, 10},
		"far below":           {wave(20, 1), Missed, 1, 1},
		"below":               {wave(93, 0.2), Missed, 3, 6},
		"a little above":      {wave(95.6, 1), Kept, 20, 40},
		"too little above":    {wave(95.01, 2), NotSettled, 10, 10},
		"no requests at all":  {func(int) float64 { return math.NaN() }, Kept, 10, 10},
		"a little below":      {wave(94.9, 1), Missed, 10, 10},
		"all requests served": {wave(100, 0), Kept, 10, 10},
	} {
		var got Candidate
		if err := judging([]int{10, 20, 40}, 95, c.share).Judge(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		if got.Finding != c.want || got.Runs < c.least || got.Runs > c.most || got.Why == "" {
			t.Errorf("%s: %v after %d runs (%s), want %v after %d to %d", name, got.Finding, got.Runs, got.Why, c.want, c.least, c.most)
		}
	}
}

// TestTheFindingDoesNotDependOnTheNumberOfRunsAtATime compares one run at a time with many.
func TestTheFindingDoesNotDependOnTheNumberOfRunsAtATime(t *testing.T) {
	for seed := range 50 {
		share := func(r int) float64 {
			return min(100, 95+float64(seed-25)/10+rand.New(rand.NewPCG(uint64(seed), uint64(r))).NormFloat64())
		}
		var one, many Candidate
		j := judging([]int{5, 10, 20}, 95, share)
		j.Parallel = 1
		if err := j.Judge(t.Context(), &one); err != nil {
			t.Fatal(err)
		}
		j.Parallel = 16
		if err := j.Judge(t.Context(), &many); err != nil {
			t.Fatal(err)
		}
		if one.Finding != many.Finding || one.Runs != many.Runs || one.Why != many.Why {
			t.Errorf("seed %d: %+v, but %+v", seed, one, many)
		}
	}
}

// TestAFleetThatMissesIsSeldomKept: of candidates whose true share is a little below the objective,
// at most the error of the confidence is called kept, although the judge looks several times.
func TestAFleetThatMissesIsSeldomKept(t *testing.T) {
	kept := 0
	const tries = 1000
	for seed := range tries {
		j := judging([]int{5, 10, 20, 40}, 95, func(r int) float64 {
			return min(100, 94.99+rand.New(rand.NewPCG(uint64(seed), uint64(r))).NormFloat64())
		})
		var c Candidate
		if err := j.Judge(t.Context(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Finding == Kept {
			kept++
		}
	}
	if kept > tries*4/100 {
		t.Errorf("%d of %d are kept", kept, tries)
	}
}

func TestAFailedRunSettlesItsCandidate(t *testing.T) {
	j := judging([]int{5}, 95, func(int) float64 { return 99 })
	j.Simulate = func(_ context.Context, _ *Candidate, r int) (Replication, error) {
		if r == 2 {
			return Replication{}, errors.New("replica 7 does not exist")
		}
		return Replication{Cost: 1, Share: []float64{99}, Arrived: []float64{10}}, nil
	}
	var c Candidate
	if err := j.Judge(t.Context(), &c); err != nil || c.Finding != Failed || !strings.Contains(c.Why, "replica 7") {
		t.Errorf("%v, %+v", err, c)
	}
}

// TestAnEndedContextSettlesNothing: the candidate stays open, and the judge returns the error.
func TestAnEndedContextSettlesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	j := judging([]int{5}, 95, func(int) float64 { return 99 })
	var runs atomic.Int64
	j.Simulate = func(ctx context.Context, _ *Candidate, _ int) (Replication, error) {
		if runs.Add(1) == 3 {
			cancel()
		}
		return Replication{Cost: 1, Share: []float64{99}, Arrived: []float64{10}}, ctx.Err()
	}
	var c Candidate
	if err := j.Judge(ctx, &c); !errors.Is(err, context.Canceled) || c.Finding != Open {
		t.Errorf("%v, %v", err, c.Finding)
	}
}

// TestARentAboveTheBudgetMisses although every objective is kept.
func TestARentAboveTheBudgetMisses(t *testing.T) {
	j := judging([]int{5}, 95, func(int) float64 { return 99 })
	j.Simulate = func(context.Context, *Candidate, int) (Replication, error) {
		return Replication{Cost: 1, Share: []float64{99}, Arrived: []float64{10}, Over: 0.5}, nil
	}
	var c Candidate
	if err := j.Judge(t.Context(), &c); err != nil || c.Finding != Missed || !strings.Contains(c.Why, "budget") {
		t.Errorf("%v, %+v", err, c)
	}
}
