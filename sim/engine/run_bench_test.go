package engine_test

import (
	"fmt"
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// batchPath returns a run with Poisson arrivals, 8 batch replicas, a greedy batcher and a latency
// histogram.
func batchPath(t testing.TB, count int64) sim.Setup {
	latency, err := profile.Linear(2*time.Millisecond, 500*time.Microsecond, 16)
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(latency, 1, 8)
	arrivals := simtest.Poisson(1, 0, 8*0.8*latency.Throughput(16), false)
	arrivals.Count = count
	const day = 1000 * 24 * time.Hour
	return sim.Setup{
		Spec: c, Arrivals: arrivals, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 8}}, Duration: day, Drain: -1,
		Observers: []sim.Observer{metrics.NewServiceLevel(c, metrics.MeasuredSpan{Until: kernel.Time(day)})},
	}
}

// BenchmarkBatchPath reports requests per second of one core.
//
//	go test -bench BatchPath ./sim/engine
func BenchmarkBatchPath(b *testing.B) {
	for _, n := range []int64{1_000_000, 20_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if err := engine.Run(b.Context(), batchPath(b, n)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(n)/b.Elapsed().Seconds(), "requests/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/request")
		})
	}
}

// TestRunAllocatesNothingPerRequest compares runs with runs ten times as long: both allocate the
// same.
func TestRunAllocatesNothingPerRequest(t *testing.T) {
	for name, setup := range map[string]func(count int64) sim.Setup{
		"batches": func(count int64) sim.Setup { return batchPath(t, count) },
		"tokens": func(count int64) sim.Setup {
			return tokenPath(t, 8, count, 10, clamped(256, 100), clamped(256, 100))
		},
		"short answers": func(count int64) sim.Setup { return tokenPath(t, 8, count, 100, fixed(128), fixed(16)) },
	} {
		allocations := func(n int64) float64 {
			return testing.AllocsPerRun(3, func() {
				if err := engine.Run(t.Context(), setup(n)); err != nil {
					t.Fatal(err)
				}
			})
		}
		short, long := allocations(20_000), allocations(200_000)
		if long > short+20 { // slabs, queues and octaves of histograms may grow once more
			t.Errorf("%s: %v allocations for 20,000 requests, %v for 200,000", name, short, long)
		}
	}
}
