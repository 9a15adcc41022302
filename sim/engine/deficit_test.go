package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/gateway"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/simtest"
)

// byDeficit returns a gateway with a concurrency and a quantum for each class.
func byDeficit(concurrency int, cost gateway.Cost, quanta ...int) sim.Gateway {
	limits, err := gateway.NewLoadLimits(concurrency, 0, 0)
	if err != nil {
		panic(err) // the tests give right numbers
	}
	var classes []gateway.ClassQuantum
	for i, q := range quanta {
		classes = append(classes, gateway.ClassQuantum{Class: fleet.ClassID(i), Amount: q})
	}
	g, err := gateway.NewDeficitRoundRobin(limits, cost, classes...)
	if err != nil {
		panic(err) // the tests give right numbers
	}
	return g
}

// deficitWorld is a server that serves one request per second, and requests of some classes. No
// request arrives when another one ends.
type deficitWorld struct {
	quanta   []int
	requests []fleet.Request
}

func drawDeficitWorld(t *rapid.T) (w deficitWorld) {
	w.quanta = rapid.SliceOfN(rapid.IntRange(1, 60), 2, 4).Draw(t, "quanta")
	busy := rapid.IntRange(1, 40).Draw(t, "span") // in seconds
	count := rapid.IntRange(5, 60).Draw(t, "count")
	for i := range count {
		w.requests = append(w.requests, fleet.Request{
			Class: fleet.ClassID(rapid.IntRange(0, len(w.quanta)-1).Draw(t, "class")), Work: 1,
			Input: int32(rapid.IntRange(0, 60).Draw(t, "input")), Output: int32(rapid.IntRange(0, 40).Draw(t, "output")),
			Arrival: kernel.Time(rapid.IntRange(0, busy).Draw(t, "second")*1000 + i), // in ms
		})
	}
	slices.SortFunc(w.requests, func(a, b fleet.Request) int { return int(a.Arrival - b.Arrival) })
	return w
}

// starts returns the requests by their numbers as they start in a run.
func (w deficitWorld) starts(t *rapid.T) (ordinals []int) {
	c := simtest.OneModel(seconds(1), 1, 1)
	c.Classes = make([]fleet.Class, len(w.quanta))
	run(t, sim.Setup{
		Spec: c, Arrivals: &given{requests: w.requests, step: time.Millisecond}, Duration: time.Hour, Drain: -1,
		Levers: sim.Levers{Gateway: byDeficit(1, gateway.CostTokens, w.quanta...), Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
		Observers: []sim.Observer{observer(func(f *sim.Fact) {
			if f.Kind == sim.RequestStarted {
				ordinals = append(ordinals, int(f.Request.Ordinal))
			}
		})},
	})
	return ordinals
}

func (w deficitWorld) cost(i int) int { return max(1, int(w.requests[i].Input+w.requests[i].Output)) }

// service is one service of a reference: the request, and the classes that waited.
type service struct {
	request int
	waited  []bool
}

// reference serves the requests by the pseudo code of Shreedhar and Varghese.
func (w deficitWorld) reference() (services []service) {
	queues, deficit := make([][]int, len(w.quanta)), make([]int, len(w.quanta))
	var active []int
	arrived, now, visiting := 0, kernel.Time(0), false
	for len(services) < len(w.requests) {
		for ; arrived < len(w.requests) && (w.requests[arrived].Arrival <= now || len(active) == 0); arrived++ {
			now = max(now, w.requests[arrived].Arrival)
			class := int(w.requests[arrived].Class)
			if len(queues[class]) == 0 {
				active, deficit[class] = append(active, class), 0
			}
			queues[class] = append(queues[class], arrived)
		}
		class := active[0]
		if !visiting {
			deficit[class] += w.quanta[class]
		}
		head := queues[class][0]
		if visiting = w.cost(head) <= deficit[class]; !visiting {
			active = append(active[1:], class)
			continue
		}
		var waited []bool
		for _, q := range queues {
			waited = append(waited, len(q) > 0)
		}
		services = append(services, service{head, waited})
		deficit[class] -= w.cost(head)
		if queues[class] = queues[class][1:]; len(queues[class]) == 0 {
			active, visiting = active[1:], false
		}
		now += 1000
	}
	return services
}

// TestDeficitRoundRobinIsThatOfThePaper: requests start in the sequence of the pseudo code.
func TestDeficitRoundRobinIsThatOfThePaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawDeficitWorld(t)
		var want []int
		for _, s := range w.reference() {
			want = append(want, s.request)
		}
		if d := cmp.Diff(want, w.starts(t)); d != "" {
			t.Errorf("quanta %v: requests start in another sequence (-want +got)\n%s", w.quanta, d)
		}
	})
}

// TestDeficitRoundRobinSharesByQuanta: over any time in which two classes wait, what each has sent
// divided by its quantum differs by at most 1 plus, for each of the two, the largest cost divided
// by its quantum.
func TestDeficitRoundRobinSharesByQuanta(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawDeficitWorld(t)
		starts, services := w.starts(t), w.reference() // the same sequence, by the test above
		largest := make([]int, len(w.quanta))
		for i, r := range w.requests {
			largest[r.Class] = max(largest[r.Class], w.cost(i))
		}
		for a := range w.quanta {
			for b := range a {
				most := 1 + float64(largest[a])/float64(w.quanta[a]) + float64(largest[b])/float64(w.quanta[b])
				for from := range services {
					ahead := 0.0
					for i := from; i < len(services) && services[i].waited[a] && services[i].waited[b]; i++ {
						switch served := starts[i]; int(w.requests[served].Class) {
						case a:
							ahead += float64(w.cost(served)) / float64(w.quanta[a])
						case b:
							ahead -= float64(w.cost(served)) / float64(w.quanta[b])
						}
						if max(ahead, -ahead) > most+1e-9 {
							t.Fatalf("quanta %v: from service %d to %d, classes %d and %d are %v apart, at most %v is allowed", w.quanta, from, i, a, b, ahead, most)
						}
					}
				}
			}
		}
	})
}
