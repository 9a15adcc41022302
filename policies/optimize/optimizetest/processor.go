//go:build unix

package optimizetest

import (
	"syscall"
	"testing"
	"time"
)

// Processor returns the processor time that this process has used.
func Processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Against measures the processor time of CBC and of a function that solves the same files. They
// solve them alternately. The metrics are the times of the fastest solve of each file in ms, summed
// over the files, and their ratio.
func Against(b *testing.B, files []string, solve func(file string)) {
	CBC.Need(b)
	own, others := make([]time.Duration, len(files)), make([]time.Duration, len(files))
	for b.Loop() {
		for i, file := range files {
			before := Processor()
			solve(file)
			took := Processor() - before
			_, _, other := CBC.Ask(b, file)
			if own[i] == 0 || took < own[i] {
				own[i] = took
			}
			if others[i] == 0 || other < others[i] {
				others[i] = other
			}
		}
	}
	sum := func(times []time.Duration) (total float64) {
		for _, t := range times {
			total += float64(t.Seconds() * 1e3)
		}
		return total
	}
	b.ReportMetric(sum(own), "cpu-ms")
	b.ReportMetric(sum(others), "CBC-ms")
	b.ReportMetric(sum(own)/sum(others), "ratio")
}
