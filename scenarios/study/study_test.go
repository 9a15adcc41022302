package study

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"

	"github.com/google/go-cmp/cmp"
)

var queue = scenariotest.Queue("30s", 3, 2, "[static-peak, static-mean]")

// study prepares a study of the queue.
func queues(t testing.TB, l *Ledger, parallel int, vary ...string) *Study {
	t.Helper()
	d, err := ParseDesign(vary, "", false)
	if err != nil {
		t.Fatal(err)
	}
	s := &Study{Axes: d.Axes, Detail: scenarios.Summary, Parallel: parallel}
	if err := s.Prepare(t.Context(), d.Settings(1), prepared(l)); err != nil {
		t.Fatal(err)
	}
	return s
}

func prepared(l *Ledger) func([]file.Change) (*scenarios.Experiment, error) {
	return func(changes []file.Change) (*scenarios.Experiment, error) {
		f, err := file.Read("queue.yaml", []byte(queue), changes...)
		if err != nil {
			return nil, err
		}
		e, err := scenarios.Prepare(f)
		if err == nil && l != nil {
			e.Keeper = l
		}
		return e, err
	}
}

// measures returns the rows of all runs.
func measures(o Outcomes) (list [][][][]rows.Measurement) {
	for _, cell := range o {
		var policies [][][]rows.Measurement
		for _, runs := range cell {
			var each [][]rows.Measurement
			for _, f := range runs {
				each = append(each, f.Measures)
			}
			policies = append(policies, each)
		}
		list = append(list, policies)
	}
	return list
}

const rates = "workload[0].arrivals.poisson.rate=40/s,80/s"

// TestStudiesGoOn: a study that was interrupted goes on with the runs that are missing. A study
// that shares settings with another finds them. The results are those without a ledger.
func TestStudiesGoOn(t *testing.T) {
	want, err := queues(t, nil, 3, rates, "fleet[0].max=1,2").Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := ledger(t, filepath.Join(t.TempDir(), "ledger.sqlite"), "program")
	s := queues(t, l, 2, rates, "fleet[0].max=1,2")
	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	s.Progress = func(a Advance) {
		if done = a.Done; a.Done == 9 {
			cancel()
		}
		if a.Of != 24 || a.Kept != 0 || a.Finished == nil {
			t.Errorf("%+v", a)
		}
	}
	if _, err := s.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	again := queues(t, l, 1, rates, "fleet[0].max=1,2")
	kept, err := again.Kept(l)
	if err != nil || kept != done || done >= 24 {
		t.Fatalf("%d runs are kept of %d that were done, %v", kept, done, err)
	}
	last := Advance{}
	again.Progress = func(a Advance) { last = a }
	got, err := again.Run(t.Context())
	if err != nil || last.Done != 24 || last.Kept != kept {
		t.Fatalf("%+v, %v", last, err)
	}
	if diff := cmp.Diff(measures(want), measures(got), exactly); diff != "" {
		t.Error(diff)
	}
	other := queues(t, l, 1, "workload[0].arrivals.poisson.rate=80/s,90/s")
	if kept, err := other.Kept(l); err != nil || kept != 6 {
		t.Errorf("another study finds %d of the 6 runs that it shares, %v", kept, err)
	}
}

// TestFaultsOfCellsAreToldOnce: the faults of all cells are told together, each once.
func TestFaultsOfCellsAreToldOnce(t *testing.T) {
	d, err := ParseDesign([]string{"fleet[0].mx=1..3", "router=random,randm", "planning.utilization=0.5,1"}, "", false)
	if err != nil {
		t.Fatal(err)
	}
	s := &Study{Axes: d.Axes, Parallel: 2}
	err = s.Prepare(t.Context(), d.Settings(1), prepared(nil))
	want := []string{`fleet[0].mx: unknown key (did you mean "max"?)`, `there is no randm (did you mean "random"?)`}
	if err == nil {
		t.Fatal("no fault is told")
	}
	for _, w := range want {
		if strings.Count(err.Error(), w) != 1 {
			t.Errorf("%q is not told once:\n%v", w, err)
		}
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != len(want) {
		t.Errorf("%d lines:\n%v", lines, err)
	}
}

// BenchmarkStudy runs a study of 24 short runs, with a ledger and without one.
func BenchmarkStudy(b *testing.B) {
	for name, with := range map[string]bool{"ledger": true, "none": false} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				var l *Ledger
				if with {
					var err error
					if l, err = Open(filepath.Join(b.TempDir(), "ledger.sqlite"), "program"); err != nil {
						b.Fatal(err)
					}
				}
				s := queues(b, l, 1, rates, "fleet[0].max=1,2")
				b.StartTimer()
				if _, err := s.Run(b.Context()); err != nil {
					b.Fatal(err)
				}
				if l != nil {
					l.Close()
				}
			}
		})
	}
}
