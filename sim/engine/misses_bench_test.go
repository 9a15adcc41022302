//go:build unix

package engine_test

import (
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/sim"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
)

// BenchmarkMissesTold compares runs with all metrics and runs without Misses. Windows are 15 s
// long, and no request misses.
//
//	go test -run xxx -bench MissesTold ./sim/engine
func BenchmarkMissesTold(b *testing.B) {
	const requests = 500_000
	paths := map[string]func() sim.Setup{
		"singles": func() sim.Setup { return singlePath(b, requests) },
		"batches": func() sim.Setup { return batchPath(b, requests) },
		"tokens":  func() sim.Setup { return tokenPath(b, 8, requests/10, 10, clamped(256, 100), clamped(256, 100)) },
	}
	for path, setup := range paths {
		for _, how := range []string{"told", "untold"} {
			b.Run(path+"/"+how, func(b *testing.B) {
				best(b, requests, func() func() {
					s := setup()
					s.Spec.Models[0].Target = 50 * time.Millisecond
					if s.Spec.Deployments[0].Tokens != nil {
						s.Spec.Models[0].Target = time.Minute
					}
					span := metrics.MeasuredSpan{Until: kernel.Time(time.Hour), Period: 15 * time.Second}
					board := metrics.NewBoard(s.Spec, span, time.Minute)
					s.Observers = board.Observers()
					if how == "untold" {
						s.Observers = []sim.Observer{metrics.NewServiceLevel(s.Spec, span), board.Tokens, board.Provision, board.HeldBack, metrics.NewSeries(s.Spec, span.Until, time.Minute)}
					}
					return running(b, s)
				})
			})
		}
	}
}

// singlePath is batchPath with batches of one.
func singlePath(t testing.TB, count int64) sim.Setup {
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	s := batchPath(t, count)
	s.Spec = simtest.OneModel(latency, 1, 8)
	arrivals := simtest.Poisson(1, 0, 8*0.8*latency.Throughput(1), false)
	arrivals.Count = count
	s.Arrivals = arrivals
	return s
}
