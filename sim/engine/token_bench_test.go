//go:build unix

package engine_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/tokens"
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

// BenchmarkHandover reports LLM requests per second of processor time if the KV cache of each moves
// to another replica, as a whole or layer by layer.
//
//	go test -run xxx -bench Handover ./sim/engine
func BenchmarkHandover(b *testing.B) {
	const requests = 50_000
	for _, layers := range []int{1, 32} {
		b.Run(fmt.Sprint("layers/", layers), func(b *testing.B) {
			best(b, requests, func() func() {
				s := tokenPath(b, 4, requests, 20, clamped(256, 100), clamped(64, 20))
				c := *s.Spec
				c.Models = append(slices.Clone(c.Models), c.Models[0])
				c.Variants = append(slices.Clone(c.Variants), c.Variants[0])
				c.Deployments = append(slices.Clone(c.Deployments), c.Deployments[0])
				c.Models[0].Decoder, c.Models[1].Name = 1, "decode"
				c.Variants[1].Model, c.Deployments[1].Model, c.Deployments[1].Variant = 1, 1, 1
				c.Deployments[0].Tokens.TokenBytes, c.Deployments[0].Tokens.Handover = 160e3, tokens.Handover{Fixed: time.Millisecond, Layers: layers}
				c.Types = slices.Clone(c.Types)
				c.Types[0].Network, c.Types[0].Max = 12.5e9, 2*c.Types[0].Max
				s.Spec, s.Observers, s.Allocator = &c, nil, &pools{each: 4}
				return running(b, s)
			})
		})
	}
}

// pools is an allocator that places so many replicas of each deployment, each on a machine of its
// own, at the start.
type pools struct{ each int }

func (p *pools) Allocate(v *sim.View) (plan sim.Plan, _ error) {
	if v.Now() > 0 {
		return plan, nil
	}
	for d := range v.Spec().Deployments {
		for range p.each {
			plan.Load = append(plan.Load, sim.Placement{Deployment: fleet.DeploymentID(d), Machine: sim.Booted(len(plan.Boot))})
			plan.Boot = append(plan.Boot, 0)
		}
	}
	return plan, nil
}
func (*pools) String() string { return "pools" }

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
