package reference

import (
	"context"
	"errors"
	"math"
	"reflect"
	"runtime"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// shares returns a judge whose settings are made-up outcomes: the shares of requests in time for
// each replication and objective. Each objective has its own group.
func shares(asked []float64, replications, parallel int) *Judge[[][]float64] {
	j := &Judge[[][]float64]{Asked: asked, Replications: replications, Parallel: parallel}
	for o := range asked {
		j.Of = append(j.Of, o)
	}
	j.Simulate = func(_ context.Context, all [][]float64, r int) (Measured, error) {
		runtime.Gosched()
		return Measured{Cost: float64(r), Share: all[r]}, nil
	}
	return j
}

// TestVerdictsDependOnNothingButTheOutcomes: with any number of runs at a time, the verdicts and
// the number of counted runs are the same as with one run at a time. A setting that keeps its
// objectives is never judged as lost, and a setting that misses one is never judged as kept.
func TestVerdictsDependOnNothingButTheOutcomes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := rapid.SliceOfN(rapid.Float64Range(50, 100), 1, 3).Draw(t, "asked")
		n := rapid.IntRange(1, 6).Draw(t, "replications")
		all := make([][]float64, n)
		for r := range all {
			all[r] = rapid.SliceOfN(rapid.Float64Range(0, 100), len(asked), len(asked)).Draw(t, "shares")
		}
		p := patience(rapid.IntRange(0, int(whole)).Draw(t, "patience"))
		one, many := shares(asked, n, 1), shares(asked, n, 4)
		want, err := one.verdict(t.Context(), all, n, p)
		got, err2 := many.verdict(t.Context(), all, n, p)
		if err != nil || err2 != nil || !reflect.DeepEqual(got, want) || one.Runs() != many.Runs() {
			t.Fatalf("%+v after %d runs, one by one %+v after %d; %v, %v", got, many.Runs(), want, one.Runs(), err, err2)
		}
		for o, ask := range asked {
			mean := 0.
			for r := range all {
				mean += all[r][o] / float64(n)
			}
			missed := mean < ask-1e-9
			if got.lost([]int{0, 1, 2}, o) && !missed || got.kept([]int{0, 1, 2}, o) && missed {
				t.Fatalf("objective %d: %v in the mean, %v asked, verdict %+v", o, mean, ask, got)
			}
			if p != impatient && missed && !got.lost([]int{0, 1, 2}, o) {
				t.Fatalf("objective %d is missed, and the verdict %+v does not say so", o, got)
			}
		}
	})
}

func TestAHopelessSettingIsNotSimulatedToTheEnd(t *testing.T) {
	j := shares([]float64{99}, 10, 2)
	all := make([][]float64, 10)
	for r := range all {
		all[r] = []float64{50}
	}
	if v, err := j.verdict(t.Context(), all, 10, impatient); err != nil || v.Whole || j.Runs() != 1 || !v.lost(j.Of, 0) {
		t.Errorf("%+v after %d runs, %v", v, j.Runs(), err)
	}
}

func TestReplicationsWithoutRequestsMissNothing(t *testing.T) {
	j := shares([]float64{99}, 2, 1)
	if v, err := j.verdict(t.Context(), [][]float64{{math.NaN()}, {100}}, 2, whole); err != nil || !v.kept(j.Of, -1) {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestErrorsEndAVerdict: the error of the first replication that fails is returned, unless the
// replications before it already decide.
func TestErrorsEndAVerdict(t *testing.T) {
	broken := errors.New("broken")
	j := shares([]float64{99}, 3, 3)
	simulate := j.Simulate
	j.Simulate = func(ctx context.Context, all [][]float64, r int) (Measured, error) {
		if r == 1 {
			return Measured{}, broken
		}
		return simulate(ctx, all, r)
	}
	if _, err := j.verdict(t.Context(), [][]float64{{100}, {100}, {100}}, 3, impatient); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if v, err := j.verdict(t.Context(), [][]float64{{0}, {100}, {100}}, 3, impatient); err != nil || !v.lost(j.Of, 0) {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestVerdictsEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	j := shares([]float64{99}, 5, 1)
	var begun atomic.Int32
	j.Simulate = func(ctx context.Context, _ [][]float64, _ int) (Measured, error) {
		if begun.Add(1) == 2 {
			cancel()
		}
		return Measured{Share: []float64{100}}, ctx.Err()
	}
	if _, err := j.verdict(ctx, nil, 5, whole); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if begun.Load() > 2 {
		t.Errorf("%d runs were begun", begun.Load())
	}
}

// TestWhatIsAboveTheBudgetIsNotKept: the worst run counts, not the mean.
func TestWhatIsAboveTheBudgetIsNotKept(t *testing.T) {
	of := []int{0}
	within := Appraise([]float64{90}, []Measured{{Cost: 9, Share: []float64{95}}, {Cost: 9, Share: []float64{95}}})
	above := Appraise([]float64{90}, []Measured{{Cost: 5, Share: []float64{95}}, {Cost: 5, Share: []float64{95}, Over: 2}})
	late := Appraise([]float64{90}, []Measured{{Cost: 1, Share: []float64{87}}, {Cost: 1, Share: []float64{87}}})
	if !within.kept(of, -1) || above.kept(of, -1) || !above.kept(of, 0) || above.lost(of, -1) {
		t.Errorf("kept: %v and %v", within.kept(of, -1), above.kept(of, -1))
	}
	if above.Worst() != 2 || late.Worst() != 3 {
		t.Errorf("missed by %v and %v, want 2 and 3", above.Worst(), late.Worst())
	}
	if !within.Better(&above) || above.Better(&within) || !above.Better(&late) || late.Better(&above) {
		t.Error("what keeps the budget does not come first, or what misses it by less not second")
	}
}
