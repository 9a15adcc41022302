package engine_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/sim/tokens"
)

// endings is an observer that records how each request of a run ended.
type endings struct{ ends map[int64]ended }

// ended is the end of a request: how, the latency, the time to the first token, and the part of
// the latency on the network.
type ended struct {
	kind                 sim.FactKind
	latency, first, away time.Duration
}

func (a *endings) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed:
		one := ended{kind: f.Kind, latency: f.Span, away: f.Network}
		if f.Timings != nil {
			one.first = f.Timings.FirstToken
		}
		a.ends[f.Request.Ordinal] = one
	}
}

// TestNetworkOnlyAddsItsTime: in random worlds in which nobody waits for answers, a round trip
// between zones makes answers arrive later by exactly its length, and changes nothing else.
func TestNetworkOnlyAddsItsTime(t *testing.T) {
	const far = 40 * step
	finished, lost := 0, false
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.spec.Clients = nil
		for i := range w.requests {
			w.requests[i].Client = 0
		}
		play := func(span time.Duration) map[int64]ended {
			s, a, l := w.setup(t, step), &endings{map[int64]ended{}}, &lives{}
			client := between(s.Spec, span)
			s.Arrivals, s.Drain = &comingFrom{s.Arrivals, client}, -1
			check := simtest.NewInvariantChecker(s.Spec)
			s.Observers = append(s.Observers, a, l, check)
			run(t, s)
			if err := check.Err(); err != nil {
				t.Fatal(err)
			}
			lost = lost || slices.ContainsFunc(l.facts, func(f sim.Fact) bool { return f.Kind == sim.ReplicaLost })
			return a.ends
		}
		near, distant := play(0), play(far)
		if len(near) != len(distant) {
			t.Fatalf("%d requests end without the network, %d with it", len(near), len(distant))
		}
		for id, a := range near {
			if a.kind == sim.RequestFinished {
				finished++
				a.latency, a.away = a.latency+far, far
			}
			if b := distant[id]; a != b {
				t.Fatalf("request %d ends as %v, want %v", id, b, a)
			}
		}
	})
	if finished == 0 || !lost {
		t.Errorf("%d requests finished; replicas were lost: %v", finished, lost)
	}
}

// between adds a zone of clients to a spec, with a round trip of the given length to all machines.
func between(c *fleet.Spec, span time.Duration) (client fleet.ZoneID) {
	c.Zones = append(slices.Clone(c.Zones), fleet.Zone{Name: "clients"})
	client = fleet.ZoneID(len(c.Zones))
	for z := range c.Zones {
		c.RoundTrips = append(c.RoundTrips, make([]time.Duration, len(c.Zones)))
		c.RoundTrips[z][client-1] = span
	}
	c.RoundTrips[client-1] = slices.Repeat([]time.Duration{span}, len(c.Zones))
	for i := range c.Types {
		if len(c.Types[i].Zones) == 0 {
			c.Types[i].Zones = []fleet.ZoneID{client}
		}
	}
	return client
}

// comingFrom is a stream whose requests come from a zone.
type comingFrom struct {
	sim.Arrivals
	from fleet.ZoneID
}

func (c *comingFrom) Next(r *fleet.Request) bool {
	ok := c.Arrivals.Next(r)
	r.Zone = c.from
	return ok
}

// TestAnswersOnTheirWay follows one request after another from zone a to a replica in zone b, which
// takes 10 ms, with a round trip of 30 ms. A client that gives up after 35 ms gets no answer,
// although the replica has served it after 10 ms. An LLM's first token arrives a round trip later,
// too. The answer of a replica whose machine fails while the answer is on its way arrives.
func TestAnswersOnTheirWay(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name    string
		client  []fleet.Client
		outages []fleet.Outage
		tokens  bool
		want    []ended
	}{
		{"alone", nil, nil, false, []ended{{sim.RequestFinished, 40 * ms, 0, 30 * ms}}},
		{"given up", []fleet.Client{{Name: "c", Timeout: 35 * ms, Attempts: 1}}, nil, false, []ended{{sim.RequestTimedOut, 0, 0, 0}}},
		{"cancelled", []fleet.Client{{Name: "c", Timeout: 35 * ms, Attempts: 1, Cancels: true}}, nil, false, []ended{{sim.RequestTimedOut, 0, 0, 0}}},
		{"its machine fails", nil, []fleet.Outage{{Down: kernel.Time(20 * ms), Up: kernel.Time(time.Hour)}}, false, []ended{{sim.RequestFinished, 40 * ms, 0, 30 * ms}}},
		{"tokens", nil, nil, true, []ended{{sim.RequestFinished, 60 * ms, 40 * ms, 30 * ms}}},
	} {
		s := onTheWay(t, c.tokens)
		s.Spec.Clients, s.Spec.Zones[1].Outages = c.client, c.outages
		list := []fleet.Request{{Zone: 1, Work: 1, Input: 1, Output: 3, Client: fleet.ClientID(len(c.client))}}
		s.Arrivals = &given{requests: list, step: 1}
		var got []ended
		check := simtest.NewInvariantChecker(s.Spec)
		s.Observers = []sim.Observer{check, watcher(func(f *sim.Fact) {
			kind := f.Kind
			if kind == sim.CallEnded {
				kind = f.Outcome
			} else if f.Request != nil && f.Request.Client != 0 {
				return
			}
			if kind == sim.RequestFinished || kind == sim.RequestTimedOut {
				one := ended{kind: kind, latency: f.Span, away: f.Network}
				if f.Timings != nil {
					one.first = f.Timings.FirstToken
				}
				got = append(got, one)
			}
		})}
		run(t, s)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if err := check.Err(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// onTheWay returns a run with one replica in zone b, 30 ms from zone a. It is a batch replica that
// takes 10 ms, or an LLM whose steps take 10 ms.
func onTheWay(t *testing.T, speaks bool) sim.Setup {
	const ms = time.Millisecond
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: 10 * ms}})
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	if speaks {
		c.Deployments[0].Tokens = &tokens.Config{
			StepTime: profile.StepTime{Memory: profile.Form{Constant: int64(10*ms) * profile.Grains}}, MaxSequences: 8, MaxTokens: 400, Chunked: true, Block: 16, Blocks: 60, Context: 400,
		}
	}
	c.Zones = []fleet.Zone{{Name: "a"}, {Name: "b"}}
	c.RoundTrips = [][]time.Duration{{0, 30 * ms}, {30 * ms, 0}}
	c.Types[0].Zones = []fleet.ZoneID{2}
	return sim.Setup{Spec: c, Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}}, Duration: time.Second, Drain: -1}
}
