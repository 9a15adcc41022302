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

// small is a comparison that a test has the time for.
func small() Options {
	o := Quick()
	o.Customers, o.Parallel = 4000, 2
	o.Only = func(s System) bool { return s.Family == "M/M/1" || s.Family == "M/M/c/K" || s.Family == "M/D/1" }
	return o
}

func TestResultDoesNotDependOnParallelism(t *testing.T) {
	rows := func(parallel int) []Row {
		o := small()
		o.Parallel = parallel
		r, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return r.Rows
	}
	// Systems hold functions nowhere, so that rows are plain values.
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
		if !row.Agrees {
			t.Errorf("%s %s %s: exact %v, simulated %v ± %v", row.System.Family, row.System.Params, row.Quantity, row.Exact, row.Mean, row.Half)
		}
	}
	if r.Headlines != 10 || len(r.Rows) < 50 {
		t.Errorf("%d headlines, %d rows", r.Headlines, len(r.Rows))
	}
}

func TestSlowerServiceFailsTheJointTest(t *testing.T) {
	o := small()
	o.Customers = 6000
	r, err := Control(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.JointlyAgrees() {
		t.Errorf("service 3 %% slower: %d of %d headlines beyond, %d to %d by chance", r.Beyond, r.Headlines, r.Fewest, r.Most)
	}
}

func TestCentralPartOfTheBinomial(t *testing.T) {
	// By hand for n = 10, p = 0.5: P(X = 0) = P(X = 10) = 1/1024, so the central 99.9 % is all but nothing, and the
	// central 99 % leaves out 0 and 10.
	if a, b := central(10, 0.5, 0.999); a != 0 || b != 10 {
		t.Errorf("99.9 %%: %d to %d", a, b)
	}
	if a, b := central(10, 0.5, 0.99); a != 1 || b != 9 {
		t.Errorf("99 %%: %d to %d", a, b)
	}
}

func TestCancelledComparisonIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, small()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestTablesHaveEveryRow(t *testing.T) {
	r := Result{Options: Quick()}
	for _, s := range Systems() {
		rows, err := compare(s, []map[string]float64{ones(s), ones(s)})
		if err != nil {
			t.Fatal(err)
		}
		r.Rows = append(r.Rows, rows...)
	}
	r.judge()
	var text, page bytes.Buffer
	if err := errors.Join(r.Print(&text), r.Markdown(&page)); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text.String(), "agrees") + strings.Count(text.String(), "DISAGREES"); n != len(r.Rows)+1 {
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

func ones(s System) map[string]float64 {
	m := map[string]float64{}
	for _, q := range s.Quantities {
		m[q] = 1
	}
	return m
}
