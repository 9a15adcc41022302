//go:build unix

package engine_test

import (
	"fmt"
	"math"
	"runtime"
	"syscall"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/engine"
)

// best reports the time per request of the fastest of several runs. Prepare makes a run. Other work
// on the machine can only slow runs down.
func best(b *testing.B, requests float64, prepare func() func()) {
	b.ReportAllocs()
	least := time.Duration(math.MaxInt64)
	for range b.N {
		run, before := prepare(), processor()
		run()
		least = min(least, processor()-before)
	}
	b.ReportMetric(requests/least.Seconds()/1e6, "M-requests/cpu-s")
	b.ReportMetric(float64(least.Nanoseconds())/requests, "cpu-ns/request")
}

// running returns a function that runs a setup.
func running(b *testing.B, s sim.Setup) func() {
	return func() {
		if err := engine.Run(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}

// processor returns the processor time that the process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTokenPath reports LLM requests per second of processor time, with the metrics of an
// experiment. BenchmarkRequests of package tokens measures replicas alone.
//
//	go test -run xxx -bench TokenPath ./sim/engine
func BenchmarkTokenPath(b *testing.B) {
	const requests = 500_000
	for _, replicas := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("256+256/%d", replicas), func(b *testing.B) {
			best(b, requests, func() func() {
				return running(b, tokenPath(b, replicas, requests, 10, clamped(256, 100), clamped(256, 100)))
			})
		})
		b.Run(fmt.Sprintf("128+16/%d", replicas), func(b *testing.B) {
			best(b, requests, func() func() { return running(b, tokenPath(b, replicas, requests, 100, fixed(128), fixed(16))) })
		})
	}
}

// BenchmarkTokenMemory reports the memory of the process after a long run, and after one that is
// twenty times as long.
//
//	go test -run xxx -bench TokenMemory -benchtime 1x ./sim/engine
func BenchmarkTokenMemory(b *testing.B) {
	for _, requests := range []int64{1_000_000, 20_000_000} {
		b.Run(fmt.Sprint(requests), func(b *testing.B) {
			best(b, float64(requests), func() func() { return running(b, tokenPath(b, 8, requests, 100, fixed(128), fixed(16))) })
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys)/1e6, "MB")
		})
	}
}
