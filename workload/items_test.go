package workload

import (
	"fmt"
	"math"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/workload/distribution"
)

// few is a distribution of items.
var few = must(distribution.GeometricCount(3, distribution.Bounds{Min: 1, Max: 50}))

// without returns requests without their items.
func without(list []fleet.Request) []fleet.Request {
	for i := range list {
		list[i].Items = 0
	}
	return list
}

// TestItemsMoveNoDrawOfAnother compares streams of every kind with and without items.
func TestItemsMoveNoDrawOfAnother(t *testing.T) {
	poisson := must(Poisson(100))
	kinds := map[string]func(l Lane) Source{
		"process": func(l Lane) Source { return must(l.Synthetic(poisson)) },
		"bulks":   func(l Lane) Source { return must(l.Synthetic(must(GeometricBulks(poisson, 4)))) },
		"labels": func(l Lane) Source {
			return must(l.Label(must(l.Synthetic(poisson)), Labels{Classes: twoClasses, Patience: Patience{Mean: time.Second, Distribution: distribution.Exponential()}}))
		},
		"pipeline": func(l Lane) Source {
			return must(l.Pipe(must(l.Synthetic(poisson)), 7, cascade(0.5, 0.5, distribution.Exponential())))
		},
		"conversations": func(l Lane) Source {
			c := ClosedLoop{Arrivals: poisson, Turns: few, Think: Pause{Mean: time.Second, Distribution: distribution.Exponential()}}
			return Answered(must(l.Conversations(c)), func(*fleet.Request) time.Duration { return 40 * time.Millisecond })
		},
	}
	for name, open := range kinds {
		l := lane("items")
		l.Work = distribution.Exponential()
		plain := take(t, open(l), 3000)
		l.Items = Items{Count: few, Factor: 0.5}
		carrying := take(t, open(l), 3000)
		sum := 0.0
		for i := range carrying {
			sum += carrying[i].Size()
		}
		if mean := sum / 3000; math.Abs(mean-1.5) > 0.1 {
			t.Errorf("%s: %v items on average, want half of 3", name, mean)
		}
		for i, r := range without(carrying) {
			if r != plain[i] {
				t.Fatalf("%s: request %d is %+v, without items %+v", name, i, r, plain[i])
			}
		}
	}
}

// TestTheNextTurnCarriesTheSameItemsWheneverItComes answers callers in two orders.
func TestTheNextTurnCarriesTheSameItemsWheneverItComes(t *testing.T) {
	carried := func(answer time.Duration) map[string]float32 {
		l := lane("items")
		l.Items.Count = few
		src := Answered(must(l.Conversations(ClosedLoop{Clients: 5, Turns: must(distribution.FixedCount(4)), First: 1, Step: 1})), func(r *fleet.Request) time.Duration {
			return answer + time.Duration(r.Session%3)*answer
		})
		all, turns := map[string]float32{}, map[int64]int{}
		for _, r := range take(t, src, 400) {
			all[fmt.Sprint(r.Session, turns[r.Session])] = r.Items
			turns[r.Session]++
		}
		return all
	}
	fast, slow, both := carried(5*time.Millisecond), carried(70*time.Millisecond), 0
	for turn, items := range fast {
		if other, ok := slow[turn]; ok && other != items {
			t.Fatalf("turn %s carries %v items, or %v where answers take longer", turn, items, other)
		} else if ok {
			both++
		}
	}
	if both < 100 {
		t.Errorf("%d turns compared", both)
	}
}

// TestBranchesCarryTheItemsOfTheRequest: a branch carries the items of the request times its
// factor, unless it draws its own.
func TestBranchesCarryTheItemsOfTheRequest(t *testing.T) {
	stages := []Stage{
		{Branches: []Branch{{Model: 3, Items: Items{Factor: 0.5}}}, Continue: 1},
		{Branches: []Branch{{Model: 1}, {Model: 2, Items: Items{Count: few, Factor: 2}}}, Continue: 1, Feedback: Feedback{Chance: 0.5, From: 1}},
	}
	l := lane("items")
	l.Items.Count = few
	plain := take(t, must(l.Synthetic(must(Poisson(100)))), 500)
	src := must(l.Pipe(must(l.Synthetic(must(Poisson(100)))), 7, stages))
	differ, again := 0, 0
	for i := range plain {
		group := take(t, src, 1)
		group = append(group, take(t, src, int(group[0].Branches))...)
		own := float32(0)
		for at, r := range group {
			switch r.Model {
			case 3:
				if r.Items != plain[i].Items/2 {
					t.Fatalf("request %d of %v items has %v in the first stage", i, plain[i].Items, r.Items)
				}
			case 1:
				if r.Items != plain[i].Items {
					t.Fatalf("branch %d of a request of %v items has %v", at, plain[i].Items, r.Items)
				}
			case 2:
				if own > 0 && own != r.Items {
					again++
				}
				if own = r.Items; own != 2*plain[i].Items {
					differ++
				}
				if math.Mod(float64(own), 2) != 0 {
					t.Fatalf("%v items are not twice a draw", own)
				}
			}
		}
	}
	if differ < 100 || again < 100 {
		t.Errorf("%d draws differ from the request's items, %d from those of the visit before", differ, again)
	}
}

func TestItemsKnowTheirLeastAndWhetherTheyAreTheSame(t *testing.T) {
	for _, c := range []struct {
		items       Items
		same, least float64
		ok, one     bool
	}{
		{Items{}, 1, 1, true, true},
		{Items{Factor: 1}, 1, 1, true, true},
		{Items{Factor: 0.5}, 0.5, 0.5, true, false},
		{Items{Count: must(distribution.FixedCount(1))}, 1, 1, true, true},
		{Items{Count: must(distribution.FixedCount(4)), Factor: 0.25}, 1, 1, true, true},
		{Items{Count: must(distribution.FixedCount(4)), Factor: 2}, 8, 8, true, false},
		{Items{Count: must(distribution.NormalCount(10, 3, distribution.Bounds{Min: 4, Max: 12})), Factor: 2}, 0, 8, false, false},
	} {
		n, ok := c.items.Same()
		if n != c.same || ok != c.ok || c.items.One() != c.one || c.items.Least() != c.least {
			t.Errorf("%+v: same %v (%v), one %v, least %v", c.items, n, ok, c.items.One(), c.items.Least())
		}
	}
}
