package engine_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/sim/tokens"
)

// talks is a stream of LLM requests, some of which share the beginning of their prompts.
type talks struct {
	mixture
	longest int
}

func (m *talks) Next(r *fleet.Request) bool {
	m.mixture.Next(r)
	r.Input, r.Output = int32(1+m.stream.IntN(m.longest)), int32(1+m.stream.IntN(m.longest))
	if m.stream.IntN(2) == 0 {
		r.Content = &tokens.Content{Prefix: []tokens.Segment{{Content: uint64(1 + m.stream.IntN(3)), Tokens: min(r.Input, 40)}}}
	}
	return true
}

// drawnTokens draws the configuration of a token replica, often with too few blocks.
func drawnTokens(t *rapid.T) *tokens.Config {
	c := &tokens.Config{
		StepTime:     profile.StepTime{Memory: profile.Form{Constant: 9_000_000 * profile.Grains, Context: 3000 * profile.Grains}, Compute: profile.Form{Prefill: 120_000 * profile.Grains, Decode: 100_001}},
		MaxSequences: rapid.IntRange(1, 20).Draw(t, "sequences"),
		Chunked:      rapid.Bool().Draw(t, "chunked"),
		Block:        rapid.SampledFrom([]int{1, 7, 16}).Draw(t, "block"),
		Context:      150,
		PrefixCache:  rapid.Bool().Draw(t, "prefix cache"),
		Before:       time.Duration(rapid.IntRange(0, 1).Draw(t, "before")) * 3 * time.Millisecond,
		PerToken:     time.Duration(rapid.IntRange(0, 1).Draw(t, "per token")) * time.Microsecond,
		After:        time.Duration(rapid.IntRange(0, 1).Draw(t, "after")) * time.Millisecond,
	}
	c.Blocks = (110 + rapid.IntRange(0, 600).Draw(t, "tokens")) / c.Block
	c.MaxTokens = rapid.IntRange(20, 200).Draw(t, "budget")
	return c
}

// TestTokenReplicasKeepTheInvariants runs token replicas together with batch replicas of another
// model. Replicas come, go and fail. Some requests give up, and some are too large for every
// replica.
func TestTokenReplicasKeepTheInvariants(t *testing.T) {
	finished, retried, rejected, preempted := int64(0), int64(0), int64(0), 0
	rapid.Check(t, func(t *rapid.T) {
		c := simtest.Mixed()
		c.Models[0].Timeout = time.Duration(rapid.IntRange(0, 2).Draw(t, "timeout")) * time.Second
		for d := range 2 {
			c.Deployments[d].Tokens = drawnTokens(t)
			c.Deployments[d].MaxBatch, c.Deployments[d].Slots = 1, 1
		}
		if rapid.IntRange(0, 4).Draw(t, "loseMachines") > 0 {
			c.Types[0].Failures = fleet.Failures{MTBF: time.Second, Repair: time.Second}
			c.Types[1].Spot = fleet.Spot{Life: 6 * time.Second, Notice: time.Second}
		}
		seed := rapid.Uint64().Draw(t, "seed")
		stream := &talks{mixture{stream: kernel.NewStream(seed, 0, "arrivals", 0), step: 3 * time.Millisecond, models: 2}, rapid.IntRange(2, 90).Draw(t, "longest")}
		check := simtest.NewInvariantChecker(c)
		answers := &answers{t: t, seen: map[int64]bool{}}
		run(t, sim.Setup{
			Spec: c, Arrivals: stream, Levers: sim.Levers{Router: rapid.SampledFrom([]sim.Router{routing.NewLeastOutstanding(), routing.NewCentralQueue()}).Draw(t, "router"), Batcher: batching.NewGreedy(), Allocator: simtest.RandomAllocator{Stream: kernel.NewStream(seed, 0, "policy", 0)}},
			Duration: 40 * time.Second, Drain: time.Second, Period: 5 * time.Second, FailLost: rapid.IntRange(0, 3).Draw(t, "fail lost") == 0,
			Observers: []sim.Observer{check, answers},
		})
		finished, retried, rejected, preempted = finished+check.Finished, retried+check.Retried, rejected+check.Rejected, preempted+answers.preempted
	})
	if finished == 0 || retried == 0 || rejected == 0 || preempted == 0 {
		t.Errorf("%d finished, %d retried, %d rejected, %d preempted: some path was never walked", finished, retried, rejected, preempted)
	}
}

// answers checks the facts of answered LLM requests.
type answers struct {
	t         anyT
	seen      map[int64]bool // requests whose first token was emitted
	preempted int
}

func (a *answers) Observe(f *sim.Fact) {
	switch f.Kind {
	case sim.RequestFirstToken:
		a.seen[f.Request.Ordinal] = true
	case sim.RequestPreempted:
		a.preempted++
	case sim.RequestFinished:
		if f.Timings == nil {
			return // the request is served by a batch replica
		}
		if !a.seen[f.Request.Ordinal] || f.Timings.Queued < 0 || f.Timings.FirstToken <= f.Timings.Queued || f.Timings.FirstToken > f.Span || f.Timings.Cached >= f.Request.Input {
			a.t.Fatal(fmt.Sprintf("request %d with %d tokens took %v: %+v", f.Request.Ordinal, f.Request.Input, f.Span, *f.Timings))
		}
	case sim.StepsTaken:
		if s := f.Steps; s.HeldFirst > s.HeldLast || s.HeldLast > s.Blocks || s.Decoding > s.Running || s.Span <= 0 {
			a.t.Fatal(fmt.Sprintf("replica %d took %+v", f.Replica, *s))
		}
	}
}

// utilizations is an allocator that starts one replica and records the utilization of every window.
type utilizations struct {
	simtest.Fixed
	seen []float64
}

func (w *utilizations) Allocate(v *sim.View) (sim.Plan, error) {
	if v.Now() > 0 {
		w.seen = append(w.seen, v.Window().Deployments[0].Utilization())
	}
	return w.Fixed.Allocate(v)
}

// TestStepsAreToldWhenTheyHaveEnded runs one request of 50 output tokens, with one step of 10 ms
// for each. Ten steps end in the first window of 105 ms, and eleven in the second; the last of
// these ends together with the window. When the run ends, the steps that have ended are reported,
// with the request still in flight.
func TestStepsAreToldWhenTheyHaveEnded(t *testing.T) {
	steps, ended := 0, kernel.Time(0)
	watch := observer(func(f *sim.Fact) {
		switch f.Kind {
		case sim.StepsTaken:
			steps += f.Steps.Count
		case sim.Ended:
			ended = f.At
		}
	})
	w := &utilizations{Fixed: simtest.Fixed{Replicas: 1}}
	run(t, sim.Setup{
		Spec: parted(false, steady(), 0), Arrivals: &fixedTalks{[]int{0}, 50}, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: w}, Duration: 250 * time.Millisecond, Period: 105 * time.Millisecond, Drain: 105 * time.Millisecond, Observers: []sim.Observer{watch},
	})
	if got := fmt.Sprint(w.seen); got != "[0.9523809523809523 1]" || steps != 35 || ended != kernel.Time(350*time.Millisecond) {
		t.Errorf("utilizations %v, %d steps until %v", got, steps, ended)
	}
}

// A replica is planned for four requests at a time in 2.5 s; one alone takes 1 s, two take 1.5 s.
// So one request alone is served at (1/1)/(4/2.5) = 2.5/4 of the planned rate, and two requests at
// (2/1.5)/(4/2.5) = 5/6 of it. A request of 50 tokens takes 500 ms.
func TestTokenReplicasAreUtilizedByTheRequestsThatRun(t *testing.T) {
	c := parted(false, steady(), 0)
	c.Deployments[0].MaxBatch = 4
	latency, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}, {Size: 4, Latency: 2500 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	c.Deployments[0].Latency = latency
	w := &utilizations{Fixed: simtest.Fixed{Replicas: 1}}
	run(t, sim.Setup{
		Spec: c, Arrivals: &fixedTalks{[]int{0, 1000, 1000}, 50}, Levers: sim.Levers{Router: routing.NewLeastOutstanding(), Batcher: batching.NewGreedy(), Allocator: w}, Duration: 3500 * time.Millisecond, Period: time.Second, Drain: -1,
	})
	if got := fmt.Sprint(w.seen); got != "[0.3125 0.416666666 0]" {
		t.Errorf("utilizations %v", got)
	}
}
