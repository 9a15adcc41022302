package tokens_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
	"wavetank/sim/tokens/stepwise"
)

// engine is the common part of Engine and the step-by-step engine.
type engine interface {
	Enqueue(int32, tokens.EngineRequest)
	Withdraw(int32)
	Abort(int32)
	Slow(kernel.Time, float64)
	Wake(kernel.Time) kernel.Time
	Next() kernel.Time
	Step(kernel.Time) []tokens.Outcome
	Report(kernel.Time) *tokens.Steps
	Held(kernel.Time) int
	Matched(kernel.Time, *tokens.EngineRequest) int
}

// act is one call of a driver to a replica.
type act struct {
	what    string // "arrive", "withdraw", "abort", "slow", "held", "matched", "report"
	id      int32
	factor  float64 // of "slow"
	request tokens.EngineRequest
	// the next act is at the same instant, and Wake is called only after that one
	quiet bool
	after time.Duration // time since the act before
	// if positive: the act comes so many steps after the act before, instead of after
	steps int
	at    kernel.Time // instant, computed from after and steps in the first play
	late  bool        // the act comes after the call of Step at that instant
	known bool
}

// told is the output of a replica.
type told struct {
	At   kernel.Time
	What string
	tokens.Outcome
	Read int
}

// player drives a replica.
type player struct {
	engine
	now     kernel.Time
	wake    kernel.Time
	stepped bool             // Step was the last call
	told    bool             // that call of Step had outcomes
	met     map[int32]string // state of each request: "waits", "began" or "gone"
	trace   []told
	inform  func(kernel.Time) // is called with the instant of every call of Step and Report
}

func play(e engine, acts []act, inform func(kernel.Time)) []told {
	p := player{engine: e, wake: kernel.Never, met: map[int32]string{}, inform: inform}
	for i := range acts {
		a := &acts[i]
		if !a.known {
			p.resolve(a)
		}
		for p.wake < a.at || p.wake == a.at && a.late {
			p.step()
		}
		p.now = a.at
		p.act(a)
		if !a.quiet || i+1 == len(acts) {
			p.wake = p.Wake(p.now)
		}
	}
	for p.wake != kernel.Never {
		p.step()
	}
	return p.trace
}

// resolve computes the instant of an act. At the end of a step the act comes before the call of
// Step, because the replica makes many steps in one call. It comes after the call only if the step
// has outcomes, because then both replicas have a call at this instant.
func (p *player) resolve(a *act) {
	for steps := a.steps; p.wake != kernel.Never && steps > 1; steps-- {
		p.step()
	}
	a.at, a.known = p.now.Add(a.after), true
	if a.steps > 0 && p.wake != kernel.Never {
		a.at = p.wake
	}
	if a.at == p.now && p.stepped {
		if a.late = p.told; !a.late {
			a.at++
		}
	}
}

func (p *player) step() {
	p.now = p.wake
	outcomes := p.Step(p.now)
	p.stepped, p.told = true, len(outcomes) > 0
	for _, o := range outcomes {
		switch {
		case o.Kind == tokens.Finished:
			p.met[o.ID] = "gone"
		case p.met[o.ID] != "gone": // it may emit a token before it leaves
			p.met[o.ID] = "began"
		}
		p.trace = append(p.trace, told{At: p.now, What: "outcome", Outcome: o})
	}
	p.inform(p.now)
	p.wake = p.Next()
}

func (p *player) act(a *act) {
	read := 0
	p.stepped = false
	switch a.what {
	case "arrive":
		p.Enqueue(a.id, a.request)
		p.met[a.id] = "waits"
	case "withdraw":
		if p.met[a.id] != "waits" {
			return
		}
		p.Withdraw(a.id)
		p.met[a.id] = "gone"
	case "abort":
		if p.met[a.id] != "began" {
			return
		}
		p.Abort(a.id)
		p.met[a.id] = "gone"
	case "slow":
		p.Slow(p.now, a.factor)
	case "report":
		p.Report(p.now)
		p.inform(p.now)
	case "held":
		read = p.Held(p.now)
	case "matched":
		read = p.Matched(p.now, &a.request)
	}
	p.trace = append(p.trace, told{At: p.now, What: a.what, Outcome: tokens.Outcome{ID: a.id}, Read: read})
}

// compare plays the same acts on the step-by-step engine and the replica, and returns the first
// difference.
func compare(c *tokens.Config, acts []act) (differ string) {
	w := stepwise.New(c)
	var faults []string
	var steps []tokens.Steps
	want := play(w, acts, func(kernel.Time) {
		if s := w.Steps(); s.Count > 0 {
			steps = append(steps, *s)
		}
		faults = append(faults, w.Faults()...)
	})
	r := tokens.New(c, &tokens.Pool{})
	left := steps
	got := play(r, acts, func(now kernel.Time) {
		n := r.Steps().Count
		if n > len(left) {
			faults = append(faults, fmt.Sprintf("at %v: %d steps too many", now, n-len(left)))
			return
		}
		if n > 0 && left[n-1].Begin.Add(left[n-1].Span) < now { // reported later
			left[n-1].Waiting = r.Steps().Waiting
		}
		faults = append(faults, stepwise.Agree(r.Steps(), left[:n])...)
		faults = append(faults, r.Faults()...)
		if left = left[n:]; len(left) > 0 && left[0].Begin.Add(left[0].Span) < now {
			faults = append(faults, fmt.Sprintf("at %v: %+v is not told", now, left[0]))
		}
	})
	if len(left) > 0 {
		faults = append(faults, fmt.Sprintf("%d steps are missing", len(left)))
	}
	if !slices.Equal(want, got) {
		i := 0
		for i < min(len(want), len(got)) && want[i] == got[i] {
			i++
		}
		faults = append(faults, fmt.Sprintf("entry %d (-stepwise +replica): %s", i, cmp.Diff(want[i:min(i+5, len(want))], got[i:min(i+5, len(got))])))
	}
	for i := 0; i < min(len(faults), 9); i++ {
		differ += faults[i] + "\n"
	}
	return differ
}

// TestReplicaAgreesWithTheStepwiseEngine compares the replica, which makes many steps at once, with
// the step-by-step engine, which makes them one by one.
func TestReplicaAgreesWithTheStepwiseEngine(t *testing.T) {
	for range 40 { // each draws as many cases as the flags of rapid say
		rapid.Check(t, func(t *rapid.T) {
			c := drawConfig(t)
			acts := drawActs(t, c)
			if differ := compare(c, acts); differ != "" {
				t.Fatalf("%+v\n%s", *c, differ)
			}
		})
	}
}

// TestRareCasesAgreeWithTheStepwiseEngine plays cases that random requests hardly ever reach.
func TestRareCasesAgreeWithTheStepwiseEngine(t *testing.T) {
	// 60 such steps are more than 62 bits of grains.
	long := profile.StepTime{Compute: profile.Form{Constant: 80e9 * profile.Grains}}
	for name, one := range map[string]struct {
		config   tokens.Config
		requests []tokens.EngineRequest
		happens  told
	}{
		"a decoding sequence that the budget passed over is preempted by one after it": {
			tokens.Config{StepTime: tokens.StepTime14B(), MaxSequences: 4, MaxTokens: 27, Chunked: true, LongPrefill: 12, Block: 1, Blocks: 106, Context: 106, Priority: true, Draft: 5, Acceptance: 0.5},
			[]tokens.EngineRequest{{Prompt: 50, Output: 2}, {Prompt: 50, Output: 2}, {Prompt: 3, Output: 40, Priority: 2}, {Prompt: 30, Output: 2, Priority: 1}},
			told{What: "outcome", Outcome: tokens.Outcome{Kind: tokens.Preempted, ID: 2}},
		},
		"a segment that ends no block begins at another token of one": {
			tokens.Config{StepTime: tokens.StepTime14B(), MaxSequences: 1, MaxTokens: 20, Chunked: true, Block: 4, Blocks: 10, Context: 20, PrefixCache: true},
			[]tokens.EngineRequest{
				{Prompt: 10, Output: 1, Content: &tokens.Content{Prefix: []tokens.Segment{{Content: 1, Tokens: 5}, {Content: 2, Tokens: 2}, {Content: 3, Tokens: 3}}}},
				{Prompt: 10, Output: 1, Content: &tokens.Content{Prefix: []tokens.Segment{{Content: 1, Tokens: 6}, {Content: 2, Tokens: 1}, {Content: 3, Tokens: 3}}}},
			},
			told{What: "outcome", Outcome: tokens.Outcome{Kind: tokens.Scheduled, ID: 1, Tokens: 4}},
		},
		"a run is longer than its clock holds": {
			tokens.Config{StepTime: long, MaxSequences: 1, MaxTokens: 8, Chunked: true, Block: 4, Blocks: 100, Context: 400},
			[]tokens.EngineRequest{{Prompt: 8, Output: 300}},
			told{What: "outcome", Outcome: tokens.Outcome{Kind: tokens.Finished, ID: 0}},
		},
	} {
		var acts []act
		for i, q := range one.requests {
			q.Ordinal = int64(i)
			// The fourth request comes later.
			acts = append(acts, act{what: "arrive", id: int32(i), request: q, quiet: i < 2, at: kernel.Time(i / 3), known: true})
		}
		if differ := compare(&one.config, acts); differ != "" {
			t.Errorf("%s: %s", name, differ)
		}
		trace, _ := serve(&one.config, acts)
		if !slices.ContainsFunc(trace, func(o told) bool { o.At = 0; return o == one.happens }) {
			t.Errorf("%s: %v", name, trace)
		}
	}
}
