package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// fromClient is a stream whose requests all have the first client.
type fromClient struct{ sim.Arrivals }

func (a fromClient) Next(r *fleet.Request) bool {
	ok := a.Arrivals.Next(r)
	r.Client = 1
	return ok
}

// calling returns a run with one server that takes a second for each request, and a client.
func calling(t testing.TB, client fleet.Client, seconds ...float64) sim.Setup {
	s := alone(t, 1, func(*fleet.MachineType) {})
	client.Name = "client"
	s.Spec.Clients = []fleet.Client{client}
	s.Arrivals, s.Duration = fromClient{at(seconds...)}, 20*time.Second
	return s
}

// ofCalls are the kinds of facts that tell the fate of attempts.
var ofCalls = []sim.FactKind{sim.CallBegan, sim.CallEnded, sim.RequestArrived, sim.RequestStarted, sim.RequestFinished, sim.RequestTimedOut, sim.RequestCancelled}

// TestAClientThatGoesIsServedForNobody: two requests come at once, and each client waits for 1.5 s.
// The server does not learn that a client goes. So the second request starts after the first, and
// the pause of its retry ends while nobody waits for its first attempt any more. The second attempt
// of the second request waits behind the first.
func TestAClientThatGoesIsServedForNobody(t *testing.T) {
	client := fleet.Client{Timeout: 1500 * time.Millisecond, Attempts: 2, Backoff: fleet.Backoff{Base: 200 * time.Millisecond, Max: time.Second, Factor: 2}}
	equal(t, trace(t, calling(t, client, 1, 1), ofCalls...),
		"1 call-began model 0 replica -1 machine -1 count 0 span 0",
		"1 request-arrived model 0 replica -1 machine -1 count 0 span 0",
		"1 call-began model 0 replica -1 machine -1 count 0 span 0",
		"1 request-arrived model 0 replica -1 machine -1 count 0 span 0",
		"1 request-started model 0 replica 0 machine 0 count 0 span 0",
		"2 request-finished model 0 replica 0 machine 0 count 0 span 1",
		"2 call-ended model 0 replica 0 machine 0 count 1 span 1",
		"2 request-started model 0 replica 0 machine 0 count 0 span 0",
		"2.7 request-arrived model 0 replica -1 machine -1 count 0 span 0",
		"3 request-finished model 0 replica 0 machine 0 count 0 span 2",
		"3 request-started model 0 replica 0 machine 0 count 0 span 0",
		"4 request-finished model 0 replica 0 machine 0 count 0 span 1.3",
		"4 call-ended model 0 replica 0 machine 0 count 2 span 3",
	)
}

// TestACancelledServiceFreesItsServer: the same requests, but the server learns that a client goes,
// and the clients try only once.
func TestACancelledServiceFreesItsServer(t *testing.T) {
	client := fleet.Client{Timeout: 800 * time.Millisecond, Cancels: true, Attempts: 1}
	equal(t, trace(t, calling(t, client, 1, 1.5, 1.6), ofCalls...),
		"1 call-began model 0 replica -1 machine -1 count 0 span 0",
		"1 request-arrived model 0 replica -1 machine -1 count 0 span 0",
		"1 request-started model 0 replica 0 machine 0 count 0 span 0",
		"1.5 call-began model 0 replica -1 machine -1 count 0 span 0",
		"1.5 request-arrived model 0 replica -1 machine -1 count 0 span 0",
		"1.6 call-began model 0 replica -1 machine -1 count 0 span 0",
		"1.6 request-arrived model 0 replica -1 machine -1 count 0 span 0",
		"1.8 call-ended model 0 replica 0 machine 0 count 1 span 0",
		"1.8 request-cancelled model 0 replica 0 machine 0 count 0 span 0",
		"1.8 request-started model 0 replica 0 machine 0 count 0 span 0",
		"2.3 call-ended model 0 replica 0 machine 0 count 1 span 0",
		"2.3 request-cancelled model 0 replica 0 machine 0 count 0 span 0",
		"2.3 request-started model 0 replica 0 machine 0 count 0 span 0",
		"2.4 call-ended model 0 replica 0 machine 0 count 1 span 0",
		"2.4 request-cancelled model 0 replica 0 machine 0 count 0 span 0",
	)
}

// TestAnAnswerAtTheTimeoutCounts: the answer comes at the instant at which the client would go.
func TestAnAnswerAtTheTimeoutCounts(t *testing.T) {
	for _, cancels := range []bool{false, true} {
		s := calling(t, fleet.Client{Timeout: time.Second, Cancels: cancels, Attempts: 1}, 1)
		equal(t, trace(t, s, sim.CallEnded), "2 call-ended model 0 replica 0 machine 0 count 1 span 1")
	}
}

// TestClientsThatNeverGoChangeNothing: with a timeout that never ends, servers see the same
// requests at the same instants as without clients.
func TestClientsThatNeverGoChangeNothing(t *testing.T) {
	of := func(clients []fleet.Client) []string {
		s := randomSetup(7, time.Millisecond, simtest.Mixed())
		s.Spec.Clients = clients
		if clients != nil {
			s.Arrivals = fromClient{s.Arrivals}
		}
		r := &recorder{step: time.Second, keep: func(f *sim.Fact) bool { return f.Kind != sim.CallBegan && f.Kind != sim.CallEnded }}
		s.Observers = []sim.Observer{r}
		run(t, s)
		return r.lines
	}
	plain := of(nil)
	for _, cancels := range []bool{false, true} {
		if d := cmp.Diff(plain, of([]fleet.Client{{Timeout: time.Hour, Cancels: cancels, Attempts: 1}})); d != "" {
			t.Errorf("cancels %v: %s", cancels, d)
		}
	}
}

// TestPausesHaveFullJitter: three attempts that no replica answers. The pauses before the second
// and the third are uniform between 0 and 100 or 200 ms.
func TestPausesHaveFullJitter(t *testing.T) {
	const requests = 4000
	s := calling(t, fleet.Client{
		Timeout: 10 * time.Millisecond, Cancels: true, Attempts: 3, Backoff: fleet.Backoff{Base: 100 * time.Millisecond, Max: 180 * time.Millisecond, Factor: 2, Jitter: true},
	})
	stream := simtest.Poisson(1, 0, 1000, false)
	stream.Count = requests
	s.Arrivals = fromClient{stream}
	began, sums := map[int32]kernel.Time{}, [3]float64{}
	s.Observers = []sim.Observer{watcher(func(f *sim.Fact) {
		switch f.Kind {
		case sim.RequestArrived:
			if n := f.Request.Attempt; n > 1 {
				sums[n-1] += f.At.Sub(began[f.Parent]).Seconds() - 0.01
			}
			began[f.Parent] = f.At
		}
	})}
	run(t, s)
	for n, most := range map[int]float64{1: 0.1, 2: 0.18} {
		// the standard deviation of the mean of n uniform pauses is most/√(12n); five of them
		if mean := sums[n] / requests; mean < most/2-5*most/sqrt12n || mean > most/2+5*most/sqrt12n {
			t.Errorf("the mean pause before retry %d is %v s, want %v", n, mean, most/2)
		}
	}
}

const sqrt12n = 219 // √(12·4000)

// TestARequestThatNoReplicaCanServeIsNotTriedAgain: it has more items than any batch.
func TestARequestThatNoReplicaCanServeIsNotTriedAgain(t *testing.T) {
	s := calling(t, fleet.Client{Attempts: 4, Backoff: fleet.Backoff{Factor: 1}})
	latency, err := profile.Linear(time.Second, time.Second, 4)
	if err != nil {
		t.Fatal(err)
	}
	s.Spec.Deployments[0].Latency, s.Spec.Deployments[0].MaxBatch, s.Spec.Models[0].Varied = latency, 4, true
	s.Arrivals = fromClient{&given{requests: []fleet.Request{{Arrival: 1, Work: 1, Items: 9}}, step: time.Second}}
	equal(t, trace(t, s, sim.CallEnded), "1 call-ended model 0 replica -1 machine -1 count 1 span 0")
}

// TestRejectedRequestsAreTriedAgain: a queue with a limit rejects what it cannot take, and the
// clients try again.
func TestRejectedRequestsAreTriedAgain(t *testing.T) {
	s := calling(t, fleet.Client{Attempts: 3, Backoff: fleet.Backoff{Base: 600 * time.Millisecond, Max: time.Second, Factor: 1}}, 1, 1)
	s.Spec.Models[0].QueueLimit = 0
	equal(t, trace(t, s, sim.RequestRejected, sim.CallEnded),
		"1 request-rejected model 0 replica -1 machine -1 count 0 span 0",
		"1.6 request-rejected model 0 replica -1 machine -1 count 0 span 0",
		"2 call-ended model 0 replica 0 machine 0 count 1 span 1",
		"3.2 call-ended model 0 replica 0 machine 0 count 3 span 2.2",
	)
}

// storm returns the retry storm: 4 servers take 25 ms for a request, 50 requests come per second,
// clients wait 200 ms and make 4 attempts. At 10 s the servers are four times slower for a time.
func storm(t testing.TB, replication int, slow time.Duration, budget *fleet.RetryBudget) sim.Setup {
	s := alone(t, 4, func(m *fleet.MachineType) {
		m.Slowdowns = []fleet.Slowdown{{From: kernel.Time(10 * time.Second), Until: kernel.Time(10*time.Second + slow), Factor: 4, Share: 1}}
	})
	s.Spec.Clients = []fleet.Client{{Name: "client", Timeout: 200 * time.Millisecond, Attempts: 4, Backoff: fleet.Backoff{Factor: 1}, Budget: budget}}
	stream := simtest.Poisson(uint64(replication), replication, 50, false)
	stream.Count, stream.Work = 3000, func() float64 { return 0.025 }
	s.Arrivals = fromClient{stream}
	s.Duration, s.Replication = time.Minute, replication
	return s
}

// late returns the share of the requests between 50 and 58 s whose clients got no answer.
func late(t testing.TB, s sim.Setup) float64 {
	came, missed := 0.0, 0.0
	s.Observers = []sim.Observer{watcher(func(f *sim.Fact) {
		if f.Kind == sim.CallEnded && f.Request.Arrival > kernel.Time(50*time.Second) && f.Request.Arrival < kernel.Time(58*time.Second) {
			came++
			if f.Outcome != sim.RequestFinished {
				missed++
			}
		}
	})}
	run(t, s)
	return missed / came
}

// TestARetryStormOutlastsItsCause: after 650 ms of slow service, chance decides whether the retries
// keep the servers overloaded; if so, then still 40 s later. After two seconds they always do. With
// a budget of 20 % the servers always recover.
func TestARetryStormOutlastsItsCause(t *testing.T) {
	budget := &fleet.RetryBudget{Share: 0.2, MinRate: 10, TTL: 10 * time.Second}
	tipped := 0
	for replication := range 12 {
		for _, slow := range []time.Duration{650 * time.Millisecond, 2 * time.Second} {
			share := late(t, storm(t, replication, slow, nil))
			if share > 0.9 && slow < time.Second {
				tipped++
			}
			if slow > time.Second && share < 0.9 || share > 0.01 && share < 0.9 {
				t.Errorf("replication %d, %v: %v of the requests have no answer 40 s later", replication, slow, share)
			}
			if share := late(t, storm(t, replication, slow, budget)); share > 0.01 {
				t.Errorf("replication %d, %v, with a budget: %v of the requests have no answer 40 s later", replication, slow, share)
			}
		}
	}
	if tipped == 0 {
		t.Error("650 ms of slow service never begin a storm")
	}
}

// BenchmarkCalls reports requests per second of one core, with a client whose timeout seldom ends.
func BenchmarkCalls(b *testing.B) {
	const n = 1_000_000
	for range b.N {
		s := batchPath(b, n)
		s.Spec.Clients = []fleet.Client{{Name: "client", Timeout: time.Second, Attempts: 3, Backoff: fleet.Backoff{Base: time.Millisecond, Max: time.Second, Factor: 2, Jitter: true}}}
		s.Arrivals = fromClient{s.Arrivals}
		if err := engine.Run(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "requests/s")
}

// TestSlowMachinesStretchWhatStartsWhileTheyAre: of two machines, the second is slow from 2 s to 3
// s. What starts before 2 s, or at 3 s, takes its second.
func TestSlowMachinesStretchWhatStartsWhileTheyAre(t *testing.T) {
	s := alone(t, 2, func(m *fleet.MachineType) {
		m.Slowdowns = []fleet.Slowdown{{From: kernel.Time(2 * time.Second), Until: kernel.Time(3 * time.Second), Factor: 1.5, Share: 0.5}}
	})
	s.Arrivals, s.Duration = at(1.5, 1.5, 2.5, 2.5, 4, 4), 20*time.Second
	var got []string
	s.Observers = []sim.Observer{watcher(func(f *sim.Fact) {
		if f.Kind == sim.RequestFinished {
			got = append(got, fmt.Sprint(f.At, f.Machine))
		}
	})}
	run(t, s)
	equal(t, got, "2.5s 0", "2.5s 1", "3.5s 0", "4s 1", "5s 0", "5s 1")
}
