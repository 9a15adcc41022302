//go:build unix

package engine_test

import (
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/metrics/histogram"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

const customers = 1_000_000

// BenchmarkMarkovian runs a million requests of M/M/1 and M/M/16 through the engine with its
// latency metric. For comparison it runs a hand-written loop for the same M/M/1, with the same
// random numbers and histogram and nothing else. It reports processor time.
//
//	go test -run xxx -bench Markovian ./sim/engine
func BenchmarkMarkovian(b *testing.B) {
	b.Run("engine/1", func(b *testing.B) { engineMarkovian(b, 1) })
	b.Run("engine/16", func(b *testing.B) { engineMarkovian(b, 16) })
	b.Run("bare/1", func(b *testing.B) {
		best(b, customers, func() func() { return func() { bareMarkovian(0.8) } })
	})
}

func engineMarkovian(b *testing.B, servers int) {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: unit}})
	if err != nil {
		b.Fatal(err)
	}
	c := simtest.OneModel(latency, servers, 1)
	const day = 1000 * 24 * time.Hour
	best(b, customers, func() func() {
		arrivals := &crowd{rate: 0.8 * float64(servers) / unit.Seconds(), gaps: kernel.NewStream(1, 0, "arrivals/model", 0), works: kernel.NewStream(1, 0, "work/model", 0)}
		return running(b, sim.Setup{
			Spec: c, Arrivals: arrivals, Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}}, Duration: day, Drain: -1,
			Observers: []sim.Observer{metrics.NewServiceLevel(c, metrics.MeasuredSpan{Until: kernel.Time(day)})},
		})
	})
}

// crowd is a Poisson stream of requests with exponential works.
type crowd struct {
	rate, clock float64
	gaps, works *kernel.Stream
	made        int
}

// Next implements sim.Arrivals.
func (a *crowd) Next(r *fleet.Request) bool {
	a.made++
	a.clock += a.gaps.Exponential() / a.rate
	*r = fleet.Request{}
	r.Arrival, r.Work = kernel.Time(a.clock*1e9), a.works.Exponential()
	return a.made <= customers
}

// Err implements sim.Arrivals.
func (*crowd) Err() error { return nil }

// bareMarkovian simulates M/M/1 by an event loop with two clocks and a ring of arrival instants.
func bareMarkovian(load float64) float64 {
	gaps, works := kernel.NewStream(1, 0, "arrivals/model", 0), kernel.NewStream(1, 0, "work/model", 0)
	latencies := histogram.NewLatencies()
	type customer struct {
		at   kernel.Time
		work float64
	}
	ring := make([]customer, 1<<12)
	mask := len(ring) - 1
	head, tail := 0, 0
	clock := 0.0
	next := func() kernel.Time {
		clock += gaps.Exponential() / load * unit.Seconds()
		return kernel.Time(clock * 1e9)
	}
	arrival, departure := next(), kernel.Never
	for arrived, done := 0, 0; done < customers; {
		if arrived < customers && arrival <= departure {
			ring[tail&mask] = customer{arrival, works.Exponential()}
			if tail == head {
				departure = arrival.Add(time.Duration(ring[tail&mask].work * float64(unit)))
			}
			tail++
			arrived++
			arrival = next()
			continue
		}
		latencies.Add(departure.Sub(ring[head&mask].at))
		head++
		done++
		now := departure
		departure = kernel.Never
		if head != tail {
			departure = now.Add(time.Duration(ring[head&mask].work * float64(unit)))
		}
	}
	return latencies.Mean()
}
