package analysis_test

import (
	"math"
	"strings"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/reports/analysis"
	"wavetank/reports/reportstest"
	"wavetank/reports/store"

	"github.com/google/go-cmp/cmp"
)

func sweepOf(t *testing.T, r store.Archive) *analysis.Sweep {
	t.Helper()
	s, err := analysis.SweepOf(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSweepByHand: numbers 2, 6 and 8 serve 92, 96 and 98 %, one point less with the second router.
func TestSweepByHand(t *testing.T) {
	s := sweepOf(t, reportstest.Sweep([]float64{2, 6, 8}, "p2c", "random"))
	name := func(i int) string { return s.NameOf(&s.Points[i]) }
	ranked := s.Ranked()
	want := []string{"lp with fleet[0].max 6, router p2c", "hpa with fleet[0].max 6, router p2c", "lp with fleet[0].max 8, router p2c"}
	for i, w := range want {
		if got := name(ranked[i]); got != w {
			t.Errorf("rank %d: %s; want %s", i+1, got, w)
		}
	}
	if last := name(ranked[len(ranked)-1]); !strings.Contains(last, "max 2, router random") {
		t.Errorf("%s is the last", last)
	}
	var frontier []string
	for _, i := range s.Frontier() {
		frontier = append(frontier, name(i))
	}
	if diff := cmp.Diff([]string{"lp with fleet[0].max 2, router p2c", "lp with fleet[0].max 6, router p2c", "lp with fleet[0].max 8, router p2c"}, frontier); diff != "" {
		t.Error(diff)
	}
	text := strings.Join(s.Headline(analysis.Plain), " ")
	for _, w := range []string{"lp with fleet[0].max 6, router p2c is the cheapest that is shown to keep every objective: 6.01", "Of 12 points, 6 keep every objective, 4 miss one or the budget and 2 are not shown to do either."} {
		if !strings.Contains(text, w) {
			t.Errorf("%q; want %q", text, w)
		}
	}
	const tie = "1 other point keeps every objective and costs about as much"
	if same := strings.Join(sweepOf(t, reportstest.Sweep([]float64{8}, "p2c", "random")).Headline(analysis.Plain), " "); !strings.Contains(same, tie) || strings.Contains(text, "as much") {
		t.Errorf("two routers at the same cost: %q; other costs: %q", same, text)
	}
	effects := s.Effects(&s.Price)
	if len(effects) != 3 || s.Factors[effects[0].Factor].Name != "fleet[0].max" || math.Abs(effects[0].Between-6) > 1e-9 ||
		s.Factors[effects[1].Factor].Name != analysis.PolicyFactor || math.Abs(effects[1].Between-1) > 1e-9 || math.Abs(effects[2].Between) > 1e-9 {
		t.Errorf("effects on the cost: %+v", effects)
	}
	if inTime := s.Effects(&s.InTime); s.Factors[inTime[1].Factor].Name != "router" || math.Abs(inTime[1].Between-1) > 1e-9 {
		t.Errorf("effects on the share in time: %+v", inTime)
	}
	if s.Factors[0].Short != "fleet[0].max" || s.Factors[1].Short != "router" {
		t.Errorf("%q, %q", s.Factors[0].Short, s.Factors[1].Short)
	}
}

// TestManyNumbersShareLevels: a sample of numbers has five levels, in the order of the numbers.
func TestManyNumbersShareLevels(t *testing.T) {
	var numbers []float64
	for i := range 20 {
		numbers = append(numbers, float64((7*i)%20)/4)
	}
	s := sweepOf(t, reportstest.Sweep(numbers, "p2c"))
	if diff := cmp.Diff([]string{"0 to 0.75", "1 to 1.75", "2 to 2.75", "3 to 3.75", "4 to 4.75"}, s.Factors[0].Levels); diff != "" {
		t.Error(diff)
	}
	count := map[int]int{}
	for _, p := range s.Points {
		count[p.Levels[0]]++
	}
	if diff := cmp.Diff(map[int]int{0: 8, 1: 8, 2: 8, 3: 8, 4: 8}, count); diff != "" {
		t.Error(diff)
	}
}

// TestSweepsWithoutObjectives: there is no verdict, and the cheapest points come first.
func TestSweepsWithoutObjectives(t *testing.T) {
	r := reportstest.Sweep([]float64{6, 2}, "p2c")
	for i := range r.Manifest.Sweep.Settings {
		r.Manifest.Sweep.Settings[i].Objectives = nil
		r.Settings[i].Rows = analysis.Keep(r.Settings[i].Rows, func(row rows.Row) bool { return row.Metric != "slo_attainment" })
	}
	s := sweepOf(t, r)
	if got := s.Headline(analysis.Plain); len(got) != 1 || got[0] != "No objective is known, so there is no verdict." {
		t.Error(got)
	}
	if got := s.NameOf(&s.Points[s.Ranked()[0]]); got != "lp with fleet[0].max 2, router p2c" {
		t.Errorf("%s is the first", got)
	}
	if s.Frontier() != nil {
		t.Errorf("frontier %v", s.Frontier())
	}
}
