package admission

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/ordering"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// packed is a batcher that never waits: it starts the largest batch that fits.
type packed struct{}

func (packed) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	count, _ := v.Fit(at, v.Deployment(at).MaxBatch)
	return sim.BatchDecision{Count: count}
}
func (packed) String() string { return "packed" }

// listed is a stream of given requests.
type listed struct{ rest []fleet.Request }

func (l *listed) Next(r *fleet.Request) bool {
	if len(l.rest) == 0 {
		return false
	}
	*r, l.rest = l.rest[0], l.rest[1:]
	return true
}
func (l *listed) Err() error { return nil }

// oracle is an admission that admits every request. It records when early-drop expects the end of
// the last one.
type oracle struct {
	*EarlyDrop
	last     int64
	expected kernel.Time
}

func (o *oracle) Admit(v *sim.View, r *fleet.Request) bool {
	if r.Ordinal == o.last {
		o.flows = make([]flow, 1) // no further arrivals are expected
		end := func(v *sim.View, r *fleet.Request) time.Duration { return o.endOfPending(v, r, math.MaxInt64) }
		if v.Pending(0) == 0 && v.Ready(0) == 1 {
			end = func(v *sim.View, r *fleet.Request) time.Duration { return o.end(v, 0, r, math.MaxInt64) }
		}
		o.expected = v.Now().Add(end(v, r))
	}
	return true
}

// TestEarlyDropKnowsWhenTheLastRequestEnds: if no request arrives later and batches take their
// planned times, the estimate is the end of the request to the nanosecond. The waiting requests may
// have any sizes, classes and order.
func TestEarlyDropKnowsWhenTheLastRequestEnds(t *testing.T) {
	waited := 0
	rapid.Check(t, func(t *rapid.T) {
		largest := rapid.IntRange(1, 6).Draw(t, "largest")
		var points []profile.Point
		for n := 1; n <= largest; n++ {
			points = append(points, profile.Point{Size: n, Latency: time.Duration(n)*ms + time.Duration(rapid.IntRange(0, 900).Draw(t, "µs"))*time.Microsecond})
		}
		latency, err := profile.Table(points)
		if err != nil {
			t.Fatal(err)
		}
		replicas := rapid.IntRange(1, 3).Draw(t, "replicas")
		c := simtest.OneModel(latency, rapid.IntRange(1, 3).Draw(t, "slots"), replicas)
		// A router that keeps requests back gives a replica at most as many requests as it has
		// places.
		c.Models[0].Varied = replicas == 1 && rapid.Bool().Draw(t, "varied")
		c.Models[0].Combine = rapid.SampledFrom([]fleet.Combine{fleet.CombineMean, fleet.CombineMax, fleet.CombineSum}).Draw(t, "combine")
		c.Deployments[0].MaxBatch = rapid.IntRange(1, largest).Draw(t, "most")
		c.Classes = []fleet.Class{{Name: "late", Priority: 1}, {Name: "tight", Target: 4 * ms}}
		order := rapid.SampledFrom([]sim.Order{nil, ordering.Priority(), ordering.EDF(), ordering.SJF()}).Draw(t, "order")
		list := make([]fleet.Request, rapid.IntRange(1, 40).Draw(t, "requests"))
		now := kernel.Time(0)
		for i := range list {
			now = now.Add(time.Duration(1 + rapid.IntRange(0, 1_500_000).Draw(t, "gap ns")))
			list[i] = fleet.Request{Arrival: now, Work: 1, Class: fleet.ClassID(rapid.IntRange(0, 1).Draw(t, "class"))}
			if c.Models[0].Varied {
				list[i].Items = float32(rapid.IntRange(1, 2*largest).Draw(t, "half items")) / 2
			}
			if c.Models[0].Combine != fleet.CombineMean {
				list[i].Work = float64(rapid.IntRange(1, 8).Draw(t, "size")) / 4
			}
		}
		var router sim.Router = once{}
		if replicas > 1 {
			router = routing.NewCentralQueue()
		}
		o := &oracle{EarlyDrop: NewEarlyDrop(true, order), last: int64(len(list) - 1)}
		var ended, started kernel.Time
		check := simtest.NewInvariantChecker(c)
		err = engine.Run(context.Background(), sim.Setup{
			Spec: c, Arrivals: &listed{list}, Duration: time.Minute, Drain: -1,
			Levers: sim.Levers{Admission: o, Order: order, Router: router, Batcher: packed{}, Allocator: simtest.Fixed{Replicas: replicas}},
			Observers: []sim.Observer{check, observer(func(f *sim.Fact) {
				if f.Request != nil && f.Request.Ordinal == o.last {
					switch f.Kind {
					case sim.RequestStarted:
						started = f.At
					case sim.RequestFinished:
						ended = f.At
					}
				}
			})},
		})
		if err := errors.Join(err, check.Err()); err != nil {
			t.Fatal(err)
		}
		if started > now {
			waited++
		}
		if ended != o.expected {
			t.Fatalf("of %d requests the last comes at %v and ends at %v; early-drop says %v", len(list), now, ended, o.expected)
		}
	})
	if waited == 0 {
		t.Error("nobody waited")
	}
}

// TestEarlyDropServesWhatCanBeServed: the load is 1.05 to 2 times the throughput of full batches,
// and the objective at least the time of two full batches. Early-drop then serves in time at least
// 95 % of this throughput, and nearly all requests that it admits. A fleet without an admission
// serves almost none in time.
func TestEarlyDropServesWhatCanBeServed(t *testing.T) {
	for seed := range uint64(6) {
		draw := kernel.NewStream(seed, 0, "laws", 0)
		largest := 4 + draw.IntN(29)
		fixed, each := time.Duration(1+draw.IntN(20))*ms, time.Duration(100+draw.IntN(3000))*time.Microsecond
		latency, err := profile.Linear(fixed, each, largest)
		if err != nil {
			t.Fatal(err)
		}
		c := simtest.OneModel(latency, 1, 1)
		c.Models[0].Target = time.Duration(float64(2+draw.Float64()) * float64(latency.Latency(largest)))
		best := latency.Throughput(largest)
		rate := best * (1.05 + 0.95*draw.Float64())
		run := func(a sim.Admission) (inTime, late float64) {
			const span = 60 * time.Second
			err := engine.Run(context.Background(), sim.Setup{
				Spec: c, Arrivals: simtest.Poisson(seed, 0, rate, false), Duration: span, Drain: -1,
				Levers: sim.Levers{Admission: a, Router: once{}, Batcher: packed{}, Allocator: simtest.Fixed{Replicas: 1}},
				Observers: []sim.Observer{observer(func(f *sim.Fact) {
					if f.Kind == sim.RequestFinished && f.Span <= c.Models[0].Target {
						inTime += 1 / span.Seconds()
					} else if f.Kind == sim.RequestFinished {
						late += 1 / span.Seconds()
					}
				})},
			})
			if err != nil {
				t.Fatal(err)
			}
			return inTime, late
		}
		inTime, late := run(NewEarlyDrop(true, nil))
		if inTime < 0.95*best || late > 0.02*best {
			t.Errorf("L(n) = %v + %v n up to %d, objective %v, load %.3g of %.3g/s: %.4g/s in time, %.3g/s late", fixed, each, largest, c.Models[0].Target, rate, best, inTime, late)
		}
		if without, _ := run(nil); without > 0.5*inTime {
			t.Errorf("without an admission %.3g/s are in time: the load is none", without)
		}
	}
}

// TestEarlyDropLeavesALightLoadAlone: the largest batch takes nearly the whole objective. A request
// that finds the replica busy is still admitted, because its batch will be small.
func TestEarlyDropLeavesALightLoadAlone(t *testing.T) {
	latency, err := profile.Linear(10*ms, 5*ms, 16)
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	c.Models[0].Target = 92 * ms
	rejected, arrived := 0, 0
	err = engine.Run(context.Background(), sim.Setup{
		Spec: c, Arrivals: simtest.Poisson(1, 0, 30, false), Duration: time.Minute, Drain: -1,
		Levers: sim.Levers{Admission: NewEarlyDrop(true, nil), Router: once{}, Batcher: packed{}, Allocator: simtest.Fixed{Replicas: 1}},
		Observers: []sim.Observer{observer(func(f *sim.Fact) {
			switch f.Kind {
			case sim.RequestArrived:
				arrived++
			case sim.RequestRejected:
				rejected++
			}
		})},
	})
	if err != nil || rejected > arrived/200 {
		t.Errorf("error %v; %d of %d are turned away", err, rejected, arrived)
	}
}

// TestEarlyDropJudgesByTheObjectiveOfTheRequest: classes with different objectives meet a busy
// replica.
func TestEarlyDropJudgesByTheObjectiveOfTheRequest(t *testing.T) {
	f := ready(t, 1, 0)
	f.Spec().Pipelines = []fleet.Pipeline{{Target: 20 * ms}}
	for _, c := range []struct {
		name             string
		busy, now        time.Duration // when the service under way ends, when the request arrives
		queued           int
		request          fleet.Request
		admitted, lonely bool
	}{
		{"idle", 0, 0, 0, fleet.Request{}, true, true},
		{"busy, just in time", 8 * ms, 0, 0, fleet.Request{}, true, true},
		{"busy, too late", 8*ms + 1, 0, 0, fleet.Request{}, false, true},
		{"busy, too late for its class", 3 * ms, 0, 0, fleet.Request{Class: 1}, false, true},
		{"busy, in time for its pipeline", 15 * ms, 0, 0, fleet.Request{Pipeline: 1}, true, true},
		{"busy, too late for what its pipeline has left", 15 * ms, 5 * ms, 0, fleet.Request{Pipeline: 1, Arrival: 5_000_000}, true, true},
		{"busy, its pipeline has hardly anything left", 15 * ms, 12 * ms, 0, fleet.Request{Pipeline: 1, Arrival: 12_000_000}, true, true},
		{"late alone", 0, 19 * ms, 0, fleet.Request{Pipeline: 1, Arrival: 19_000_000}, false, false},
		{"behind three, in its batch", 5 * ms, 0, 3, fleet.Request{}, true, true},
		{"behind four, in the next batch", 4 * ms, 0, 4, fleet.Request{}, false, true},
	} {
		a := NewEarlyDrop(true, nil)
		if c.busy > 0 {
			a.Observe(&sim.Fact{Kind: sim.BatchStarted, Span: c.busy, Replica: 0})
		}
		for n := f.Replica(0).Queued(); n < c.queued; n++ {
			id, _ := f.Admit(&fleet.Request{Work: 1})
			f.Give(id, 0)
		}
		v := sim.ViewOf(f, kernel.Time(c.now))
		request := c.request
		request.Work = 1
		if got := a.Admit(v, &request); got != c.admitted {
			t.Errorf("%s: admitted is %v", c.name, got)
		}
		if got := NewEarlyDrop(false, nil).Admit(v, &request); got != c.lonely {
			t.Errorf("%s: alone, admitted is %v", c.name, got)
		}
	}
	f.Spec().Models[0].Target, f.Spec().Classes = 0, nil
	if v := sim.ViewOf(f, kernel.Time(time.Hour)); !NewEarlyDrop(true, nil).Admit(v, &fleet.Request{Work: 1}) {
		t.Error("a request without an objective is turned away")
	}
	if v := sim.ViewOf(fleet.New(f.Spec()), 0); !NewEarlyDrop(true, nil).Admit(v, &fleet.Request{Work: 1}) {
		t.Error("a request is turned away while no replica is ready")
	}
}
