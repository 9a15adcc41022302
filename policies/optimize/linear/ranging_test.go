package linear

import (
	"context"
	"math"
	"testing"

	"pgregory.net/rapid"

	"wavetank/policies/optimize/program"
)

// TestRangesByHand: maximise 3x + 5y with x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18 (Wyndor Glass; Hillier and
// Lieberman, Introduction to operations research). The optimum is (2, 6).
func TestRangesByHand(t *testing.T) {
	var b program.Builder
	inf := math.Inf(1)
	b.Column(3, 0, inf)
	b.Column(5, 0, inf)
	for i, right := range []float64{4, 12, 18} {
		b.Row(-inf, right)
		if i != 1 {
			b.Add(i, 0, []float64{1, 0, 3}[i])
		}
		if i != 0 {
			b.Add(i, 1, 2)
		}
	}
	p := b.Program()
	p.Maximize = true
	s, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Solve(context.Background(), Budget{}); r.Objective != 36 {
		t.Fatalf("%v: %v, want 36", r.Status, r.Objective)
	}
	got, ok := s.Ranging()
	if !ok {
		t.Fatal("no ranges")
	}
	want := Ranging{Cost: []Range{{0, 7.5}, {2, inf}}, Rows: []Range{{2, 2}, {6, 18}, {12, 24}}}
	for j, r := range want.Cost {
		if !near(got.Cost[j].Low, r.Low) || !near(got.Cost[j].High, r.High) {
			t.Errorf("cost %d: %v, want %v", j, got.Cost[j], r)
		}
	}
	for i, r := range want.Rows {
		if !near(got.Rows[i].Low, r.Low) || !near(got.Rows[i].High, r.High) {
			t.Errorf("row %d: %v, want %v", i, got.Rows[i], r)
		}
	}
}

func near(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-7*(1+math.Abs(b)) }

// TestWithinItsRangeANumberLeavesTheBasis moves one cost or one active bound within its range. The
// old basis then stays optimal without a step, and the objective changes as the old solution
// predicts.
func TestWithinItsRangeANumberLeavesTheBasis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := anyProgram(t, 7, 6)
		s, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		before := s.Solve(context.Background(), Budget{}).Clone()
		ranges, ok := s.Ranging()
		if ok != (before.Status == Optimal) {
			t.Fatalf("ranges: %v, status %v", ok, before.Status)
		}
		if !ok {
			return
		}
		share := rapid.Float64Range(0, 1).Draw(t, "share")
		if p.Height() == 0 || rapid.Bool().Draw(t, "cost") {
			j := rapid.IntRange(0, p.Columns()-1).Draw(t, "column")
			c := within(ranges.Cost[j], p.Cost[j], share)
			s.SetCost(j, c)
			after := s.Solve(context.Background(), Budget{})
			if want := before.Objective + (c-p.Cost[j])*before.X[j]; after.Iterations != 0 || !near(after.Objective, want) {
				t.Fatalf("cost %v: %d steps to %v, want %v", c, after.Iterations, after.Objective, want)
			}
			return
		}
		i := rapid.IntRange(0, p.Height()-1).Draw(t, "row")
		low, high := p.RowLower[i], p.RowUpper[i]
		at := within(ranges.Rows[i], before.Activity[i], share)
		switch place := s.RowPlace(i); {
		case place == Basic:
			low, high = min(low, at), max(high, at)
		case low == high:
			low, high = at, at
		case place == AtLower:
			low, high = at, max(at, high)
		case place == AtUpper:
			low, high = min(at, low), at
		}
		s.SetRow(i, low, high)
		after := s.Solve(context.Background(), Budget{})
		if want := before.Objective + (at-before.Activity[i])*before.Duals[i]; after.Iterations != 0 || !near(after.Objective, want) {
			t.Fatalf("row %d at %v: %d steps to %v, want %v", i, at, after.Iterations, after.Objective, want)
		}
	})
}

// within returns a point of a range that is at most 5 away from the present value.
func within(r Range, from, share float64) float64 {
	low, high := max(r.Low, from-5), min(r.High, from+5)
	return low + share*(high-low)
}
