package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/gateway"
	"wavetank/policies/ordering"
	"wavetank/policies/registry"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// concurrency returns the only limit of the world's gateway, or 0 if it has others.
func (w *leverWorld) concurrency() int {
	_, params := w.gateway.Chosen()
	if p, ok := params.(*registry.GatewayLimits); ok && p.Queue == 0 && p.KVShare == 0 && len(p.Reserved) == 0 {
		return p.Concurrency
	}
	return 0
}

// TestAnOpenGatewayChangesNothing: with the gateway none, or with limits that are never reached, a
// run has the facts of a run without a gateway. Routers that keep requests back are left out: with
// a gateway, such requests are also offered again when others start, and a gateway with classes has
// a line for each class, so that requests of one do not hold up those of another.
func TestAnOpenGatewayChangesNothing(t *testing.T) {
	wide := limited(1<<20, gateway.ClassReserve{Class: 1, Name: "other", Places: 5})
	rapid.Check(t, func(t *rapid.T) {
		w := drawLeverWorld(t, false, true)
		w.gateway = registry.Gateway{}
		if s, _ := w.watched(t); sim.KeepsBack(s.Router) {
			return
		}
		want := w.hold(t).print.Sum()
		for _, g := range []sim.Gateway{gateway.NewNone(), wide} {
			s, l := w.watched(t)
			s.Gateway = g
			run(t, s)
			if got := l.print.Sum(); got != want {
				t.Fatalf("with the gateway %v the run has other facts\n%s", g, w.describe(s))
			}
		}
	})
}

// TestAGatewayIsACentralQueue: replicas with many slots behind a gateway with a concurrency of c
// are replicas with c slots and a central queue: all starts and ends are the same.
func TestAGatewayIsACentralQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots, servers := rapid.IntRange(1, 4).Draw(t, "slots"), rapid.IntRange(1, 3).Draw(t, "servers")
		load := rapid.Float64Range(0.3, 1.3).Draw(t, "load") * float64(slots*servers)
		latency, err := profile.Table([]profile.Point{{Size: 1, Latency: unit}})
		if err != nil {
			t.Fatal(err)
		}
		facts := func(slots int, levers sim.Levers) []string {
			levers.Batcher, levers.Allocator = batching.NewGreedy(), simtest.Fixed{Replicas: servers}
			return course(t, sim.Setup{
				Spec: simtest.OneModel(latency, slots, servers), Arrivals: simtest.Poisson(3, 0, load/unit.Seconds(), true), Levers: levers, Duration: 300 * unit, Drain: -1,
			}, sim.RequestArrived, sim.RequestStarted, sim.RequestFinished)
		}
		want := facts(slots, sim.Levers{Router: routing.NewCentralQueue()})
		if d := cmp.Diff(want, facts(100, sim.Levers{Router: routing.NewLeastOutstanding(), Gateway: limited(slots)})); d != "" {
			t.Error(d)
		}
	})
}

// queueOfTwo is a stream in which many requests of two classes wait from the start.
type queueOfTwo struct{ left [2]int }

func (c *queueOfTwo) Next(r *fleet.Request) bool {
	if c.left[0]+c.left[1] == 0 {
		return false
	}
	class := 0
	if c.left[1] > c.left[0] {
		class = 1
	}
	c.left[class]--
	*r = fleet.Request{Class: fleet.ClassID(class), Work: 1, Arrival: 0}
	return true
}

func (c *queueOfTwo) Err() error { return nil }

// TestFairSharesAreExact: while two classes have requests, with weights of w and 1, of any w + 1
// services in sequence w belong to the first. When one class has none left, the other has all.
func TestFairSharesAreExact(t *testing.T) {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	for _, weight := range []int{1, 2, 3, 7} {
		order, err := ordering.NewFair(ordering.FairByClass, ordering.CostRequests, map[string]float64{"urgent": float64(weight)})
		if err != nil {
			t.Fatal(err)
		}
		c := simtest.OneModel(latency, 1, 1)
		c.Classes = []fleet.Class{{Name: "urgent"}, {Name: "other"}}
		var classes []fleet.ClassID
		run(t, sim.Setup{
			Spec: c, Arrivals: &queueOfTwo{[2]int{40, 60}}, Levers: sim.Levers{Order: order, Router: routing.NewCentralQueue(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
			Duration: time.Hour, Drain: -1,
			Observers: []sim.Observer{observer(func(f *sim.Fact) {
				if f.Kind == sim.RequestStarted {
					classes = append(classes, f.Request.Class)
				}
			})},
		})
		first := 0
		for i, class := range classes {
			if class == 0 {
				first++
			}
			want := min(40, max((i+1)-60, (i+1)*weight/(weight+1)))
			if d := first - want; d < -1 || d > 1 {
				t.Errorf("weight %d: of the first %d services %d are urgent, want %d", weight, i+1, first, want)
			}
		}
		if len(classes) != 100 {
			t.Errorf("weight %d: %d services", weight, len(classes))
		}
	}
}

// TestAReserveIsNeverTaken: of a concurrency of four, three places are reserved for the urgent
// class. So a crowd of patient requests is served one by one, and an urgent request starts at once.
func TestAReserveIsNeverTaken(t *testing.T) {
	c := simtest.OneModel(seconds(1), 100, 1)
	c.Classes = []fleet.Class{{Name: "urgent"}, {Name: "patient"}}
	got := course(t, sim.Setup{
		Spec: c, Arrivals: &given{requests: []fleet.Request{
			{Class: 1, Work: 1}, {Class: 1, Work: 1}, {Class: 1, Work: 1}, {Work: 1, Arrival: kernel.Time(500 * time.Millisecond)}, {Class: 1, Work: 1, Arrival: kernel.Time(600 * time.Millisecond)},
		}, step: 1}, Levers: sim.Levers{Gateway: limited(4, gateway.ClassReserve{Class: 0, Name: "urgent", Places: 3}), Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
		Duration: time.Hour, Drain: -1,
	}, sim.RequestStarted)
	want := []string{"0 request-started at 0", "3 request-started at 0.5", "1 request-started at 1", "2 request-started at 2", "4 request-started at 3"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// limited returns a gateway with a concurrency and reserves.
func limited(concurrency int, reserves ...gateway.ClassReserve) sim.Gateway {
	g, err := gateway.NewLoadLimits(concurrency, 0, 0, reserves...)
	if err != nil {
		panic(err) // the tests give right numbers
	}
	return g
}

// BenchmarkGateway reports the time of a request behind a gateway, for some numbers of replicas.
//
//	go test -bench Gateway ./sim/engine
func BenchmarkGateway(b *testing.B) {
	const count = 200_000
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: unit}})
	if err != nil {
		b.Fatal(err)
	}
	for _, replicas := range []int{10, 100} {
		for name, g := range map[string]sim.Gateway{"without": nil, "concurrency": limited(2), "reserved": limited(3, gateway.ClassReserve{Class: 1, Places: 1}), "by deficit": byDeficit(2, gateway.CostRequests, 2, 1)} {
			b.Run(fmt.Sprint(name, "/", replicas), func(b *testing.B) {
				for range b.N {
					rate := 0.95 * float64(replicas) / unit.Seconds()
					c := simtest.OneModel(latency, 1, replicas)
					c.Classes = []fleet.Class{{Name: "urgent"}, {Name: "patient"}}
					s := sim.Setup{
						Spec: c, Arrivals: &classed{simtest.Poisson(3, 0, rate, true), kernel.NewStream(3, 0, "class", 0), 0.5}, Duration: kernel.Seconds(count / rate), Drain: -1,
						Levers: sim.Levers{Gateway: g, Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: replicas}},
					}
					run(b, s)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/request")
			})
		}
	}
}
