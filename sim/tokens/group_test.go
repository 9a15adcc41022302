package tokens_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
	"wavetank/sim/tokens/stepwise"
)

// drawGroup draws a small replica of several engines.
func drawGroup(t *rapid.T) *tokens.Config {
	c := drawConfig(t)
	n := rapid.IntRange(2, 4).Draw(t, "engines")
	c.Blocks, c.Ahead, c.Adapters = n*c.Blocks, false, nil
	if rapid.Bool().Draw(t, "stages") {
		c.Stages, c.Hop = n, time.Duration(rapid.SampledFrom([]int{0, 1, 1e6}).Draw(t, "hop"))
	} else {
		c.Ranks = n
		if c.StepTime.Table != nil {
			c.StepTime.Table.Ranks = int64(n)
		}
	}
	return c
}

// byEngine sorts linked steps by their engine.
func byEngine(all map[int][]tokens.Steps, s *tokens.Steps) {
	for ; s != nil && s.Count > 0; s = s.Also {
		one := *s
		one.Also = nil
		all[s.Engine] = append(all[s.Engine], one)
	}
}

// served is what several engines have done.
type served struct {
	trace  []told
	steps  map[int][]tokens.Steps
	faults []string
}

// parallel is the common part of the two kinds of groups.
type parallel interface {
	engine
	Steps() *tokens.Steps
	Faults() []string
}

func serveTogether(g parallel, acts []act) (s served) {
	s.steps = map[int][]tokens.Steps{}
	s.trace = play(g, acts, func(kernel.Time) {
		byEngine(s.steps, g.Steps())
		s.faults = append(s.faults, g.Faults()...)
	})
	return s
}

// TestGroupsAgreeWithStepwiseGroups compares replicas of several engines with the step-by-step
// version: all outcomes, and the steps of every engine.
func TestGroupsAgreeWithStepwiseGroups(t *testing.T) {
	for range 20 { // each draws as many cases as the flags of rapid say
		rapid.Check(t, func(t *rapid.T) {
			c := drawGroup(t)
			acts := drawActs(t, c)
			want := serveTogether(stepwise.NewGroup(c), acts)
			got := serveTogether(tokens.NewGroup(c, &tokens.Pool{}), acts)
			faults := append(want.faults, got.faults...)
			if !slices.Equal(want.trace, got.trace) {
				faults = append(faults, "(-stepwise +group) "+cmp.Diff(want.trace, got.trace))
			}
			for i := range c.Engines() {
				faults = append(faults, sameSteps(got.steps[i], want.steps[i])...)
			}
			if len(faults) > 0 {
				t.Fatalf("%+v\n%s", *c, faults[0])
			}
		})
	}
}

// sameSteps compares runs of steps with the single steps of an engine.
func sameSteps(runs, singles []tokens.Steps) (faults []string) {
	for i := range runs {
		n := runs[i].Count
		if n > len(singles) {
			return append(faults, fmt.Sprintf("%d steps are left for %+v", len(singles), runs[i]))
		}
		singles[n-1].Waiting = runs[i].Waiting // it may be reported later
		faults = append(faults, stepwise.Agree(&runs[i], singles[:n])...)
		singles = singles[n:]
	}
	if len(singles) > 0 {
		faults = append(faults, fmt.Sprintf("%d steps are missing, from %+v", len(singles), singles[0]))
	}
	return faults
}

// TestOneEngineIsNoGroup: a replica with one stage, or one rank, is the plain engine.
func TestOneEngineIsNoGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		c.Ahead, c.Adapters = false, nil
		acts := drawActs(t, c)
		want, _ := serve(c, acts)
		one := *c
		one.Stages, one.Ranks = rapid.IntRange(0, 1).Draw(t, "stages"), rapid.IntRange(0, 1).Draw(t, "ranks")
		if got, _ := serve(&one, acts); !slices.Equal(want, got) {
			t.Fatalf("%v\nwith one: %v", want, got)
		}
	})
}

// TestARequestAloneTakesAsLongAsOneEngine: nothing waits in the stages, and the other ranks have no
// work.
func TestARequestAloneTakesAsLongAsOneEngine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawGroup(t)
		c.StepTime.Compute.Constant += profile.Grains
		q := drawRequest(t, c, nil)
		q.Computed = 0
		acts := []act{{what: "arrive", request: q, known: true}}
		one := *c.Part()
		one.Parallel, one.StepTime.Overhead.Constant = tokens.Parallel{}, one.StepTime.Overhead.Constant+int64(max(0, c.Stages-1))*int64(c.Hop)*profile.Grains
		want, _ := serve(&one, acts)
		if got := serveTogether(tokens.NewGroup(c, &tokens.Pool{}), acts).trace; !slices.Equal(want, got) {
			t.Fatalf("%+v\n%v\nalone in a group: %v", *c, want, got)
		}
	})
}

// steady serves n equal requests that come together and returns when the last of them ends.
func steady(c *tokens.Config, n, prompt, output int32) time.Duration {
	var acts []act
	for i := range n {
		acts = append(acts, act{what: "arrive", id: i, request: tokens.EngineRequest{Prompt: prompt, Output: output, Ordinal: int64(i)}, quiet: true, known: true})
	}
	last := kernel.Time(0)
	for _, o := range serveTogether(tokens.NewGroup(c, &tokens.Pool{}), acts).trace {
		last = max(last, o.At)
	}
	return last.Sub(0)
}

// TestBubblesOfAPipelineAreTheClosedForm: m equal batches of one sequence each make k steps in S
// stages, of 12 ms in all stages together and a hop between stages. With m ≤ S every engine has at
// most one. Batch i begins i stage times after the first, and its steps follow each other without
// waiting: a round of m batches fits into the time of a step. So the last batch ends after k steps
// and m − 1 stage times, and m/S of the time of the stages is used but for the hops.
func TestBubblesOfAPipelineAreTheClosedForm(t *testing.T) {
	const steps, stages = 10, 4
	const step, hop = 12 * time.Millisecond, time.Millisecond
	c := &tokens.Config{
		StepTime:     profile.StepTime{Compute: profile.Form{Constant: int64(step) * profile.Grains}},
		MaxSequences: 1, MaxTokens: 64, Chunked: true, Block: 16, Blocks: 400, Context: 100, Parallel: tokens.Parallel{Stages: stages, Hop: hop},
	}
	for m := int32(1); m <= stages; m++ {
		want := steps*(step+(stages-1)*hop) + time.Duration(m-1)*step/stages
		if got := steady(c, m, 10, steps); got != want {
			t.Errorf("%d batches end after %v, not %v", m, got, want)
		}
	}
	// Twice as many requests as engines: the second round of requests follows the first.
	want := 2*steps*(step+(stages-1)*hop) + (stages-1)*step/stages
	if got := steady(c, 2*stages, 10, steps); got != want {
		t.Errorf("two rounds end after %v, not %v", got, want)
	}
}

// TestRanksWaitForTheSlowest: one rank computes a long prompt, the others decode. Each of their
// steps takes as long as that of the long prompt.
func TestRanksWaitForTheSlowest(t *testing.T) {
	const each, token = 1e6 * profile.Grains, 1e4 * profile.Grains
	c := &tokens.Config{
		StepTime:     profile.StepTime{Compute: profile.Form{Constant: each, Prefill: token}, Experts: profile.Mixture{Count: 8, Active: 8, Each: 1e5 * profile.Grains}},
		MaxSequences: 4, MaxTokens: 100, Chunked: true, Block: 16, Blocks: 400, Context: 1000, Parallel: tokens.Parallel{Ranks: 2},
	}
	acts := []act{
		{what: "arrive", id: 0, request: tokens.EngineRequest{Prompt: 1, Output: 5}, quiet: true, known: true},
		{what: "arrive", id: 1, request: tokens.EngineRequest{Prompt: 300, Output: 1, Ordinal: 1}, known: true},
	}
	s := serveTogether(tokens.NewGroup(c, &tokens.Pool{}), acts)
	// Every step takes 1 ms and 0.8 ms of the experts. With 100 tokens of the long prompt it takes
	// 1 ms more.
	long, short := 2800*time.Microsecond, 1800*time.Microsecond
	if at := outcomes(s.trace, tokens.Finished)[1][0].At.Sub(0); at != 3*long {
		t.Errorf("the long prompt ends at %v, not %v", at, 3*long)
	}
	if at := outcomes(s.trace, tokens.Finished)[0][0].At.Sub(0); at != 3*long+2*short {
		t.Errorf("the other request ends at %v, not %v", at, 3*long+2*short)
	}
}

// TestRanksTakeTheExpertsOfATableForAllTokens: two ranks decode one sequence each. Their steps take
// 1 ms, and the time of the experts for two tokens.
func TestRanksTakeTheExpertsOfATableForAllTokens(t *testing.T) {
	const ms = 1e6 * profile.Grains
	table := &profile.StepTable{
		Tokens: profile.StepCurve{At: []int64{1}, Time: []int64{ms}}, Experts: profile.StepCurve{At: []int64{1, 3}, Time: []int64{2 * ms, 4 * ms}}, Ranks: 2,
		Decode: profile.StepGrid{Axes: [][]int64{{1}, {1}}, Time: []int64{0}}, Prefill: profile.StepGrid{Axes: [][]int64{{0}, {1}}, Time: []int64{0}},
	}
	c := &tokens.Config{StepTime: profile.StepTime{Table: table}, MaxSequences: 4, MaxTokens: 100, Chunked: true, Block: 16, Blocks: 400, Context: 1000, Parallel: tokens.Parallel{Ranks: 2}}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	acts := []act{
		{what: "arrive", id: 0, request: tokens.EngineRequest{Prompt: 1, Output: 5}, quiet: true, known: true},
		{what: "arrive", id: 1, request: tokens.EngineRequest{Prompt: 1, Output: 5, Ordinal: 1}, known: true},
	}
	s := serveTogether(tokens.NewGroup(c, &tokens.Pool{}), acts)
	for id := range int32(2) {
		if at := outcomes(s.trace, tokens.Finished)[id][0].At.Sub(0); at != 5*4*time.Millisecond {
			t.Errorf("request %d ends at %v, not after five steps of 4 ms", id, at)
		}
	}
	c.Ranks = 1
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "has the experts of 2 ranks, not 1") {
		t.Errorf("one rank with the table of two: %v", err)
	}
}
