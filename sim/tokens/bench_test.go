//go:build unix

package tokens

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// processor returns the processor time that the process has used.
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

// measure serves requests and reports how many per second of processor time.
func measure(b *testing.B, f *fleet, all []arrival) {
	f.serve(all, 20000)
	f.steps = 0
	b.ReportAllocs()
	b.ResetTimer()
	before := processor()
	f.serve(all, b.N)
	took := (processor() - before).Seconds() * 1e6
	b.ReportMetric(float64(b.N)/took, "M-requests/cpu-s")
	b.ReportMetric(took/float64(b.N), "cpu-µs/request")
	b.ReportMetric(float64(f.steps)/float64(b.N), "steps/request")
}

// BenchmarkHostMemory serves prompts of 8 segments of 512 tokens. Host memory holds ten times as
// many blocks as the device.
func BenchmarkHostMemory(b *testing.B) {
	c := cached(config14B())
	c.Blocks, c.MaxTokens = 2000, 8192
	c.Offload = &Offload{Blocks: 20000, Grains: 1e5 * profile.Grains}
	all := load(1, 4096, 0, 64)
	for i := range all {
		all[i].content = &Content{}
		for j := range 8 {
			all[i].content.Prefix = append(all[i].content.Prefix, Segment{uint64(i%61)*1000 + uint64(j), 512})
		}
	}
	measure(b, fleetOf(c, 1), all)
}

// BenchmarkRequests serves requests by replicas alone, and by the simplest servers for comparison.
func BenchmarkRequests(b *testing.B) {
	for _, l := range loads {
		for _, n := range []int{1, 8, 64} {
			all := load(l.rate*float64(n), l.mean, l.deviation, l.output)
			c := config14B()
			first := config14B()
			first.PrefillFirst = true
			b.Run(fmt.Sprintf("replica/%s/%d", l.name, n), func(b *testing.B) { measure(b, fleetOf(c, n), all) })
			b.Run(fmt.Sprintf("prefill-first/%s/%d", l.name, n), func(b *testing.B) { measure(b, fleetOf(first, n), all) })
			b.Run(fmt.Sprintf("table/%s/%d", l.name, n), func(b *testing.B) { measure(b, fleetOf(tabled(), n), all) })
			b.Run(fmt.Sprintf("bare/%s/%d", l.name, n), func(b *testing.B) {
				measure(b, newFleet(n, func() server { return &bare{c: c} }), all)
			})
		}
	}
}

// tabled returns the replica of config14B with a table that has the times of its step-time model.
func tabled() *Config {
	c := config14B()
	form, sizes := c.StepTime, []int64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384}
	list := func(axis []int64, work func(int64) profile.Work) (times []int64) {
		for _, size := range axis {
			times = append(times, form.Time(work(size)))
		}
		return times
	}
	grid := func(first, second []int64, work func(a, b int64) profile.Work) profile.StepGrid {
		g := profile.StepGrid{Axes: [][]int64{first, second}}
		for _, a := range first {
			for _, time := range list(second, func(b int64) profile.Work { return work(a, b) }) {
				g.Time = append(g.Time, time-form.Time(profile.Work{}))
			}
		}
		return g
	}
	t := &profile.StepTable{Graphs: 512, Tokens: profile.StepCurve{At: sizes, Time: list(sizes, func(n int64) profile.Work { return profile.Work{Prefill: n} })}}
	t.Decode = grid(sizes[:9], sizes, func(n, context int64) profile.Work { return profile.Work{Context: n * context} })
	t.Prefill = grid(sizes, sizes[4:], func(cached, n int64) profile.Work { return profile.Work{Attention: n * (2*cached + n)} })
	t.Mixed = profile.StepGrid{Axes: [][]int64{sizes[4:10], sizes[6:12], sizes[:9], sizes[4:]}}
	for _, n := range t.Mixed.Axes[0] {
		for _, cached := range t.Mixed.Axes[1] {
			t.Mixed.Time = append(t.Mixed.Time, grid(t.Mixed.Axes[2], t.Mixed.Axes[3], func(other, context int64) profile.Work {
				return profile.Work{Attention: n * (2*cached + n), Context: other * context}
			}).Time...)
		}
	}
	c.StepTime = profile.StepTime{Table: t}
	return c
}

// BenchmarkRandomAcceptance serves requests with four drafts each.
func BenchmarkRandomAcceptance(b *testing.B) {
	c := config14B()
	c.Draft, c.Acceptance, c.RandomAcceptance = 4, 0.7, true
	measure(b, fleetOf(c, 1), load(loads[0].rate, loads[0].mean, loads[0].deviation, 0))
}

// BenchmarkAdapters serves requests of 40 LoRA adapters, 8 of which have a slot.
func BenchmarkAdapters(b *testing.B) {
	c := config14B()
	c.Adapters = &Adapters{Slots: 8, Host: 32, Copy: 8e6, Fetch: 2e8}
	all := load(loads[0].rate, loads[0].mean, loads[0].deviation, 0)
	for i := range all {
		all[i].adapter = int32(i*i%40) + 1
	}
	measure(b, fleetOf(c, 1), all)
}

// BenchmarkSlow serves requests by a replica that takes 1.5 times as long, so that every step is
// made by itself.
func BenchmarkSlow(b *testing.B) {
	f := fleetOf(config14B(), 1)
	for _, s := range f.servers {
		s.(full).Slow(0, 1.5)
	}
	measure(b, f, load(loads[0].rate/2, loads[0].mean, loads[0].deviation, 0))
}

// grouped is a replica of several engines, with less than 2¹⁶ requests at a time.
type grouped struct{ *EngineGroup }

func (g grouped) arrive(now kernel.Time, ordinal int64, a *arrival) kernel.Time {
	g.Enqueue(int32(ordinal&(1<<16-1)), EngineRequest{Prompt: a.prompt, Output: a.output, Ordinal: ordinal})
	return g.Wake(now)
}

func (g grouped) step(now kernel.Time) (finished int, next kernel.Time, steps int) {
	for _, o := range g.End(now) {
		if o.Kind == Finished {
			finished++
		}
	}
	for s := g.Steps(); s != nil; s = s.Also {
		steps += s.Count
	}
	_, next = g.Begin(now)
	return finished, next, steps
}

// BenchmarkGroups serves requests by a pipeline of four stages, and by four ranks.
func BenchmarkGroups(b *testing.B) {
	for name, of := range map[string]Parallel{"stages": {Stages: 4}, "ranks": {Ranks: 4}} {
		b.Run(name, func(b *testing.B) {
			c := config14B()
			c.Parallel = of
			f := newFleet(1, func() server { return grouped{NewGroup(c, &Pool{})} })
			measure(b, f, load(2*loads[0].rate, loads[0].mean, loads[0].deviation, 0))
		})
	}
}

// BenchmarkPrefixCache serves prompts of 24 segments of 512 tokens. About half of the
// segments are found in the cache.
func BenchmarkPrefixCache(b *testing.B) {
	c := cached(config14B())
	c.Blocks, c.MaxTokens = 60000, 8192
	all := load(1, 12288, 0, 64)
	for i := range all {
		content := &Content{}
		for j := range 24 {
			about := uint64(i%97)*1000 + uint64(j) // contents of conversations that are continued
			if j >= 12+i/97%12 {
				about = uint64(i)*1000 + uint64(j) + 1e9
			}
			content.Prefix = append(content.Prefix, Segment{about, 512})
		}
		all[i].content = content
	}
	measure(b, fleetOf(c, 1), all)
}

// Processor exports processor for the benchmark of the step-by-step engine.
var Processor = processor
