package integer

import (
	"math"
	"testing"
)

func TestCommonStep(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{6, -9, 15}, 3},
		{[]float64{0.5, 2.25}, 0.25},
		{[]float64{0.1, 0.3, 0.7}, 0.1},
		{[]float64{1. / 3, 2, 0}, 1. / 3},
		{[]float64{7}, 7},
		{[]float64{1, math.Sqrt2}, 0},
		{[]float64{1e9, 1}, 0},
		{[]float64{0, 0}, 0},
		{nil, 0},
	} {
		got, ok := commonStep(c.values)
		if ok != (c.want > 0) || ok && math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v have the step %v %v, want %v", c.values, got, ok, c.want)
		}
	}
}

func TestLift(t *testing.T) {
	for _, c := range []struct{ bound, offset, step, want float64 }{
		{4.1, 0, 1, 5},
		{4.0000001, 0, 1, 4.0000001}, // that is 4, but for rounding
		{-3.5, 0, 1, -3},
		{4.1, 0.25, 0.5, 4.25},
		{4.1, 0, 0, 4.1},
		{math.Inf(-1), 0, 1, math.Inf(-1)},
		{1e12 + 0.5, 0, 1, 1e12 + 0.5}, // too large for steps of 1
	} {
		if got := lift(c.bound, c.offset, c.step); math.Abs(got-c.want) > 1e-12 && got != c.want {
			t.Errorf("%v in steps of %v from %v is lifted to %v, want %v", c.bound, c.step, c.offset, got, c.want)
		}
	}
}
