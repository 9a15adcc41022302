package engine_test

import (
	"testing"
	"time"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/sim/tokens"
	"wavetank/workload"
	"wavetank/workload/distribution"
)

// recall checks how much the turns of conversations find in the prefix cache of a replica that
// evicts nothing.
type recall struct {
	t             *testing.T
	system, block int32
	computed      map[int64]int32 // by session: tokens that its last turn left in the cache
	longest       int32           // tokens of the longest prompt with its answer
	turns, opened int
}

func (c *recall) Observe(f *sim.Fact) {
	if f.Kind != sim.RequestFinished {
		return
	}
	r := f.Request
	want, later := c.computed[r.Session]
	if !later {
		want = c.system
		c.opened++
	}
	want = want / c.block * c.block
	// the first conversation with a variant of the system prompt
	cold := !later && f.Timings.Cached == 0 && c.opened < 20
	if !cold && f.Timings.Cached != want {
		c.t.Errorf("turn of session %d with %d tokens finds %d, want %d", r.Session, r.Input, f.Timings.Cached, want)
	}
	c.computed[r.Session] = r.Input + r.Output - 1 // the last token of an answer is not computed
	c.longest = max(c.longest, r.Input+r.Output)
	c.turns++
}

// TestConversationsFindWhatTheyRepeat runs conversations on one token replica with room for all of
// them.
func TestConversationsFindWhatTheyRepeat(t *testing.T) {
	one, err := profile.Table([]profile.Point{{Size: 1, Latency: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	c := simtest.OneModel(one, 1, 1)
	c.Deployments[0].Tokens = &tokens.Config{
		StepTime: decoder14B(t), MaxSequences: 256, MaxTokens: 2048, Chunked: true, Block: 16, Blocks: 1 << 20, Context: 1 << 20, PrefixCache: true,
	}
	everything := distribution.Bounds{Min: 1, Max: distribution.LargestCount}
	must := func(c distribution.Count, err error) distribution.Count {
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	only, errM := workload.Only(0)
	poisson, errP := workload.Poisson(2)
	if errM != nil || errP != nil {
		t.Fatal(errM, errP)
	}
	lane := workload.Lane{Name: "chat", Seed: 1, Models: only}
	src, err := lane.Conversations(workload.ClosedLoop{
		Arrivals: poisson, Turns: must(distribution.GeometricCount(4, everything)), Think: workload.Pause{Mean: 5 * time.Second, Distribution: distribution.Exponential()}, First: 1, Step: 1,
		Lengths: &workload.Lengths{
			Input: must(distribution.LognormalCount(120, 100, everything)), Output: must(distribution.LognormalCount(150, 100, everything)),
			System: []workload.SystemPrompt{{Tokens: 500, Variants: 2}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	heard := &recall{t: t, system: 500, block: 16, computed: map[int64]int32{}}
	run(t, sim.Setup{
		Spec: c, Arrivals: src, Levers: sim.Levers{Router: routing.NewRoundRobin(), Batcher: batching.NewGreedy(), Allocator: simtest.Fixed{Replicas: 1}},
		Duration: 200 * time.Second, Drain: -1, Observers: []sim.Observer{heard},
	})
	if heard.turns < 1000 || heard.longest < 3000 {
		t.Errorf("%d turns of at most %d tokens", heard.turns, heard.longest)
	}
}
