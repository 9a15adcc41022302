package plan

import (
	"context"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestTheGridHasDistinctFactors: they ascend, have three digits, and Below finds each.
func TestTheGridHasDistinctFactors(t *testing.T) {
	for _, step := range []LoadGrid{0.01, 0.02, 0.05, 0.5, 1} {
		for place := -500; place < 500; place++ {
			f := step.At(place)
			if next := step.At(place + 1); next <= f || next > f*(1+float64(step))*1.011 {
				t.Fatalf("step %v: %v after %v", step, next, f)
			}
			if got := step.Below(f); got != place {
				t.Fatalf("step %v: %v is at %d, found at %d", step, f, place, got)
			}
			if got := step.Below(f * 1.0001); got != place {
				t.Fatalf("step %v: %v is at %d, found at %d", step, f*1.0001, place, got)
			}
		}
	}
}

// loadWorld is a formula instead of simulations: up to one load a fleet keeps all, up to another it
// is not settled, and in a gap below it misses.
type loadWorld struct {
	kept, unsettled  float64
	gapFrom, gapTill float64
}

func (w *loadWorld) try(_ context.Context, load float64) (Candidate, error) {
	switch {
	case load >= w.gapFrom && load < w.gapTill:
		return Candidate{Finding: Missed, Runs: 1}, nil
	case load <= w.kept:
		return Candidate{Finding: Kept, Runs: 5}, nil
	case load <= w.unsettled:
		return Candidate{Finding: NotSettled, Runs: 40}, nil
	}
	return Candidate{Finding: Missed, Runs: 1}, nil
}

// TestTheLargestLoadIsThatOfEnumeration: where more load never helps, the answer is the largest
// factor of the grid that is kept, and the next one that misses is the smallest that does.
func TestTheLargestLoadIsThatOfEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &loadWorld{kept: math.Exp(rapid.Float64Range(-9, 9).Draw(t, "kept"))}
		w.unsettled = w.kept * rapid.SampledFrom([]float64{1, 1.03, 1.4}).Draw(t, "unsettled")
		s := &LoadSearch{Grid: LoadGrid(rapid.SampledFrom([]float64{0.01, 0.05, 0.3}).Draw(t, "step")), Least: 0.01, Most: 100, Try: w.try}
		found, err := s.Find(t.Context(), math.Exp(rapid.Float64Range(-10, 10).Draw(t, "start")))
		if err != nil {
			t.Fatal(err)
		}
		carried, exceeded := -1., -1.
		for place := s.first(); place <= s.Grid.Below(s.Most); place++ {
			c, _ := w.try(t.Context(), s.Grid.At(place))
			if c.Finding == Kept {
				carried = s.Grid.At(place)
			}
			if c.Finding == Missed && exceeded < 0 {
				exceeded = s.Grid.At(place)
			}
		}
		at := func(place int) float64 {
			if place < 0 {
				return -1
			}
			return found.Tries[place].Load
		}
		if at(found.Carried) != carried || at(found.Exceeded) != exceeded || len(found.Dips) > 0 {
			t.Fatalf("%v and %v, enumeration: %v and %v; dips %v", at(found.Carried), at(found.Exceeded), carried, exceeded, found.Dips)
		}
		if n := len(found.Tries); n > 40 {
			t.Fatalf("%d tries", n)
		}
		for i, try := range found.Tries {
			if try.Load < s.Least || try.Load > s.Most || i > 0 && try.Load <= found.Tries[i-1].Load {
				t.Fatalf("try %d: %v", i, try.Load)
			}
		}
	})
}

// TestALoadThatIsHarderThanMoreIsFound: with a wide gap below what is kept, the search notices the
// gap. It never says that a factor is carried with which the fleet misses.
func TestALoadThatIsHarderThanMoreIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &loadWorld{kept: math.Exp(rapid.Float64Range(-2, 2).Draw(t, "kept"))}
		w.unsettled = w.kept
		w.gapFrom, w.gapTill = w.kept*0.4, w.kept*0.6
		s := &LoadSearch{Grid: 0.02, Least: 1e-3, Most: 1e3, Try: w.try}
		found, err := s.Find(t.Context(), w.kept*math.Exp(rapid.Float64Range(-2, 2).Draw(t, "start")))
		if err != nil {
			t.Fatal(err)
		}
		if found.Carried < 0 {
			t.Fatal("nothing is carried")
		}
		carried := found.Tries[found.Carried].Load
		switch {
		case carried > w.gapTill && carried <= w.kept:
			if len(found.Dips) == 0 {
				t.Fatalf("%v is carried, and no smaller factor is said to miss", carried)
			}
		case carried < w.gapFrom: // the search came from below and met the gap first
			if found.Exceeded < 0 {
				t.Fatal("nothing is said to miss")
			}
		default:
			t.Fatalf("%v is carried, but the world is %+v", carried, w)
		}
	})
}

// TestALoadBeyondAllLimits: what is always kept is carried up to the largest factor, and what is
// never kept is not carried.
func TestALoadBeyondAllLimits(t *testing.T) {
	always := &LoadSearch{Grid: 0.1, Least: 0.1, Most: 50, Try: (&loadWorld{kept: 1e9}).try}
	found, err := always.Find(t.Context(), 1)
	if err != nil || found.Exceeded >= 0 || found.Tries[found.Carried].Load < 45 {
		t.Errorf("%v, %+v", err, found)
	}
	never := &LoadSearch{Grid: 0.1, Least: 0.1, Most: 50, Try: (&loadWorld{kept: 1e-9}).try}
	found, err = never.Find(t.Context(), 1)
	if err != nil || found.Carried >= 0 || found.Exceeded != 0 || found.Tries[0].Load > 0.11 {
		t.Errorf("%v, %+v", err, found)
	}
}
