package validation

import (
	"bytes"
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

// small returns the options of a comparison that is short enough for a test.
func small() Options {
	o := Quick()
	o.Customers, o.Longest, o.Parallel = 4000, 1, 2
	o.Only = func(s QueueSystem) bool { return s.Family == "M/M/1" || s.Family == "M/M/c/K" || s.Family == "M/D/1" }
	return o
}

func TestResultDoesNotDependOnParallelism(t *testing.T) {
	rows := func(parallel int) []ComparedValue {
		o := small()
		o.Customers, o.Longest, o.Parallel = 1000, 4, parallel
		o.Only = func(s QueueSystem) bool { return s.Family == "M/M/1" }
		r, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return r.Rows
	}
	// Systems contain no functions, so rows can be compared as plain values.
	if !reflect.DeepEqual(rows(1), rows(3)) {
		t.Error("rows depend on how many runs go on at a time")
	}
}

func TestQueuesAgreeWithTheory(t *testing.T) {
	r, err := Run(t.Context(), small())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range r.Rows {
		if row.disagrees() {
			t.Errorf("%s %s %s: exact %v, simulated %v ± %v", row.System.Family, row.System.Params, row.Quantity, row.Exact, row.Mean, row.Half)
		}
	}
	if r.Headlines != 10 || len(r.Rows) < 50 {
		t.Errorf("%d headlines, %d rows", r.Headlines, len(r.Rows))
	}
}

func TestSlowerServiceFailsTheJointTest(t *testing.T) {
	o := small()
	o.Customers = 24000
	r, err := Control(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.JointlyAgrees() {
		t.Errorf("the joint test passes with service 3 %% slower: %d of %d headlines lie outside their intervals, %d to %d are allowed", r.Beyond, r.Headlines, r.Fewest, r.Most)
	}
}

func TestCentralPartOfTheBinomial(t *testing.T) {
	// Worked out by hand for n = 10, p = 0.5: P(X = 0) = P(X = 10) = 1/1024, so the central 99.9 %
	// leaves out nothing, and the central 99 % leaves out 0 and 10.
	if a, b := central(10, 0.5, 0.999); a != 0 || b != 10 {
		t.Errorf("99.9 %%: %d to %d", a, b)
	}
	if a, b := central(10, 0.5, 0.99); a != 1 || b != 9 {
		t.Errorf("99 %%: %d to %d", a, b)
	}
}

// TestInterruptedComparisonKeepsWhatIsDone ends the context after some runs. Run then returns the
// rows of the systems that it has simulated. They equal the rows of a whole comparison, except that
// a row that still needs longer runs is marked as too short.
func TestInterruptedComparisonKeepsWhatIsDone(t *testing.T) {
	o := small()
	o.Customers, o.Longest, o.Parallel = 500, 4, 1 // so that runs end in order
	whole, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 45, 200, 205} { // number of runs; the first round has 200
		ctx, cancel := context.WithCancel(t.Context())
		count := 0
		o.Progress = func(string, int, int) {
			if count++; count == at {
				cancel()
			}
		}
		if at == 0 {
			cancel()
		}
		r, err := Run(ctx, o)
		cancel()
		if !errors.Is(err, context.Canceled) || r.Systems != 10 || r.Done != min(at, 200)/o.Replications {
			t.Errorf("interrupted after %d runs: %d of %d systems, error %v", at, r.Done, r.Systems, err)
		}
		for i, row := range r.Rows {
			want := whole.Rows[i]
			if row.Quantity != want.Quantity || row.System.Params != want.System.Params {
				t.Fatalf("row %d is %s of %s", i, row.Quantity, row.System.Params)
			}
			if longer := want.Customers > row.Customers; longer != row.Short && !want.Short || !longer && row.Mean != want.Mean {
				t.Errorf("after %d runs, %s of %s: %+v, not %+v", at, row.Quantity, row.System.Params, row, want)
			}
		}
	}
}

// TestRowsAskForTheRunsTheyNeed: a row with a percentile asks for longer runs until the percentile
// is known precisely enough. A row with another quantity asks for longer runs if it disagrees with
// theory. With the option every, it must be known as precisely as a percentile.
func TestRowsAskForTheRunsTheyNeed(t *testing.T) {
	o := Quick()
	every := o
	every.every = true
	for name, c := range map[string]struct {
		row      ComparedValue
		factor   int
		o        Options
		next     int
		verdict  string // after these runs, without longer ones
		disagree bool
	}{
		"known":                {ComparedValue{Quantity: "W_q0.9", Exact: 1, Mean: 1.01, Half: 0.04, Score: 0.5}, 1, o, 0, "agrees", false},
		"outside":              {ComparedValue{Quantity: "W", Exact: 1, Mean: 1.05, Half: 0.04, Score: 2.6}, 1, o, 0, "outside its interval", false},
		"wide percentile":      {ComparedValue{Quantity: "W_q0.9", Exact: 1, Mean: 1.1, Half: 0.12, Score: 1.7}, 1, o, 8, "run too short", false},
		"too wide for any run": {ComparedValue{Quantity: "W_q0.9", Exact: 1, Mean: 1.1, Half: 0.9, Score: 0.2}, 4, o, 16, "run too short", false},
		"wide mean":            {ComparedValue{Quantity: "W", Exact: 1, Mean: 1.1, Half: 0.12, Score: 1.7}, 1, o, 0, "agrees", false},
		"wide mean with every": {ComparedValue{Quantity: "W", Exact: 1, Mean: 1.1, Half: 0.12, Score: 1.7}, 1, every, 8, "run too short", false},
		"drifting":             {ComparedValue{Quantity: "W_q0.9", Exact: 1, Mean: 1, Half: 0.01, Drift: 5}, 1, o, 4, "run too short", false},
		"far off":              {ComparedValue{Quantity: "W", Exact: 1, Mean: 1.5, Half: 0.04, Score: 26}, 1, o, 4, "DISAGREES", true},
		"far off, longest run": {ComparedValue{Quantity: "W", Exact: 1, Mean: 1.5, Half: 0.04, Score: 26}, 16, o, 0, "DISAGREES", true},
	} {
		row := c.row
		row.judge(c.factor, c.o)
		if row.next != c.next || row.Verdict() != c.verdict || row.disagrees() != c.disagree {
			t.Errorf("%s: %s, next %d, want %s, %d", name, row.Verdict(), row.next, c.verdict, c.next)
		}
	}
}

func TestTablesHaveEveryRow(t *testing.T) {
	r := Report{Options: Quick()}
	for _, s := range Systems() {
		rows, err := compareRuns(job{s, 1}, []map[string]float64{ones(s), ones(s)}, r.Options)
		if err != nil {
			t.Fatal(err)
		}
		r.Rows = append(r.Rows, rows...)
	}
	var text, page bytes.Buffer
	if err := errors.Join(r.Print(&text), r.Markdown(&page)); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, verdict := range []string{"agrees", "DISAGREES", "outside its interval", "run too short"} {
		n += strings.Count(text.String(), verdict+"\n")
	}
	if n != len(r.Rows) {
		t.Errorf("%d verdicts for %d rows", n, len(r.Rows))
	}
	if n := strings.Count(page.String(), "\n| "); n < len(r.Rows) {
		t.Errorf("%d lines for %d rows", n, len(r.Rows))
	}
	for _, row := range r.Rows {
		if math.IsNaN(row.Exact) {
			t.Errorf("%s %s has no exact value", row.System.Family, row.Quantity)
		}
	}
}

func ones(s QueueSystem) map[string]float64 {
	m := map[string]float64{}
	for _, q := range s.Quantities {
		m[q] = 1
	}
	return m
}
