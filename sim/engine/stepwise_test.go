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

// said is a fact with copies of what it points to.
type said struct {
	sim.Fact
	Request fleet.Request
	Plan    string
	Steps   tokens.Steps
	Timings sim.TokenTimings
}

// transcript records all facts.
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
		one.Steps.Also = nil
	}
	if f.Timings != nil {
		one.Timings = *f.Timings
	}
	one.Fact.Request, one.Fact.Plan, one.Fact.Steps, one.Fact.Timings = nil, nil, nil, nil
	s.facts = append(s.facts, one)
}

// together returns the facts of steps up to the next fact of another kind, and that fact.
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

// maker is the engine that made steps.
type maker struct {
	replica fleet.ReplicaID
	engine  int
}

func makerOf(f *said) maker { return maker{f.Replica, f.Steps.Engine} }

// part returns the first difference between the facts of a run and those of the step-by-step
// engine. Facts other than StepsTaken are compared one by one. Every run of steps is compared with
// the single steps that the step-by-step engine has reported until then.
func part(fast, slow transcript) string {
	untold := map[maker][]said{} // steps that are not compared yet
	for n := 0; ; n++ {
		runs, got := fast.together()
		singles, want := slow.together()
		for _, f := range singles {
			untold[makerOf(&f)] = append(untold[makerOf(&f)], f)
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
					return fmt.Sprintf("%d steps of %v are never reported, from %+v", len(left), at, left[0])
				}
			}
			return ""
		case got == nil || want == nil || *got != *want:
			return fmt.Sprintf("fact %d (-stepwise +run): %s", n, cmp.Diff(want, got))
		}
	}
}

// stands returns the difference between a run of steps and the single steps that it covers, and
// removes these from untold. It does not compare Steps.Waiting. That is the number at the instant
// of the report, and a run of steps may be reported late, when requests have come or left. The
// tests of package tokens compare it.
func stands(run *said, untold map[maker][]said) string {
	mine := untold[makerOf(run)]
	if run.Count > len(mine) || run.Count == 0 {
		return fmt.Sprintf("%d steps of %d: %+v", run.Count, len(mine), *run)
	}
	untold[makerOf(run)] = mine[run.Count:]
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

// outcome holds the results of a run.
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
	o.measures, o.samples = board.Measures(), rows.Samples(board.Series.TimeSeries())
	return o
}

// blurred lists the metrics for which a run of steps gives only an approximate value: it assumes
// that used blocks grow linearly.
var blurred = map[string]bool{"kv_occupancy": true}

// TestRunsAgreeWithStepwiseRuns compares whole runs with runs in which every token replica is a
// step-by-step engine.
func TestRunsAgreeWithStepwiseRuns(t *testing.T) {
	met := map[string]int64{}
	for range 3 { // each draws as many cases as the flags of rapid say
		rapid.Check(t, func(t *rapid.T) {
			setup := drawTokenWorld(t)
			fast, slow := conduct(t, setup(), engine.Run), conduct(t, setup(), engine.RunStepwise)
			if differ := part(fast.facts, slow.facts); differ != "" {
				t.Fatal(differ)
			}
			for i, m := range fast.measures {
				n := slow.measures[i]
				if n.Scope != m.Scope || n.Metric != m.Metric || math.Abs(n.Value-m.Value) > 1e-9*math.Abs(m.Value) && !blurred[m.Metric] && !strings.HasPrefix(m.Metric, "itl_p") {
					t.Fatalf("measured %+v, of the step-by-step engine %+v", m, n)
				}
			}
			for i, s := range fast.samples {
				n := slow.samples[i]
				if n.Scope != s.Scope || n.Metric != s.Metric || math.Abs(n.Value-s.Value) > 1e-9*math.Abs(s.Value)+1e-12 && !blurred[s.Metric] || s.Value < -1e-9 {
					t.Fatalf("at %v s %+v, of the step-by-step engine %+v", s.Seconds, s.Measurement, n.Measurement)
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
