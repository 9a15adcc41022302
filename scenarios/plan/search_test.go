package plan

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// world is a formula instead of simulations: a fleet keeps all if its machines are worth enough.
type world struct {
	worth     [][]float64 // per variant and type
	enough    float64
	unsettled float64 // fleets worth up to so much more are not settled
}

func (w *world) worthOf(c *Candidate) (sum float64) {
	for t, n := range c.Machines {
		sum += w.worth[c.Variant][t] * float64(n)
	}
	return sum
}

func (w *world) judge(_ context.Context, c *Candidate) error {
	c.Runs++
	switch v := w.worthOf(c); {
	case v >= w.enough+w.unsettled:
		c.Finding = Kept
	case v >= w.enough:
		c.Finding = NotSettled
	default:
		c.Finding = Missed
	}
	return nil
}

// drawWorld draws a world and its candidates. The level of a candidate is only roughly its worth.
func drawWorld(t *rapid.T) (*world, []Candidate) {
	w := &world{enough: rapid.Float64Range(0, 40).Draw(t, "enough"), unsettled: rapid.SampledFrom([]float64{0, 0.5, 3}).Draw(t, "unsettled")}
	var list []Candidate
	for v := range rapid.IntRange(1, 3).Draw(t, "variants") {
		types := rapid.IntRange(1, 3).Draw(t, "types")
		var worth, price, rough []float64
		var most []int
		for range types {
			worth = append(worth, rapid.Float64Range(0, 10).Draw(t, "worth"))
			price = append(price, float64(rapid.IntRange(0, 5).Draw(t, "price")))
			rough = append(rough, rapid.Float64Range(0.7, 1.4).Draw(t, "rough"))
			most = append(most, rapid.IntRange(1, 6).Draw(t, "max"))
		}
		w.worth = append(w.worth, worth)
		machines := make([]int, types)
		for {
			at := 0
			for at < types && machines[at] == most[at] {
				machines[at] = 0
				at++
			}
			if at == types {
				break
			}
			machines[at]++
			c := Candidate{Variant: v, Machines: slices.Clone(machines)}
			for i, n := range machines {
				c.Price += price[i] * float64(n)
				c.Level += worth[i] * rough[i] * float64(n)
			}
			list = append(list, c)
		}
	}
	return w, list
}

// TestTheSearchFindsWhatEnumerationFinds: the answer costs as little as the best of all candidates,
// every candidate has a finding that is true, and the counts add up.
func TestTheSearchFindsWhatEnumerationFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, list := drawWorld(t)
		cheapest := math.Inf(1)
		for i := range list {
			c := list[i]
			if w.judge(t.Context(), &c); c.Finding == Kept {
				cheapest = min(cheapest, c.Price)
			}
		}
		s := &Search{Judge: w.judge}
		if rapid.Bool().Draw(t, "bound") {
			s.Bound = func(c *Candidate) (bool, string) { return w.worthOf(c) < w.enough/2, "too little" }
		}
		best, err := s.Find(t.Context(), list, rapid.Float64Range(0, 50).Draw(t, "start"))
		if err != nil {
			t.Fatal(err)
		}
		found := math.Inf(1)
		if best >= 0 {
			found = list[best].Price
		}
		if found != cheapest {
			t.Fatalf("found %v, the best is %v", found, cheapest)
		}
		sum := 0
		for _, f := range Findings {
			sum += Count(list)[f]
		}
		if sum != len(list) {
			t.Fatalf("%v are %d of %d candidates", Count(list), sum, len(list))
		}
		for i := range list {
			c := list[i]
			w.judge(t.Context(), &c)
			switch was := list[i].Finding; {
			case was == Missed && c.Finding != Missed, was == Kept && c.Finding != Kept, was == NotSettled && c.Finding != NotSettled:
				t.Fatalf("%+v is said to be %v", c, was)
			case was == Dominated && c.Price < found:
				t.Fatalf("%+v is said to be dominated by %v", c, found)
			case was == Dominated && c.Price == found && list[i].Why != SamePrice:
				t.Fatalf("%+v costs the same as the answer, and is said to be dominated because it %s", c, list[i].Why)
			}
		}
	})
}

// TestTheSearchTriesFewCandidates: with one type of machine and a true level, the search is a
// bisection.
func TestTheSearchTriesFewCandidates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 1000).Draw(t, "max")
		w := &world{worth: [][]float64{{1}}, enough: float64(rapid.IntRange(1, 1100).Draw(t, "enough"))}
		var list []Candidate
		for n := 1; n <= most; n++ {
			list = append(list, Candidate{Machines: []int{n}, Price: float64(n), Level: float64(n) / 10})
		}
		if _, err := (&Search{Judge: w.judge}).Find(t.Context(), list, rapid.Float64Range(0, 100).Draw(t, "start")); err != nil {
			t.Fatal(err)
		}
		tried := 0
		for _, c := range list {
			tried += c.Runs
		}
		if limit := 2*math.Log2(float64(most)) + 4; float64(tried) > limit {
			t.Fatalf("%d candidates of %d were tried, more than %v", tried, most, limit)
		}
	})
}

// TestAnErrorEndsTheSearch: candidates that were not looked at stay open.
func TestAnErrorEndsTheSearch(t *testing.T) {
	list := []Candidate{{Machines: []int{1}, Level: 1, Price: 1}, {Machines: []int{2}, Level: 2, Price: 2}}
	wrong := errors.New("the disk is full")
	_, err := (&Search{Judge: func(context.Context, *Candidate) error { return wrong }}).Find(t.Context(), list, 1)
	if !errors.Is(err, wrong) || Count(list)[Open] != 2 {
		t.Errorf("%v, %v", err, Count(list))
	}
}
