package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"wavetank/policies/batching"
	"wavetank/policies/ordering"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// carriers is a stream of requests at given seconds that carry items and have patience.
type carriers struct {
	*simtest.GapStream
	items    []float32
	patience []time.Duration
}

func (c *carriers) Next(r *fleet.Request) bool {
	if !c.GapStream.Next(r) {
		return false
	}
	if len(c.items) > 0 {
		r.Items, c.items = c.items[0], c.items[1:]
	}
	if len(c.patience) > 0 {
		r.Patience, c.patience = c.patience[0], c.patience[1:]
	}
	return true
}

// seconds returns a latency model in which every batch takes a second.
func seconds(largest int) profile.Batch {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}, {Size: largest, Latency: time.Second}})
	if err != nil {
		panic(err) // the tests give sizes of 1 and more
	}
	return latency
}

// course returns the facts of a run with the given kinds, each as "request kind at second".
func course(t anyT, s sim.Setup, kinds ...sim.FactKind) (list []string) {
	t.Helper()
	s.Observers = append(s.Observers, observer(func(f *sim.Fact) {
		if f.Request != nil && slices.Contains(kinds, f.Kind) {
			list = append(list, fmt.Sprintf("%d %v at %v", f.Request.Ordinal, f.Kind, time.Duration(f.At).Seconds()))
		}
	}))
	run(t, s)
	return list
}

// TestWhoIsKeptBackTakesThePlaceOfOneThatLeaves: when a request leaves the line at a replica
// unserved, the requests in a central queue are offered again at the same instant.
func TestWhoIsKeptBackTakesThePlaceOfOneThatLeaves(t *testing.T) {
	nexus, err := batching.NewNexus(0)
	if err != nil {
		t.Fatal(err)
	}
	company, err := batching.NewTimeout(4, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		batcher  sim.Batcher
		largest  int
		arrivals *carriers
		want     []string
	}{
		{"dropped", nexus, 1, &carriers{GapStream: at(0, 0.1, 0.9)},
			[]string{"0 request-started at 0", "1 request-dropped at 1", "2 request-started at 1"}},
		{"out of patience", company, 4, &carriers{at(0, 0.5), []float32{3, 2}, []time.Duration{time.Second, time.Hour}},
			[]string{"0 request-timed-out at 1", "1 request-started at 2.5"}},
	} {
		spec := simtest.OneModel(seconds(c.largest), 1, 1)
		spec.Models[0].Target, spec.Models[0].Varied = 1500*time.Millisecond, c.arrivals.items != nil
		got := course(t, sim.Setup{
			Spec: spec, Arrivals: c.arrivals, Duration: time.Minute, Drain: -1,
			Levers: sim.Levers{Router: routing.NewCentralQueue(), Batcher: c.batcher, Allocator: simtest.Fixed{Replicas: 1}},
		}, sim.RequestStarted, sim.RequestDropped, sim.RequestTimedOut)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestACentralQueueGivesWhatCanStart: a service takes a second, a batch has four places. A request
// that does not fit waits in the queue, and no request overtakes it.
func TestACentralQueueGivesWhatCanStart(t *testing.T) {
	for _, c := range []struct {
		name            string
		order           sim.Order
		slots, replicas int
		items           []float32
		want            []int // the second in which each starts
	}{
		{"three items fit beside none", nil, 1, 2, []float32{3, 3, 3, 1}, []int{0, 0, 1, 1}},
		{"a larger request has a slot for itself", nil, 3, 1, []float32{6, 6, 6, 6}, []int{0, 0, 0, 1}},
		{"each slot takes one batch", nil, 2, 1, []float32{3, 3, 1, 2}, []int{0, 0, 0, 1}},
		{"one by one, each slot takes one", ordering.PreemptivePriority(), 2, 1, []float32{0.5, 0.5, 0.5}, []int{0, 0, 1}},
	} {
		spec := simtest.OneModel(seconds(8), c.slots, c.replicas)
		spec.Models[0].Varied, spec.Deployments[0].MaxBatch = true, 4
		spec.Classes = []fleet.Class{{Name: "all"}}
		got := make([]int, len(c.items))
		run(t, sim.Setup{
			Spec: spec, Arrivals: &carriers{GapStream: at(make([]float64, len(c.items))...), items: c.items}, Duration: time.Minute, Drain: -1,
			Levers: sim.Levers{Router: routing.NewCentralQueue(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: c.replicas}, Order: c.order},
			Observers: []sim.Observer{observer(func(f *sim.Fact) {
				if f.Kind == sim.RequestStarted {
					got[f.Request.Ordinal] = int(f.At / kernel.Time(time.Second))
				}
			})},
		})
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: starts at %v, want %v", c.name, got, c.want)
		}
	}
}

// sentTo is a router with a fixed replica for each request, by its number.
type sentTo []fleet.ReplicaID

func (s sentTo) Route(_ *sim.View, r *fleet.Request) fleet.ReplicaID { return s[r.Ordinal] }
func (sentTo) String() string                                        { return "sent-to" }

// drainer is an allocator that starts two replicas of a deployment, and drains the first at its
// next decision.
type drainer struct{ of fleet.DeploymentID }

func (d drainer) Allocate(v *sim.View) (p sim.Plan, _ error) {
	switch {
	case v.Live() == 0:
		p.Boot = []fleet.TypeID{0, 0}
		p.Load = []sim.Placement{{Deployment: d.of, Machine: sim.Booted(0)}, {Deployment: d.of, Machine: sim.Booted(1)}}
	case v.Replica(0).State == fleet.Ready:
		p.Drain = []fleet.ReplicaID{0}
	}
	return p, nil
}

func (drainer) String() string { return "drainer" }

// TestWhoStartsWhereAReplicaDrainsDoesNotWait: replica 0 drains, and takes request 1 into service
// at the instant at which request 3 comes. The queue limit is one request. Request 3 finds the
// queue empty, so it is not rejected. This must hold with and without LLMs in the run.
func TestWhoStartsWhereAReplicaDrainsDoesNotWait(t *testing.T) {
	for _, tokens := range []bool{false, true} {
		spec := parted(false, steady(), 0)
		batched := spec.Deployments[0]
		batched.Name, batched.Model, batched.Variant = "batched", 1, 1
		batched.Tokens = nil
		if !tokens {
			spec.Deployments[0].Tokens = nil
		}
		spec.Models, spec.Deployments = append(spec.Models, spec.Models[0]), append(spec.Deployments, batched)
		spec.Variants = append(spec.Variants, fleet.Variant{Name: "other", Model: 1, Accuracy: 80})
		spec.Models[1].QueueLimit = 1
		var requests []fleet.Request
		for _, ms := range []int{0, 100, 500, 1000} {
			requests = append(requests, fleet.Request{Model: 1, Arrival: kernel.Time(ms) * kernel.Time(time.Millisecond), Work: 1})
		}
		got := course(t, sim.Setup{
			Spec: spec, Arrivals: &given{requests: requests, step: 1}, Duration: 2 * time.Second, Drain: -1, Period: 700 * time.Millisecond,
			Levers: sim.Levers{Router: sentTo{0, 0, 1, 1}, Batcher: batching.NewGreedy(), Allocator: drainer{1}},
		}, sim.RequestStarted, sim.RequestRejected)
		want := []string{"0 request-started at 0", "2 request-started at 0.5", "1 request-started at 1", "3 request-started at 1.5"}
		if !slices.Equal(got, want) {
			t.Errorf("with LLMs %v: %q, want %q", tokens, got, want)
		}
	}
}

// TestAStageBeginsAfterAllThatEnds: a request goes from one model to another, whose queue limit is
// 0, at the instant at which the replica there becomes free. The service there ends later within
// this instant.
func TestAStageBeginsAfterAllThatEnds(t *testing.T) {
	spec := line([][]fleet.ModelID{{0}, {1}}, time.Second, time.Second)
	spec.Models[1].QueueLimit = 0
	requests := []fleet.Request{
		{Model: 0, Pipeline: 1, Work: 1, Branches: 1}, {Model: 1, Pipeline: 1, Stage: 1, Work: 1},
		{Model: 1, Arrival: kernel.Time(time.Second / 2), Work: 0.5},
	}
	got := course(t, sim.Setup{
		Spec: spec, Arrivals: &given{requests: requests, step: 1}, Duration: 2 * time.Second, Drain: -1,
		Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: each{}},
	}, sim.RequestFinished, sim.RequestRejected)
	want := []string{"1 request-finished at 1", "2 request-finished at 1", "3 request-finished at 2"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestServicesThatWereLostEndNoOther: a request in service is lost with its machine, and another
// request gets its place in the slab. The scheduled end of the first must not end the second, which
// an LLM serves.
func TestServicesThatWereLostEndNoOther(t *testing.T) {
	spec := parted(false, steady(), 0)
	spec.Types[0].Max = 8
	spec.Types = append(spec.Types, spec.Types[0])
	spec.Types[1].Name = "frail"
	spec.Types[1].Outages = [][]fleet.Outage{{{Down: kernel.Time(time.Second / 2), Up: kernel.Time(time.Minute)}}}
	frail := spec.Deployments[0]
	frail.Name, frail.Model, frail.Variant, frail.Type, frail.Tokens = "frail", 1, 1, 1, nil
	spec.Models, spec.Deployments = append(spec.Models, spec.Models[0]), append(spec.Deployments, frail)
	spec.Variants = append(spec.Variants, fleet.Variant{Name: "other", Model: 1, Accuracy: 80})
	spec.Classes = []fleet.Class{{Name: "all"}}
	requests := []fleet.Request{{Model: 1, Work: 1}, {Arrival: kernel.Time(600 * time.Millisecond), Work: 1, Input: 10, Output: 100}}
	got := course(t, sim.Setup{
		Spec: spec, Arrivals: &given{requests: requests, step: 1}, Duration: 2 * time.Second, Drain: -1, FailLost: true,
		Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: each{}, Order: ordering.PreemptivePriority()},
	}, sim.RequestFinished, sim.RequestFailed)
	want := []string{"0 request-failed at 0.5", "1 request-finished at 1.6"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
