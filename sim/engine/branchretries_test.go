package engine_test

import (
	"slices"
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
)

// TestBranchesBeginAgain sends two requests through a stage of one second and a stage of two side
// by side, of two seconds and one. No request may wait. The second request comes a second later
// than the first, and is refused by the model of two seconds at 2 s.
//
//   - Without retries it ends then.
//   - Alone, the branch begins again after 300 ms each time: at 2.3, 2.6, 2.9, and at 3.2 s it is
//     served until 5.2 s. The other branch is served from 2 s to 3 s.
//   - As a whole, the request begins again at 2.3 s. Its other branch ends at 3 s, for nobody. The
//     first stage ends at 3.3 s, and the second at 5.3 s.
//   - With two attempts, the branch is refused again at 2.3 s, and ends the request.
func TestBranchesBeginAgain(t *testing.T) {
	retries := func(whole bool, attempts int) *fleet.BranchRetries {
		return &fleet.BranchRetries{Whole: whole, Attempts: attempts, Backoff: fleet.Backoff{Base: 300 * time.Millisecond, Max: time.Second, Factor: 1}}
	}
	for _, c := range []struct {
		name     string
		retries  *fleet.BranchRetries
		how      sim.FactKind
		at       time.Duration // end of the second request
		further  int
		branches int64 // that arrive
	}{
		{"none", nil, sim.RequestRejected, 2 * s, 0, 6},
		{"branch", retries(false, 20), sim.RequestFinished, 5200 * time.Millisecond, 4, 10},
		{"request", retries(true, 20), sim.RequestFinished, 5300 * time.Millisecond, 1, 9},
		{"two", retries(false, 2), sim.RequestRejected, 2300 * time.Millisecond, 1, 7},
	} {
		spec := line([][]fleet.ModelID{{0}, {1, 2}}, s, 2*s, s)
		for m := range spec.Models {
			spec.Models[m].QueueLimit = 0
		}
		spec.Pipelines[0].Retries = c.retries
		setup := piped(spec, through(0, 0, 1, 2), through(s, 0, 1, 2))
		check := simtest.NewInvariantChecker(spec)
		board := metrics.NewBoard(spec, metrics.MeasuredSpan{Until: kernel.Time(setup.Duration)}, time.Hour)
		var ends []time.Duration
		var last sim.Fact
		setup.Observers = append(board.Observers(), check, watcher(func(f *sim.Fact) {
			if f.Kind == sim.PipelineEnded {
				ends, last = append(ends, f.At.Sub(0)), *f
			}
		}))
		run(t, setup)
		first := 3 * s
		if slices.Sort(ends); len(ends) != 2 || !slices.Contains(ends, first) || !slices.Contains(ends, c.at) {
			t.Errorf("%s: the requests end at %v, want %v and %v", c.name, ends, first, c.at)
		}
		if err := check.Err(); err != nil || check.Arrived != c.branches || check.Pipelines.Ended[c.how] == 0 || check.Pipelines.Further != int64(c.further) {
			t.Errorf("%s: %d branches, ends %v, %d further attempts, last end %v; %v", c.name, check.Arrived, check.Pipelines.Ended, check.Pipelines.Further, last.Outcome, err)
		}
		for _, m := range board.Measures() {
			if m.Metric == "branch_retries" && (c.retries == nil || m.Value != float64(c.further)/2) {
				t.Errorf("%s: %v retries for each request", c.name, m.Value)
			}
		}
	}
}

// TestBudgetsLimitBranchRetries rejects every branch of a hundred requests in a second. A budget of
// a fifth allows for twenty further attempts.
func TestBudgetsLimitBranchRetries(t *testing.T) {
	spec := line([][]fleet.ModelID{{0}}, 1000*s)
	spec.Models[0].QueueLimit = 0
	spec.Pipelines[0].Retries = &fleet.BranchRetries{Attempts: 100, Backoff: fleet.Backoff{Factor: 1}, Budget: &fleet.RetryBudget{Share: 0.2, TTL: 10 * s}}
	requests := [][]fleet.Request{through(0, 0)}
	for i := range 100 {
		requests = append(requests, through(time.Duration(i+1)*10*time.Millisecond, 0))
	}
	setup := piped(spec, requests...)
	check := simtest.NewInvariantChecker(spec)
	setup.Observers = []sim.Observer{check}
	run(t, setup)
	if err := check.Err(); err != nil || check.Pipelines.Further != 20 || check.Pipelines.Ended[sim.RequestRejected] != 100 {
		t.Errorf("%d further attempts, requests ended as %v; %v", check.Pipelines.Further, check.Pipelines.Ended, err)
	}
}

// BenchmarkBranchRetries sends requests through two stages of which the second refuses many.
func BenchmarkBranchRetries(b *testing.B) {
	for b.Loop() {
		spec := line([][]fleet.ModelID{{0}, {1, 2}}, s, 2*s, s)
		spec.Models[1].QueueLimit = 0
		spec.Pipelines[0].Retries = &fleet.BranchRetries{Attempts: 3, Backoff: fleet.Backoff{Base: s, Max: s, Factor: 1, Jitter: true}}
		var requests [][]fleet.Request
		for i := range 2000 {
			requests = append(requests, through(time.Duration(i)*1500*time.Millisecond, 0, 1, 2))
		}
		if err := engine.Run(b.Context(), piped(spec, requests...)); err != nil {
			b.Fatal(err)
		}
	}
}
