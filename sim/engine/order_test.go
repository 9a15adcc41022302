package engine_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/ordering"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// classed gives the requests of a stream one of two classes; the first class has a share.
type classed struct {
	*simtest.GapStream
	draw  *kernel.Stream
	share float64
}

func (c *classed) Next(r *fleet.Request) bool {
	ok := c.GapStream.Next(r)
	if c.draw.Float64() >= c.share {
		r.Class = 1
	}
	return ok
}

// sojourns holds the mean time in the system, and in the queue, per class, in units of the mean
// service time.
type sojourns struct {
	from   kernel.Time
	count  [2]float64
	total  [2]float64
	waited [2]float64
}

func (s *sojourns) Observe(f *sim.Fact) {
	if f.Request == nil || f.Request.Arrival < s.from {
		return
	}
	span := float64(f.At.Sub(f.Request.Arrival)) / float64(unit)
	switch f.Kind {
	case sim.RequestStarted:
		s.waited[f.Request.Class] += span
	case sim.RequestFinished:
		s.count[f.Request.Class]++
		s.total[f.Request.Class] += span
	}
}

// simulateOrder runs one server with exponential service under an order at a load, with two
// classes.
func simulateOrder(t testing.TB, order sim.Order, load, share float64, replication, customers int) *sojourns {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: unit}})
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	c.Classes = []fleet.Class{{Name: "urgent"}, {Name: "patient", Priority: 1}}
	duration := kernel.Seconds(float64(customers) / load * unit.Seconds())
	s := &sojourns{from: kernel.Time(duration / 5)}
	check := simtest.NewInvariantChecker(c)
	arrivals := &classed{simtest.Poisson(2, replication, load/unit.Seconds(), true), kernel.NewStream(2, replication, "class", 0), share}
	err = engine.Run(t.Context(), sim.Setup{
		Spec: c, Arrivals: arrivals, Levers: sim.Levers{Order: order, Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
		Observers: []sim.Observer{s, check}, Duration: duration, Warmup: duration / 5, Drain: -1,
	})
	if err := errors.Join(err, check.Err()); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestOrdersReproduceTheory compares M/M/1 under every order with its mean sojourn time. It is
// 1/(1−ρ) for PS and LAS, follows by quadrature for SRPT (Schrage and Miller 1966) and SJF (Phipps
// 1956), and by Cobham's formulas for priorities.
func TestOrdersReproduceTheory(t *testing.T) {
	mean := func(s *sojourns) float64 { return (s.total[0] + s.total[1]) / (s.count[0] + s.count[1]) }
	class := func(i int) func(*sojourns) float64 {
		return func(s *sojourns) float64 { return s.total[i] / s.count[i] }
	}
	wait := func(i int) func(*sojourns) float64 {
		return func(s *sojourns) float64 { return s.waited[i] / s.count[i] }
	}
	// Two classes with loads .3 and .5: W0 = .8, so the waits are Wq1 = .8/.7 and Wq2 = .8/(.7·.2).
	// With preemption the sojourn times are 1/.7 for the first and 1/.7 + .8/(.7·.2) for the
	// second.
	cases := []struct {
		name  string
		order sim.Order
		load  float64
		share float64
		value func(*sojourns) float64
		exact float64
	}{
		{"FCFS", ordering.FCFS(), 0.8, 0.5, mean, 5},
		{"PS", ordering.PS(), 0.8, 0.5, mean, 5},
		{"LAS", ordering.LAS(), 0.8, 0.5, mean, 5},
		{"SRPT", ordering.SRPT(), 0.8, 0.5, mean, 2.35277},
		{"SJF", ordering.SJF(), 0.8, 0.5, mean, 2.88222},
		{"priority, first class", ordering.Priority(), 0.8, 0.375, wait(0), 0.8 / 0.7},
		{"priority, second class", ordering.Priority(), 0.8, 0.375, wait(1), 0.8 / (0.7 * 0.2)},
		{"preemptive priority, first class", ordering.PreemptivePriority(), 0.8, 0.375, class(0), 1 / 0.7},
		{"preemptive priority, second class", ordering.PreemptivePriority(), 0.8, 0.375, class(1), 1/0.7 + 0.8/(0.7*0.2)},
	}
	const runs = 20
	bound := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: runs - 1}.Quantile(1 - 0.001/2/float64(len(cases)))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var values []float64
			for r := range runs {
				values = append(values, c.value(simulateOrder(t, c.order, c.load, c.share, r, 6000)))
			}
			m, deviation := stat.MeanStdDev(values, nil)
			if z := (m - c.exact) / (deviation / math.Sqrt(runs)); math.Abs(z) > bound {
				t.Errorf("mean %v lies %.2f standard errors from %v", m, z, c.exact)
			}
		})
	}
}

// TestWorkIsConserved: the server is busy for the same time under every work-conserving order.
func TestWorkIsConserved(t *testing.T) {
	for _, o := range []sim.Order{ordering.FCFS(), ordering.PS(), ordering.LAS(), ordering.SRPT(), ordering.SJF(), ordering.PreemptivePriority(), ordering.EDF(), ordering.LeastSlack()} {
		busy, idle := busyTime(t, o)
		const rounding = 2000 // 1 ns per request
		if reference, _ := busyTime(t, ordering.FCFS()); math.Abs(float64(busy-reference)) > rounding {
			t.Errorf("%v keeps the server busy for %v, first come first served for %v (idle %v)", o, busy, reference, idle)
		}
	}
}

// busyMeter sums the time in which a slot is busy.
type busyMeter struct {
	level      int
	since, end kernel.Time
	total      time.Duration
}

func (b *busyMeter) Observe(f *sim.Fact) {
	if b.level > 0 {
		b.total += f.At.Sub(b.since)
	}
	b.since, b.end = f.At, f.At
	switch f.Kind {
	case sim.BatchStarted:
		b.level++
	case sim.BatchFinished:
		b.level--
	}
}

func busyTime(t *testing.T, o sim.Order) (busy, whole time.Duration) {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: unit}})
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 1)
	arrivals := simtest.Poisson(3, 0, 0.9/unit.Seconds(), true)
	arrivals.Count = 2000
	m, check := &busyMeter{}, simtest.NewInvariantChecker(c)
	err = engine.Run(t.Context(), sim.Setup{
		Spec: c, Arrivals: arrivals, Levers: sim.Levers{Order: o, Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
		Observers: []sim.Observer{m, check}, Duration: time.Hour, Drain: -1,
	})
	if err := errors.Join(err, check.Err()); err != nil {
		t.Fatal(err)
	}
	return m.total, time.Duration(m.end)
}

// TestEveryOrderKeepsTheInvariants runs all orders through fleets that change.
func TestEveryOrderKeepsTheInvariants(t *testing.T) {
	orders := []sim.Order{ordering.PS(), ordering.LAS(), ordering.SRPT(), ordering.SJF(), ordering.Priority(), ordering.PreemptivePriority(), ordering.EDF(), ordering.LeastSlack()}
	rapid.Check(t, func(t *rapid.T) {
		s := randomSetup(rapid.Uint64().Draw(t, "seed"), time.Millisecond, simtest.Mixed())
		s.Spec.Classes = []fleet.Class{{Name: "urgent"}, {Name: "patient", Priority: 1}}
		s.Order = rapid.SampledFrom(orders).Draw(t, "order")
		works := kernel.NewStream(rapid.Uint64().Draw(t, "works"), 0, "works", 0)
		s.Arrivals, s.Batcher = &varied{s.Arrivals, works, s.Spec}, fitting{}
		carry(t, s.Spec)
		s.Duration = time.Duration(rapid.IntRange(11, 40).Draw(t, "duration")) * time.Second
		check := simtest.NewInvariantChecker(s.Spec)
		s.Observers = []sim.Observer{check}
		if err := errors.Join(engine.Run(t.Context(), s), check.Err()); err != nil {
			t.Fatalf("%v: %v", s.Order, err)
		}
	})
}

// carry lets requests of some models carry several items, and draws how the works of a batch
// combine.
func carry(t *rapid.T, c *fleet.Spec) {
	for m := range c.Models {
		c.Models[m].Varied = rapid.Bool().Draw(t, "items")
		c.Models[m].Combine = fleet.Combine(rapid.IntRange(0, 2).Draw(t, "combine"))
	}
}

// varied gives requests random works, classes and items.
type varied struct {
	sim.Arrivals
	draw *kernel.Stream
	spec *fleet.Spec
}

func (v *varied) Next(r *fleet.Request) bool {
	ok := v.Arrivals.Next(r)
	r.Work, r.Class, r.Items = 5*v.draw.Exponential(), fleet.ClassID(v.draw.IntN(2)), float32(v.draw.IntN(9))/2
	if !v.spec.Models[r.Model].Varied {
		r.Items = 0
	}
	return ok
}
