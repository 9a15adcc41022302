package engine_test

import (
	"math"
	"testing"
	"time"

	"wavetank/metrics"
	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/sim/tokens"
)

// decoder14B returns a step-time model like that of a 14-billion-parameter decoder on an H100: 8 to
// 12 ms with a few tens of sequences.
func decoder14B(t testing.TB) profile.StepTime {
	form := func(c profile.Coefficients) profile.Form {
		f, err := profile.NewForm(c)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	return profile.StepTime{
		Compute:  form(profile.Coefficients{Constant: 1e-3, Prefill: 45e-6, Decode: 45e-6, Attention: 1.5e-9}),
		Memory:   form(profile.Coefficients{Constant: 8.5e-3, Context: 75e-9}),
		Overhead: form(profile.Coefficients{Constant: 4e-4, Sequence: 1e-5}),
	}
}

// tokenPath returns a run with Poisson arrivals, token replicas and metrics.
func tokenPath(t testing.TB, replicas int, count int64, rate float64, length func(draw float64) int32, output func(draw float64) int32) sim.Setup {
	one, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(one, 1, replicas)
	c.Deployments[0].Tokens = &tokens.Config{
		StepTime: decoder14B(t), MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 17000, Context: 8192,
	}
	if err := c.Deployments[0].Tokens.Validate(); err != nil {
		t.Fatal(err)
	}
	draws := kernel.NewStream(1, 0, "lengths", 0)
	arrivals := &withLengths{GapStream: simtest.Poisson(1, 0, rate*float64(replicas), false), input: func() int32 { return length(normal(draws)) }, output: func() int32 { return output(normal(draws)) }}
	arrivals.Count = count
	const day = 1000 * 24 * time.Hour
	measured := metrics.MeasuredSpan{Until: kernel.Time(day)}
	return sim.Setup{
		Spec: c, Arrivals: arrivals, Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: replicas}}, Duration: day, Drain: -1,
		Observers: []sim.Observer{metrics.NewServiceLevel(c, measured), metrics.NewTokenServing(c, measured)},
	}
}

type withLengths struct {
	*simtest.GapStream
	input, output func() int32
}

func (w *withLengths) Next(r *fleet.Request) bool {
	if !w.GapStream.Next(r) {
		return false
	}
	r.Input, r.Output = w.input(), w.output()
	return true
}

// normal returns a standard normal draw, by the method of Box and Muller.
func normal(s *kernel.Stream) float64 {
	return math.Sqrt(2*s.Exponential()) * math.Cos(2*math.Pi*s.Float64())
}

func clamped(mean, deviation float64) func(float64) int32 {
	return func(z float64) int32 { return int32(min(max(math.Round(mean+deviation*z), 1), 2*mean)) }
}

func fixed(n int32) func(float64) int32 { return func(float64) int32 { return n } }
