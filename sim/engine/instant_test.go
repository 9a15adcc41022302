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

// TestFullLoadWithoutAPlaceToWaitRejectsNobody runs a D/D/1 queue: a request comes every 100 ms and
// takes 100 ms. With any kind of server, each request ends before the next arrives, at the same
// instant.
func TestFullLoadWithoutAPlaceToWaitRejectsNobody(t *testing.T) {
	for name, order := range map[string]sim.Order{
		"batches": nil, "line": ordering.Priority(), "preempt": ordering.PreemptivePriority(),
		"share": ordering.PS(), "tokens": nil,
	} {
		for _, router := range []sim.Router{routing.NewRoundRobin(), routing.NewCentralQueue(), routing.NewLeastOutstanding()} {
			t.Run(fmt.Sprint(name, " ", router), func(t *testing.T) {
				c := steady()
				c.MaxSequences = 1
				spec := parted(false, c, 0)
				if name != "tokens" {
					latency, err := profile.Table([]profile.Point{{Size: 1, Latency: 100 * time.Millisecond}})
					if err != nil {
						t.Fatal(err)
					}
					spec.Deployments[0].Tokens, spec.Deployments[0].Latency = nil, latency
				}
				spec.Models[0].QueueLimit = 0
				arrivals := &fixedTalks{output: 10}
				for i := range 100 {
					arrivals.at = append(arrivals.at, 100*i)
				}
				ended := map[sim.FactKind]int{}
				run(t, sim.Setup{
					Spec: spec, Arrivals: arrivals, Levers: sim.Levers{Router: router, Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}, Order: order},
					Duration: time.Minute, Drain: -1,
					Observers: []sim.Observer{observer(func(f *sim.Fact) {
						if f.Kind == sim.RequestFinished && f.Span == 100*time.Millisecond || f.Kind == sim.RequestRejected {
							ended[f.Kind]++
						}
					})},
				})
				if ended[sim.RequestFinished] != 100 || ended[sim.RequestRejected] != 0 {
					t.Errorf("of 100 requests, these end after 100 ms or are rejected: %v", ended)
				}
			})
		}
	}
}

// TestArrivalsOfAnInstantAreThereBeforeABatchForms sends groups of requests that arrive together. A
// batch has up to four requests, and takes a second for any size. One request may wait in the
// queue.
func TestArrivalsOfAnInstantAreThereBeforeABatchForms(t *testing.T) {
	timeout, err := batching.NewTimeout(4, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}, {Size: 4, Latency: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		arrivals []float64 // s
		batches  []int
		rejected int
	}{
		{[]float64{0, 0, 0, 0}, []int{4}, 0},
		{[]float64{0, 0, 0, 0, 0}, []int{4, 1}, 0},
		{[]float64{0, 0, 0, 0, 0, 0, 0}, []int{4, 1}, 2},
		{[]float64{0, 0, 0, 0, 1, 1, 1, 1}, []int{4, 4}, 0},
		{[]float64{0, 0, 0, 0, 0.5, 1, 1, 1, 1}, []int{4, 4, 1}, 0},
	} {
		for _, batcher := range []sim.Batcher{batching.NewGreedy(), timeout} {
			for _, router := range []sim.Router{routing.NewRoundRobin(), routing.NewCentralQueue()} {
				spec := simtest.OneModel(latency, 1, 1)
				spec.Models[0].QueueLimit = 1
				var sizes []int
				rejected := 0
				run(t, sim.Setup{
					Spec: spec, Arrivals: at(c.arrivals...), Duration: time.Minute, Drain: -1,
					Levers: sim.Levers{Router: router, Batcher: batcher, Allocator: simtest.Fixed{Replicas: 1}},
					Observers: []sim.Observer{observer(func(f *sim.Fact) {
						switch f.Kind {
						case sim.BatchStarted:
							sizes = append(sizes, f.Count)
						case sim.RequestRejected:
							rejected++
						}
					})},
				})
				if !slices.Equal(sizes, c.batches) || rejected != c.rejected {
					t.Errorf("%v, %v: arrivals at %v make batches of %v, %d rejected, want %v and %d",
						batcher, router, c.arrivals, sizes, rejected, c.batches, c.rejected)
				}
			}
		}
	}
}

// urgencies is a stream of requests at given seconds, with classes.
type urgencies struct {
	*simtest.GapStream
	classes []fleet.ClassID
}

func (u *urgencies) Next(r *fleet.Request) bool {
	if !u.GapStream.Next(r) {
		return false
	}
	r.Class, u.classes = u.classes[0], u.classes[1:]
	return true
}

// TestTheLeastUrgentLosesItsPlace: services take a second. Class 0 is the most urgent. If the queue
// is full, the request that would be served last is rejected.
func TestTheLeastUrgentLosesItsPlace(t *testing.T) {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		order    sim.Order
		limit    int
		arrivals []float64
		classes  []fleet.ClassID
		want     []string // ends, by request
	}{
		{"the urgent one preempts", ordering.PreemptivePriority(), 0, []float64{0, 0.5}, []fleet.ClassID{1, 0},
			[]string{"0 rejected at 0.5", "1 finished at 1.5"}},
		{"an equal one does not", ordering.PreemptivePriority(), 0, []float64{0, 0.5}, []fleet.ClassID{1, 1},
			[]string{"1 rejected at 0.5", "0 finished at 1"}},
		{"the preempted one waits where it may", ordering.PreemptivePriority(), 1, []float64{0, 0.5, 0.6}, []fleet.ClassID{1, 0, 2},
			[]string{"2 rejected at 0.6", "1 finished at 1.5", "0 finished at 2"}},
		{"without preemption the urgent one takes the place of one that waits", ordering.Priority(), 1, []float64{0, 0.5, 0.6}, []fleet.ClassID{1, 2, 0},
			[]string{"1 rejected at 0.6", "0 finished at 1", "2 finished at 2"}},
		{"among equals the last to come loses", ordering.Priority(), 1, []float64{0, 0.5, 0.6}, []fleet.ClassID{1, 1, 1},
			[]string{"2 rejected at 0.6", "0 finished at 1", "1 finished at 2"}},
		{"of one instant, the most urgent is served", ordering.Priority(), 0, []float64{0, 0, 0}, []fleet.ClassID{1, 0, 2},
			[]string{"2 rejected at 0", "0 rejected at 0", "1 finished at 1"}},
		{"first come, first served", nil, 0, []float64{0, 0, 0.5}, []fleet.ClassID{1, 0, 0},
			[]string{"1 rejected at 0", "2 rejected at 0.5", "0 finished at 1"}},
	} {
		for _, router := range []sim.Router{routing.NewRoundRobin(), routing.NewCentralQueue()} {
			if c.order != nil && c.order.Discipline() != sim.Line && router.String() == "central-queue" {
				continue // this router keeps back a request that cannot start
			}
			spec := simtest.OneModel(latency, 1, 1)
			spec.Models[0].QueueLimit = c.limit
			spec.Classes = []fleet.Class{{Name: "urgent"}, {Name: "patient", Priority: 1}, {Name: "idle", Priority: 2}}
			var got []string
			run(t, sim.Setup{
				Spec: spec, Arrivals: &urgencies{at(c.arrivals...), c.classes}, Duration: time.Minute, Drain: -1,
				Levers: sim.Levers{Router: router, Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}, Order: c.order},
				Observers: []sim.Observer{observer(func(f *sim.Fact) {
					switch f.Kind {
					case sim.RequestFinished:
						got = append(got, fmt.Sprintf("%d finished at %v", f.Request.Ordinal, time.Duration(f.At).Seconds()))
					case sim.RequestRejected:
						got = append(got, fmt.Sprintf("%d rejected at %v", f.Request.Ordinal, time.Duration(f.At).Seconds()))
					}
				})},
			})
			if !slices.Equal(got, c.want) {
				t.Errorf("%s, %v: %v, want %v", c.name, router, got, c.want)
			}
		}
	}
}

// TestPatienceEndsAfterTheStartsOfItsInstant: a service ends at the instant at which the patience
// of a waiting request ends. The request starts.
func TestPatienceEndsAfterTheStartsOfItsInstant(t *testing.T) {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	spec := simtest.OneModel(latency, 1, 1)
	spec.Models[0].Timeout = time.Second
	var got []string
	run(t, sim.Setup{
		Spec: spec, Arrivals: at(0, 0, 0), Duration: time.Minute, Drain: -1,
		Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
		Observers: []sim.Observer{observer(func(f *sim.Fact) {
			if f.Kind == sim.RequestFinished || f.Kind == sim.RequestTimedOut {
				got = append(got, fmt.Sprint(f.Request.Ordinal, f.Kind, kernel.Time(f.At)))
			}
		})},
	})
	want := []string{
		fmt.Sprint(0, sim.RequestFinished, kernel.Time(time.Second)),
		fmt.Sprint(2, sim.RequestTimedOut, kernel.Time(time.Second)),
		fmt.Sprint(1, sim.RequestFinished, kernel.Time(2*time.Second)),
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
