package capacity

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/profile"
)

const ms = time.Millisecond

// TestPlannedBatchesByHand: a batch of s items takes 10 + s ms, and 32 is the largest.
func TestPlannedBatchesByHand(t *testing.T) {
	b, err := profile.Linear(10*ms, ms, 32)
	if err != nil {
		t.Fatal(err)
	}
	double := func(requests float64) float64 { return 2 - 1/requests } // 1 for a request alone
	for _, c := range []struct {
		what     string
		sizes    RequestSizes
		allowed  time.Duration
		places   int
		requests float64
		takes    time.Duration
	}{
		{"one item", OneItem, 20 * ms, 10, 10, 20 * ms},
		{"too slow", OneItem, 10 * ms, 0, 1, 11 * ms},
		{"four items", RequestSizes{Items: 4, Places: 4, Same: true}, 21 * ms, 8, 2, 18 * ms},
		{"four items alone", RequestSizes{Items: 4, Places: 4, Same: true}, 14 * ms, 4, 1, 14 * ms},
		{"four items, too slow", RequestSizes{Items: 4, Places: 4, Same: true}, 13 * ms, 0, 1, 14 * ms},
		{"half an item", RequestSizes{Items: 0.5, Places: 1, Same: true}, 20 * ms, 20, 20, 20 * ms},
		{"items and a half", RequestSizes{Items: 1.5, Places: 2, Same: true}, 16 * ms, 8, 4, 16 * ms},
		{"two in the mean", RequestSizes{Items: 2, Places: 2}, 21 * ms, 11, 5.5, 21 * ms},
		{"the longest of two", RequestSizes{Items: 1, Places: 1, Same: true, Longest: double}, 18 * ms, 2, 2, 18 * ms},
	} {
		n := c.sizes.LargestBatch(b, c.allowed)
		if got, takes := c.sizes.Requests(n), c.sizes.Takes(b, n); n != c.places || got != c.requests || takes != c.takes {
			t.Errorf("%s: %d places hold %v requests and take %v; want %d, %v, %v", c.what, n, got, takes, c.places, c.requests, c.takes)
		}
		if rate := c.requests / c.takes.Seconds(); c.places > 0 && math.Abs(c.sizes.Rate(b, n)/rate-1) > 1e-12 {
			t.Errorf("%s: %v/s, want %v/s", c.what, c.sizes.Rate(b, n), rate)
		}
	}
}

// TestALargestBatchIsTheLargestThatMeets compares the result with every other batch. If each
// request has one item, the test also compares it with the latency model.
func TestALargestBatchIsTheLargestThatMeets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := func(what string, from, to int) int { return rapid.IntRange(from, to).Draw(t, what) }
		var points []profile.Point
		for n := 1; n <= number("largest", 2, 40); n++ {
			points = append(points, profile.Point{Size: n, Latency: time.Duration(number("latency", 1, 100)) * ms})
		}
		b, err := profile.Table(points)
		if err != nil {
			t.Fatal(err)
		}
		s := RequestSizes{Places: float64(number("places", 1, 6)), Same: rapid.Bool().Draw(t, "same")}
		if !s.Same {
			s.Places += float64(number("tenths", 0, 9)) / 10
		}
		s.Items = s.Places * float64(number("filled", 1, 4)) / 4
		allowed := time.Duration(number("allowed", 0, 110)) * ms
		n := s.LargestBatch(b, allowed)
		if n > 0 && s.Takes(b, n) > allowed {
			t.Fatalf("%+v: a batch of %d takes %v of %v", s, n, s.Takes(b, n), allowed)
		}
		for more := n + 1; more <= b.Max(); more++ {
			if s.Takes(b, more) <= allowed && s.Requests(more) > max(1, s.Requests(n)) {
				t.Fatalf("%+v: a batch of %d meets %v, and only %d is planned", s, more, allowed, n)
			}
		}
		if want := b.Largest(b.Max(), func(l time.Duration) bool { return l <= allowed }); s.Same && s.Items == 1 && s.Places == 1 && n != want {
			t.Fatalf("a batch of %d is planned, want %d", n, want)
		}
	})
}

// TestABatchInTurnKeepsItsCycle: with the rule FullBatch, a cycle and the batch together take the
// objective. A replica with all the time of its GPU may take half the objective.
func TestABatchInTurnKeepsItsCycle(t *testing.T) {
	const objective = 240 * time.Millisecond
	for _, share := range []float64{0.25, 0.5, 1} {
		batch := FullBatch.AllowedInTurn(objective, share)
		if cycle := time.Duration(float64(batch) / share); cycle+batch != objective {
			t.Errorf("share %v: a batch of %v in a cycle of %v, together not %v", share, batch, cycle, objective)
		}
		if NoWait.AllowedInTurn(objective, share) != objective {
			t.Errorf("share %v: without a wait a batch may take the whole objective", share)
		}
	}
	if FullBatch.AllowedInTurn(objective, 1) != FullBatch.Allowed(objective) {
		t.Error("a whole share differs from a GPU alone")
	}
}
