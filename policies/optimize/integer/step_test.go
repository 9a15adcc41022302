package integer

import (
	"math"
	"testing"

	"wavetank/policies/optimize/program"
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
		{4.0000001, 0, 1, 4.0000001}, // 4 except for rounding errors
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

func TestNetworksHaveAStep(t *testing.T) {
	inf := math.Inf(1)
	var b program.Builder // minimise the larger of |5x − 7| and |3x − 4|
	z, x := b.Column(2, 0, inf), b.Integer(0, 0, 9)
	for _, c := range []struct{ a, right float64 }{{5, 7}, {3, 4}} {
		i, over, under := b.Row(c.right, c.right), b.Column(0, 0, inf), b.Column(0, 0, inf)
		b.Add(i, x, c.a)
		b.Add(i, over, -1)
		b.Add(i, under, 1)
		for _, v := range []int{over, under} {
			k := b.Row(0, inf)
			b.Add(k, z, 1)
			b.Add(k, v, -1)
		}
	}
	p := b.Program()
	p.Offset = 0.5
	m := newModel(p)
	if !m.presolve() {
		t.Fatal("no solution")
	}
	if step, base := m.objectiveStep(); step != 2 || base != 0.5 {
		t.Errorf("steps of %v from %v, want 2 from 0.5", step, base)
	}
	p.RowUpper[0], p.RowLower[0] = 7.5, 7.5
	if isNetwork(p) {
		t.Error("5x = 7.5 leaves distances that are not whole")
	}
}
