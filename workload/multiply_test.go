package workload

import (
	"errors"
	"math"
	"testing"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"

	"pgregory.net/rapid"
)

// times returns the requests of a stream of 1000 requests with a factor. Input is the
// number of the request.
func times(t testing.TB, f float64) []fleet.Request {
	src := &list{}
	for i := range 1000 {
		src.requests = append(src.requests, fleet.Request{
			Arrival: kernel.Time(i) * 1e8, Input: int32(i), Session: int64(i%7 + 1),
			Content: &tokens.Content{Prefix: []tokens.Segment{{Content: uint64(i % 5), Tokens: 16}}, Reply: uint64(i)},
		})
	}
	return take(t, must(lane("a").Multiply(src, f)), 1_000_000)
}

// TestMultiplyGivesTheShareThatIsAskedFor also checks the order, and the delays of copies.
func TestMultiplyGivesTheShareThatIsAskedFor(t *testing.T) {
	for _, f := range []float64{0.25, 1, 1.5, 3, 4.75} {
		list, seen, last := times(t, f), make([]int, 1000), kernel.Time(0)
		for _, r := range list {
			late := r.Arrival - kernel.Time(r.Input)*1e8
			if r.Arrival < last || late < 0 || late >= kernel.Time(copyJitter) {
				t.Fatalf("factor %g: request %d comes at %v, %v late, after %v", f, r.Input, r.Arrival, late, last)
			}
			seen[r.Input]++
			last = r.Arrival
		}
		for i, n := range seen {
			if n < int(f) || n > int(math.Ceil(f)) {
				t.Fatalf("factor %g: request %d comes %d times", f, i, n)
			}
		}
		part := f - math.Floor(f)
		if band := 4 * math.Sqrt(1000*part*(1-part)); math.Abs(float64(len(list))-1000*f) > band {
			t.Errorf("factor %g: %d requests, want %g ± %g", f, len(list), 1000*f, band)
		}
	}
	mentions(t, second(lane("a").Multiply(instants(), 0)), "load: 0 lies outside")
	mentions(t, second(lane("a").Multiply(must(lane("a").Conversations(ClosedLoop{Clients: 1})), 2)), "wait for answers")
}

// TestALargerFactorOnlyAddsRequests: every request of a factor is there with each larger factor, at
// the same instant, with the same session and content.
func TestALargerFactorOnlyAddsRequests(t *testing.T) {
	type mark struct {
		at             kernel.Time
		number         int32
		session        int64
		content, reply uint64
	}
	of := func(f float64) map[mark]int {
		n := map[mark]int{}
		for _, r := range times(t, f) {
			n[mark{r.Arrival, r.Input, r.Session, r.Content.Prefix[0].Content, r.Content.Reply}]++
		}
		return n
	}
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Float64Range(0.01, 5).Draw(t, "factor")
		large := of(small * rapid.Float64Range(1, 2).Draw(t, "times"))
		for m, n := range of(small) {
			if large[m] < n {
				t.Fatalf("%+v is missing", m)
			}
		}
	})
}

// TestCopiesBelongToOtherSenders: a copy shares a session or a content only with the same copy of
// other requests.
func TestCopiesBelongToOtherSenders(t *testing.T) {
	sessions, contents := map[int64]int{}, map[uint64]int{}
	for _, r := range times(t, 3) {
		sessions[r.Session]++
		contents[r.Content.Prefix[0].Content]++
	}
	if len(sessions) != 3*7 || len(contents) != 3*5 {
		t.Errorf("%d sessions and %d contents, want 21 and 15", len(sessions), len(contents))
	}
}

// TestMultiplyHandsOnErrors of its source.
func TestMultiplyHandsOnErrors(t *testing.T) {
	wrong := errors.New("line 3: no number")
	src := must(lane("a").Multiply(&broken{*instants(5), wrong}, 2))
	for n := 0; src.Next(&fleet.Request{}); n++ {
		if n > 1 {
			t.Fatal("more than two requests")
		}
	}
	if !errors.Is(src.Err(), wrong) {
		t.Error(src.Err())
	}
}
