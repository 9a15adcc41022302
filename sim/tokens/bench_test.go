//go:build unix

package tokens

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

// processor returns the time that the process has had of processors.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var loads = []struct {
	name            string
	rate            float64
	mean, deviation float64
	output          int32
}{{"N(256,100)", 10, 256, 100, 0}, {"128-16", 100, 128, 0, 16}}

// BenchmarkRequests serves requests by replicas that do nothing else.
func BenchmarkRequests(b *testing.B) {
	for _, l := range loads {
		for _, n := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/%d", l.name, n), func(b *testing.B) {
				all := load(l.rate*float64(n), l.mean, l.deviation, l.output)
				f := newFleet(config14B(), n)
				f.serve(all, 20000)
				f.steps = 0
				b.ResetTimer()
				b.ReportAllocs()
				before := processor()
				f.serve(all, b.N)
				b.ReportMetric(float64(b.N)/(processor()-before).Seconds()/1e6, "M-requests/cpu-s")
				b.ReportMetric(float64(f.steps)/float64(b.N), "steps/request")
			})
		}
	}
}
