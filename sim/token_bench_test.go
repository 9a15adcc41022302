//go:build unix

package sim_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"wavetank/sim"
)

// processor returns the time that the process has had of processors.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTokenPath reports LLM requests per second of a processor, with the metrics that watch every run of token
// replicas. BenchmarkRequests of package tokens is about replicas alone.
//
//	go test -run xxx -bench TokenPath ./sim
func BenchmarkTokenPath(b *testing.B) {
	const requests = 500_000
	for _, replicas := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("256+256/%d", replicas), func(b *testing.B) {
			benchmarkTokens(b, requests, func() sim.Setup { return tokenPath(b, replicas, requests, 10, clamped(256, 100), clamped(256, 100)) })
		})
		b.Run(fmt.Sprintf("128+16/%d", replicas), func(b *testing.B) {
			benchmarkTokens(b, requests, func() sim.Setup { return tokenPath(b, replicas, requests, 100, fixed(128), fixed(16)) })
		})
	}
}

// benchmarkTokens reports the best of the runs: what else a machine does only slows them down.
func benchmarkTokens(b *testing.B, requests float64, setup func() sim.Setup) {
	b.ReportAllocs()
	best := time.Duration(1<<63 - 1)
	for range b.N {
		s, before := setup(), processor()
		if err := sim.Run(b.Context(), s); err != nil {
			b.Fatal(err)
		}
		best = min(best, processor()-before)
	}
	b.ReportMetric(requests/best.Seconds()/1e6, "M-requests/cpu-s")
	b.ReportMetric(best.Seconds()*1e9/requests, "cpu-ns/request")
}
