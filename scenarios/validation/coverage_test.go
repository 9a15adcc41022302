package validation

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"wavetank/scenarios"
	"wavetank/scenarios/file"
)

func coverageOf(t *testing.T, replications string, group, parallel int) *Coverage {
	t.Helper()
	f, err := file.Read("coverage", CoverageScenario, file.Change{Path: "replications", Value: replications},
		file.Change{Path: "duration", Value: "25s"}, file.Change{Path: "warmup", Value: "15s"})
	if err != nil {
		t.Fatal(err)
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Cover(context.Background(), e, group, parallel, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The windows of this test are shorter than those of the documentation, so its intervals may miss
// the exact value more often. The test only checks that the counts are possible, and that intervals
// are neither empty nor infinite.
func TestCoverageCountsEveryGroup(t *testing.T) {

	c := coverageOf(t, "200", 10, 2)
	differences := 0
	for _, l := range c.Lines {
		if l.Difference {
			differences++
		}
		if l.Groups != 20 || l.Held+l.Below+l.Above+l.None != 20 || l.None > 0 || l.Held < 14 {
			t.Errorf("%+v", l)
		}
		if l.Difference && l.Policy == "one-queue" || !l.Difference && !(l.Truth > 0) {
			t.Errorf("%+v", l)
		}
	}
	if len(c.Lines) != 15 || differences != 5 {
		t.Errorf("%d lines, %d of differences", len(c.Lines), differences)
	}
	if again := coverageOf(t, "200", 10, 1); !slices.Equal(c.Lines, again.Lines) {
		t.Error("the coverage depends on how many runs go on at a time")
	}
	var text, page bytes.Buffer
	if err := c.Print(&text); err != nil {
		t.Fatal(err)
	}
	if err := c.Markdown(&page); err != nil {
		t.Fatal(err)
	}
	for _, b := range []string{text.String(), page.String()} {
		if !strings.Contains(b, "groups of 10") || strings.Count(b, "latency_p99") != 3 {
			t.Error(b)
		}
	}
}

// TestIntervalsHoldUnderLoad checks what the documentation promises. With five hundred groups, a
// miss rate of 4 % is known to ± 1.7 points.
func TestIntervalsHoldUnderLoad(t *testing.T) {
	if os.Getenv("COVERAGE") == "" {
		t.Skip("COVERAGE is not set: this takes minutes")
	}
	f, err := file.Read("coverage", CoverageScenario, file.Change{Path: "replications", Value: "5000"})
	if err != nil {
		t.Fatal(err)
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Cover(context.Background(), e, 10, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Lines {
		percent := func(n int) float64 { return 100 * float64(n) / float64(l.Groups) }
		held, below, above := percent(l.Held), percent(l.Below), percent(l.Above)
		if held < 93-2 || held > 98.5+2 || max(below, above) > 4+1.7 || l.None > 0 {
			t.Errorf("%s, %s (difference: %t): held %.1f %%, too low %.1f %%, too high %.1f %%, none %d",
				l.Policy, l.Metric, l.Difference, held, below, above, l.None)
		}
	}
}
