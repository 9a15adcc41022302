package kernels

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestALinearFunctionIsInterpolatedExactly(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b, c := rapid.Float64Range(0, 9).Draw(r, "a"), rapid.Float64Range(0, 9).Draw(r, "b"), rapid.Float64Range(0.1, 9).Draw(r, "c")
		f := func(x, y float64) float64 { return c + a*x + b*y }
		var l lookup
		for _, x := range rapid.SliceOfNDistinct(rapid.IntRange(1, 50), 2, 6, rapid.ID).Draw(r, "x") {
			// The y values are drawn again for each x, so the grid has gaps.
			for _, y := range rapid.SliceOfNDistinct(rapid.IntRange(1, 50), 2, 6, rapid.ID).Draw(r, "y") {
				l.add(f(float64(x), float64(y)), float64(x), float64(y))
			}
		}
		x, y := rapid.Float64Range(50, 100).Draw(r, "at x"), rapid.Float64Range(50, 100).Draw(r, "at y")
		if got, want := l.value(x, y), f(x, y); math.Abs(got/want-1) > 1e-9 {
			r.Fatalf("at %v, %v: %v, want %v", x, y, got, want)
		}
		if got := l.value(0.5, 0.5); !(got > 0) {
			r.Fatalf("below all: %v", got)
		}
	})
}

func TestRowsLeftOutOfALineAreGivenBack(t *testing.T) {
	var l lookup
	for x := 1.0; x <= 20; x++ {
		l.add(3+2*x, x)
	}
	var p StepGroup
	l.checkInterpolation(&p)
	if n, off := p.MeanError(true); n != 4 || off > 1e-12 {
		t.Errorf("%d rows were left out, off by %v", n, off)
	}
}

func TestATimeBeyondThatOfALargerProblemIsRepaired(t *testing.T) {
	var l lookup
	for _, n := range []float64{1, 2, 4} {
		for _, m := range []float64{1, 2, 4} {
			l.add(n*m, n, m)
		}
	}
	l.next[1].time[2] = 80                         // at 2, 4: more than at 4, 4
	l.next[0].time[0] = 1.4                        // within the limit
	l.next[2].time[0], l.next[2].time[2] = 100, 16 // at 4, 1: more than at 4, 2
	if wrong, all := l.repair(1.5); wrong != 2 || all != 9 {
		t.Errorf("%d of %d rows were repaired, want 2 of 9", wrong, all)
	}
	if l.value(2, 4) != 16 || l.value(4, 1) != 8 || l.value(1, 1) != 1.4 {
		t.Errorf("repaired to %v and %v, and %v", l.value(2, 4), l.value(4, 1), l.value(1, 1))
	}
}
