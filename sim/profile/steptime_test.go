package profile

import (
	"math"
	"testing"
)

func TestTokensGoThroughMoreExpertsButNeverAll(t *testing.T) {
	m := Mixture{Count: 8, Active: 2, Each: 1000}
	for tokens, want := range map[int64]float64{0: 0, 1: 2, 2: 3.5, 1000: 8} {
		if got := m.Activated(float64(tokens)); math.Abs(got-want) > 1e-9 {
			t.Errorf("%d tokens go through %v experts, want %v", tokens, got, want)
		}
		if got := m.Time(tokens); got != int64(1000*want) {
			t.Errorf("%d tokens take %d grains, want %v", tokens, got, 1000*want)
		}
	}
	last := int64(0)
	for n := range int64(100) {
		now := m.Time(n)
		if now < last || now > 8000 {
			t.Errorf("%d tokens take %d grains, one less %d", n, now, last)
		}
		last = now
	}
	if none := (Mixture{}); none.Time(5) != 0 || none.Activated(5) != 0 {
		t.Error("a dense network has experts")
	}
	all := Mixture{Count: 4, Active: 4, Each: 10}
	if all.Time(1) != 40 {
		t.Errorf("a token that goes through all experts takes %d grains, want 40", all.Time(1))
	}
}

func TestExpertsAddToAStep(t *testing.T) {
	s := StepTime{Compute: Form{Decode: 100 * Grains}, Experts: Mixture{Count: 2, Active: 1, Each: 8 * Grains}}
	if got := s.Time(Work{Sequences: 3, Decode: 1, Prefill: 2}); got != 100*Grains+14*Grains {
		t.Errorf("three tokens take %d grains, want 114 ns", got)
	}
	if (&StepTime{Experts: Mixture{Count: 1 << 20, Active: 1, Each: 1e9 * Grains}}).Holds(1, 1, 1) == nil {
		t.Error("a step that takes years is accepted")
	}
}
