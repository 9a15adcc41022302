package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/metrics"
	"wavetank/metrics/rows"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
	"wavetank/sim/tokens"
	"wavetank/sim/tokens/stepwise"
)

// said is a fact with what it points to.
type said struct {
	sim.Fact
	Request fleet.Request
	Plan    string
	Steps   tokens.Steps
	Timings sim.TokenTimings
}

// transcript keeps all facts.
type transcript struct{ facts []said }

func (s *transcript) Observe(f *sim.Fact) {
	one := said{Fact: *f}
	if f.Request != nil {
		one.Request = *f.Request
		one.Request.Content = nil
	}
	if f.Plan != nil {
		one.Plan = fmt.Sprintf("%+v", *f.Plan)
	}
	if f.Steps != nil {
		one.Steps = *f.Steps
	}
	if f.Timings != nil {
		one.Timings = *f.Timings
	}
	one.Fact.Request, one.Fact.Plan, one.Fact.Steps, one.Fact.Timings = nil, nil, nil, nil
	s.facts = append(s.facts, one)
}

// together returns the facts up to the next that is none of steps, and that one.
func (s *transcript) together() (steps []said, other *said) {
	for i := range s.facts {
		if f := &s.facts[i]; f.Kind != sim.StepsTaken {
			steps, s.facts = s.facts[:i], s.facts[i+1:]
			return steps, f
		}
	}
	steps, s.facts = s.facts, nil
	return steps, nil
}

// part says where the facts of a run part from those of its twin: first, all but steps, one by one;
// and every run of steps, when it is told, from the single ones that the twin has told until then.
func part(fast, twin transcript) string {
	untold := map[fleet.ReplicaID][]said{} // steps of the twin
	for n := 0; ; n++ {
		runs, got := fast.together()
		singles, want := twin.together()
		for _, f := range singles {
			untold[f.Replica] = append(untold[f.Replica], f)
		}
		for i := range runs {
			if differ := stands(&runs[i], untold); differ != "" {
				return fmt.Sprintf("fact %d: %s", n, differ)
			}
		}
		switch {
		case got == nil && want == nil:
			for at, left := range untold {
				if len(left) > 0 {
					return fmt.Sprintf("%d steps of replica %d are never told, from %+v", len(left), at, left[0])
				}
			}
			return ""
		case got == nil || want == nil || *got != *want:
			return fmt.Sprintf("fact %d (-twin +run): %s", n, cmp.Diff(want, got))
		}
	}
}

// stands says how a run of steps differs from the single ones that it stands for, which it takes.
// Steps.Waiting is of the instant at which steps are told, and a run of steps may be told late,
// even late in the instant of its boundary. Requests may have come or left since. So it is left out
// here; the tests of package tokens compare it.
func stands(run *said, untold map[fleet.ReplicaID][]said) string {
	mine := untold[run.Replica]
	if run.Count > len(mine) || run.Count == 0 {
		return fmt.Sprintf("%d steps of %d: %+v", run.Count, len(mine), *run)
	}
	untold[run.Replica] = mine[run.Count:]
	steps := make([]tokens.Steps, run.Count)
	for i := range steps {
		steps[i] = mine[i].Steps
	}
	last := mine[run.Count-1]
	end := last.At
	last.At, steps[run.Count-1].Waiting = max(end, run.At), run.Steps.Waiting
	last.Count, last.Span, last.Steps = run.Count, end.Sub(run.Steps.Begin), run.Steps
	if *run != last {
		return cmp.Diff(last, *run)
	}
	return strings.Join(stepwise.Agree(&run.Steps, steps), "\n")
}

// outcome is what is known of a run when it is over.
type outcome struct {
	facts    transcript
	measures []rows.Measurement
	samples  []rows.Sample
	check    *simtest.InvariantChecker
}

func conduct(t anyT, s sim.Setup, how func(context.Context, sim.Setup) error) outcome {
	board := metrics.NewBoard(s.Spec, metrics.MeasuredSpan{From: kernel.Time(s.Warmup), Until: kernel.Time(s.Duration)}, s.Period)
	o := outcome{check: simtest.NewInvariantChecker(s.Spec)}
	s.Observers = append(board.Observers(), o.check, &o.facts)
	if err := errors.Join(how(context.Background(), s), o.check.Err(), causesAddUp(board)); err != nil {
		t.Fatal(err)
	}
	o.measures, o.samples = board.Measures(), board.Series.Samples()
	return o
}

// blurred are the measures of which a run of steps gives a near value: what is held grows evenly in
// it.
var blurred = map[string]bool{"kv_occupancy": true}

// TestRunsAgreeWithThoseOfTwins holds whole runs against runs in which every token replica is a
// twin that simulates each step one by one.
func TestRunsAgreeWithThoseOfTwins(t *testing.T) {
	met := map[string]int64{}
	for range 3 { // as many cases each as the flags of rapid say
		rapid.Check(t, func(t *rapid.T) {
			setup := drawTokenWorld(t)
			fast, twin := conduct(t, setup(), engine.Run), conduct(t, setup(), engine.RunStepwise)
			if differ := part(fast.facts, twin.facts); differ != "" {
				t.Fatal(differ)
			}
			for i, m := range fast.measures {
				n := twin.measures[i]
				if n.Scope != m.Scope || n.Metric != m.Metric || math.Abs(n.Value-m.Value) > 1e-9*math.Abs(m.Value) && !blurred[m.Metric] && !strings.HasPrefix(m.Metric, "itl_p") {
					t.Fatalf("measured %+v, of the twin %+v", m, n)
				}
			}
			for i, s := range fast.samples {
				n := twin.samples[i]
				if n.Scope != s.Scope || n.Metric != s.Metric || math.Abs(n.Value-s.Value) > 1e-9*math.Abs(s.Value)+1e-12 && !blurred[s.Metric] || s.Value < -1e-9 {
					t.Fatalf("at %v s %+v, of the twin %+v", s.Seconds, s.Measurement, n.Measurement)
				}
			}
			for i := range fast.facts.facts {
				f := &fast.facts.facts[i]
				met[f.Kind.String()]++
				if f.Timings.Cached > 0 {
					met["cached"]++
				}
			}
		})
	}
	for _, kind := range []string{
		"request-rejected", "request-timed-out", "request-preempted", "request-resumed", "request-finished", "request-unfinished", "request-interrupted",
		"request-retried", "request-failed", "request-caught-up", "request-prefilled", "cache-moved", "replica-removed", "replica-lost", "machine-reclaiming", "cached",
	} {
		if met[kind] == 0 {
			t.Errorf("no %s among %v", kind, met)
		}
	}
}
