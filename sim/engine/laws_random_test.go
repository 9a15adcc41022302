package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/workload"
)

// TestALongerHorizonKeepsThePrefix runs worlds with two durations. Until the shorter one is over,
// the same happens in both.
func TestALongerHorizonKeepsThePrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		whole := w.setup(t, step)
		cut := time.Duration(rapid.IntRange(1, horizon).Draw(t, "shorter")) * step
		until := func(duration time.Duration) []string {
			s := w.setup(t, step)
			s.Duration, s.Warmup = duration, 0
			r := &recorder{step: step, keep: func(f *sim.Fact) bool { return f.At < kernel.Time(cut) }}
			s.Observers = append(s.Observers, r)
			run(t, s)
			return r.lines
		}
		if d := cmp.Diff(until(cut), until(whole.Duration)); d != "" {
			t.Error(d)
		}
	})
}

// TestSplittingAStreamChangesNothing gives the requests of worlds as one stream, and as two that
// are merged. Requests of one instant stay in one of the two, because merging orders them by
// stream.
func TestSplittingAStreamChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		want := recorded(t, w.setup(t, step), step)
		var parts [2]list
		part, last := 0, kernel.Time(-1)
		all := w.setup(t, step).Arrivals
		for r := (fleet.Request{}); all.Next(&r); last = r.Arrival {
			if r.Arrival != last {
				part = rapid.IntRange(0, 1).Draw(t, "stream")
			}
			parts[part] = append(parts[part], r)
		}
		s := w.setup(t, step)
		s.Arrivals = workload.Merge(opened{&parts[0]}, opened{&parts[1]})
		if d := cmp.Diff(want, recorded(t, s, step)); d != "" {
			t.Error(d)
		}
	})
}

// opened is a list as a source.
type opened struct{ *list }

func (opened) Close() error { return nil }

// TestTwinPoolsMergeUnderACentralQueue gives each request of a G/G/c queue a twin with the same
// arrival and work. Two pools with a queue each serve the twins apart, or one pool of twice the
// size serves both kinds from one queue, first come first served. The sorted vector of the
// remaining work of the servers (Kiefer and Wolfowitz 1955) of the large pool is that of a small
// pool with each element twice. By induction each request finishes at the same instant.
func TestTwinPoolsMergeUnderACentralQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		latency, err := profile.Table([]profile.Point{{Size: 1, Latency: unit}})
		if err != nil {
			t.Fatal(err)
		}
		servers, slots := rapid.IntRange(1, 4).Draw(t, "servers"), rapid.IntRange(1, 3).Draw(t, "slots")
		var requests []fleet.Request
		at := kernel.Time(0)
		for range rapid.IntRange(10, 120).Draw(t, "requests") {
			at += kernel.Time(rapid.IntRange(0, 4).Draw(t, "gap")) * kernel.Time(unit) / kernel.Time(servers*slots)
			requests = append(requests, fleet.Request{Arrival: at, Work: float64(rapid.IntRange(0, 16).Draw(t, "work")) / 8})
		}
		ends := func(times, replicas int) []string {
			var l list
			for _, r := range requests {
				for range times {
					l = append(l, r)
				}
			}
			done := finishes{}
			run(t, sim.Setup{
				Spec: simtest.OneModel(latency, slots, replicas), Arrivals: &l, Duration: time.Hour, Drain: -1, Observers: []sim.Observer{done},
				Levers: sim.Levers{Router: routing.NewCentralQueue(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: replicas}},
			})
			var list []string
			for i := range int64(len(l)) {
				list = append(list, fmt.Sprint(i/int64(times), " ", done[i]))
			}
			return list
		}
		apart, merged := ends(1, servers), ends(2, 2*servers)
		for i, line := range merged {
			if want := apart[i/2]; line != want {
				t.Fatalf("request %d of the merged pool ends as %s, want %s", i, line, want)
			}
		}
	})
}
