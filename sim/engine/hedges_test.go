package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
)

// hedging returns a run with two servers, of which the second is four times slower, and a client
// that hedges. A service takes a second at the first server.
func hedging(t testing.TB, client fleet.Client, seconds ...float64) sim.Setup {
	s := alone(t, 2, func(m *fleet.MachineType) {
		m.Slowdowns = []fleet.Slowdown{{Until: kernel.Time(time.Hour), Factor: 4, Share: 0.5}}
	})
	client.Name = "client"
	s.Spec.Clients = []fleet.Client{client}
	s.Arrivals, s.Duration = fromClient{at(seconds...)}, 60*time.Second
	return s
}

// TestAHedgeOvertakesASlowServer: the first of two requests goes to the first server and is
// answered after a second. The second goes to the slow server. After 1.5 s a further attempt goes
// to the first server, and answers the request 2.5 s after it came. The attempt at the slow server
// is ended at once if the servers learn of it; otherwise it goes on for nobody.
func TestAHedgeOvertakesASlowServer(t *testing.T) {
	for _, cancels := range []bool{true, false} {
		client := fleet.Client{Attempts: 2, HedgeAfter: 1500 * time.Millisecond, Cancels: cancels}
		want := []string{
			"1 call-ended model 0 replica 0 machine 0 count 1 span 1",
			"2.5 call-ended model 0 replica 0 machine 0 count 2 span 2.5",
		}
		if cancels {
			want = append(want, "2.5 request-cancelled model 0 replica 1 machine 1 count 0 span 0")
		} else {
			want = append(want, "4 request-finished model 0 replica 1 machine 1 count 0 span 4")
		}
		got := trace(t, hedging(t, client, 0, 0), sim.CallEnded, sim.RequestCancelled, sim.RequestFinished)
		got = slices.DeleteFunc(got, func(line string) bool { return strings.Contains(line, "request-finished model 0 replica 0") })
		equal(t, got, want...)
	}
}

// TestAFailureBeginsTheNextHedge: an attempt that is rejected is followed by the next at once. The
// call is rejected only after all attempts.
func TestAFailureBeginsTheNextHedge(t *testing.T) {
	s := calling(t, fleet.Client{Attempts: 3, HedgeAfter: 5 * time.Second}, 1, 1)
	s.Spec.Models[0].QueueLimit = 0
	equal(t, trace(t, s, sim.RequestRejected, sim.CallEnded),
		"1 request-rejected model 0 replica -1 machine -1 count 0 span 0",
		"1 request-rejected model 0 replica -1 machine -1 count 0 span 0",
		"1 request-rejected model 0 replica -1 machine -1 count 0 span 0",
		"1 call-ended model 0 replica -1 machine -1 count 3 span 0",
		"2 call-ended model 0 replica 0 machine 0 count 1 span 1",
	)
}

// TestHedgesKeepToTheirBudget: of a hundred requests that all wait longer than the delay, a budget
// of 20 % lets every fifth be hedged.
func TestHedgesKeepToTheirBudget(t *testing.T) {
	var seconds []float64
	for i := range 100 {
		seconds = append(seconds, float64(i)/50)
	}
	s := calling(t, fleet.Client{Attempts: 2, HedgeAfter: 100 * time.Millisecond, Budget: &fleet.RetryBudget{Share: 0.2, TTL: time.Minute}}, seconds...)
	check := simtest.NewInvariantChecker(s.Spec)
	s.Observers, s.Drain = append(s.Observers, check), 10*time.Minute
	run(t, s)
	if n := check.Calls.Hedges; n < 19 || n > 20 {
		t.Errorf("%d hedges of 100 requests", n)
	}
}

// TestHedgesThatNeverBeginChangeNothing: with a delay longer than any answer, a run has the facts
// of a run whose client makes one attempt.
func TestHedgesThatNeverBeginChangeNothing(t *testing.T) {
	of := func(client fleet.Client) []string {
		s := randomSetup(7, time.Millisecond, simtest.Mixed())
		s.Spec.Clients, s.Arrivals = []fleet.Client{client}, fromClient{s.Arrivals}
		return recorded(t, s, time.Second)
	}
	if d := cmp.Diff(of(fleet.Client{Attempts: 1}), of(fleet.Client{Attempts: 2, HedgeAfter: time.Hour, Budget: &fleet.RetryBudget{TTL: time.Second}})); d != "" {
		t.Error(d)
	}
}

// BenchmarkHedges reports the time of a request of a client that hedges, with a delay that is
// seldom over before the answer.
//
//	go test -bench Hedges ./sim/engine
func BenchmarkHedges(b *testing.B) {
	const n = 200_000
	for range b.N {
		s := batchPath(b, n)
		s.Spec.Clients = []fleet.Client{{Name: "client", Attempts: 2, HedgeAfter: time.Second, Cancels: true}}
		s.Arrivals, s.Router = fromClient{s.Arrivals}, routing.NewLeastOutstanding()
		run(b, s)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/request")
}
