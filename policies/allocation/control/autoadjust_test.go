package control

import (
	"math"
	"testing"
)

func TestAdjustOnAStep(t *testing.T) {
	for _, alpha := range []float64{0.1, 0.5, 1, 1.5, 1.9} {
		r := 3.
		for n := 1; n <= 40; n++ {
			r += gap(r, 10, alpha)
			if want := 10 + (3-10)*math.Pow(1-alpha, float64(n)); math.Abs(r-want) > 1e-9*(1+math.Abs(want)) {
				t.Fatalf("alpha %v: %v after %d steps, want %v", alpha, r, n, want)
			}
		}
	}
}

func TestAdjustLagsARamp(t *testing.T) {
	for _, alpha := range []float64{0.2, 0.7, 1} {
		r, d := 0., 0.
		for range 500 {
			r += gap(r, d, alpha)
			d += 3
		}
		if lag := d - r; math.Abs(lag-3/alpha) > 1e-9 {
			t.Errorf("alpha %v: lag %v, want %v", alpha, lag, 3/alpha)
		}
	}
}

func TestAdjustWithDeadTimeIsStableBelowItsThreshold(t *testing.T) {
	amplitude := func(alpha float64, dead int) float64 {
		history := make([]float64, dead+1)
		history[dead] = 1
		most := 0.
		for n := range 20000 {
			last := history[dead]
			next := last + gap(history[0], 0, alpha)
			copy(history, history[1:])
			history[dead] = next
			if n > 19900 {
				most = max(most, math.Abs(next))
			}
		}
		return most
	}
	for dead, want := range map[int]float64{0: 2, 1: 1, 2: 0.6180, 3: 0.4450, 5: 0.2846, 10: 0.1495} {
		limit := AutoAdjustOptions{Ready: true}.StableBelow(dead)
		if math.Abs(limit-want) > 5e-5 {
			t.Errorf("dead time %d: the threshold is %v, want %v", dead, limit, want)
		}
		if plan := (AutoAdjustOptions{}).StableBelow(dead); plan != 2 {
			t.Errorf("fed with its own plan, the rule is stable below %v", plan)
		}
		if below := amplitude(limit*0.98, dead); below > 1e-3 {
			t.Errorf("dead time %d: amplitude %v below the threshold %v", dead, below, limit)
		}
		if above := amplitude(limit*1.02, dead); above <= 10 {
			t.Errorf("dead time %d: amplitude %v above the threshold %v", dead, above, limit)
		}
	}
}

func TestSharesThatCannotWorkAreRefused(t *testing.T) {
	for _, alpha := range []float64{-1, 0, math.NaN(), math.Inf(1), 101} {
		if _, err := NewAutoAdjust(AutoAdjustOptions{Up: alpha, Down: 1}); err == nil {
			t.Errorf("alpha %v is accepted", alpha)
		}
	}
	for _, alpha := range []float64{0.001, 1, 1.5, 2, 100} {
		if _, err := NewAutoAdjust(AutoAdjustOptions{Up: alpha, Down: alpha}); err != nil {
			t.Errorf("alpha %v: %v", alpha, err)
		}
	}
}
