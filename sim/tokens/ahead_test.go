package tokens

import (
	"slices"
	"testing"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// TestWhoComesDuringAStepJoinsTheStepAfterNext has steps of 10 ms. A request that comes during a
// step joins the step after the next one.
func TestWhoComesDuringAStepJoinsTheStepAfterNext(t *testing.T) {
	const ms = kernel.Time(time.Millisecond)
	c := &Config{MaxSequences: 8, MaxTokens: 64, Chunked: true, Ahead: true, Block: 16, Blocks: 100, Context: 1000}
	c.StepTime.Compute = profile.Form{Constant: 10e6 * profile.Grains}
	r := New(c, &Pool{})
	var told []Outcome
	step := func(at kernel.Time) {
		t.Helper()
		if next := r.Wake(at); next != at {
			t.Fatalf("the next step is at %v, not at %v", next, at)
		}
		told = slices.Clone(r.Step(at))
	}
	scheduled := func(id int32) bool {
		return slices.ContainsFunc(told, func(o Outcome) bool { return o.ID == id && o.Kind == Scheduled })
	}
	r.Enqueue(0, EngineRequest{Prompt: 5, Output: 3})
	if step(0); !scheduled(0) {
		t.Fatal("an idle replica lets a request wait")
	}
	r.Enqueue(1, EngineRequest{Prompt: 5, Output: 1})
	if step(10 * ms); scheduled(1) || r.Waiting() != 1 {
		t.Error("a request joined a step that was scheduled before it came")
	}
	if step(20 * ms); !scheduled(1) {
		t.Error("a request did not join the step after next")
	}
	r.Enqueue(2, EngineRequest{Prompt: 5, Output: 1}) // the others are in their last step
	if step(30 * ms); !scheduled(2) {
		t.Error("a request waits for a step that never comes")
	}
	r.Enqueue(3, EngineRequest{Prompt: 5, Output: 1})
	r.Withdraw(3)
	if step(40 * ms); r.Waiting() != 0 || r.Working() {
		t.Error("a request that was taken back is served")
	}
}
