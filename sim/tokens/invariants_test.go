package tokens_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/tokens"
)

// serve plays the acts on a replica. It returns the outcomes and the reported steps.
func serve(c *tokens.Config, acts []act) (trace []told, steps []tokens.Steps) {
	r := tokens.New(c, &tokens.Pool{})
	trace = play(r, acts, func(kernel.Time) {
		if r.Steps().Count > 0 {
			steps = append(steps, *r.Steps())
		}
	})
	return trace, steps
}

// outcomes returns the outcomes of a kind, by request.
func outcomes(trace []told, k tokens.Kind) map[int32][]told {
	all := map[int32][]told{}
	for _, o := range trace {
		if o.What == "outcome" && o.Kind == k {
			all[o.ID] = append(all[o.ID], o)
		}
	}
	return all
}

// firstTokens returns how long after its arrival each request emitted its first token.
func firstTokens(acts []act, trace []told) map[int32]time.Duration {
	first := outcomes(trace, tokens.FirstToken)
	all := map[int32]time.Duration{}
	for _, a := range acts {
		if a.what == "arrive" && len(first[a.id]) > 0 {
			all[a.id] = first[a.id][0].At.Sub(a.at)
		}
	}
	return all
}

// drawArrivals draws arrivals of requests without contents, and no other acts.
func drawArrivals(t *rapid.T, c *tokens.Config, most int) (acts []act) {
	at := kernel.Time(0)
	for i := range rapid.IntRange(1, most).Draw(t, "requests") {
		q := tokens.EngineRequest{
			Prompt: rapid.Int32Range(1, 90).Draw(t, "prompt"), Output: rapid.Int32Range(1, 60).Draw(t, "output"), Ordinal: int64(i),
			Priority: rapid.Int64Range(0, 2).Draw(t, "priority"),
		}
		for c.Refuses(q.Prompt, q.Output) != "" {
			q.Prompt, q.Output = max(q.Prompt/2, 1), max(q.Output/2, 1)
		}
		at += kernel.Time(rapid.Int64Range(0, 50*c.StepTime.Time(profile.Work{})/profile.Grains).Draw(t, "gap"))
		acts = append(acts, act{what: "arrive", id: int32(i), request: q, at: at, known: true})
	}
	return acts
}

// ample gives a replica enough blocks for all sequences that may run at a time, so that none is
// preempted.
func ample(c *tokens.Config) *tokens.Config {
	c.Blocks = c.MaxSequences * ((150+c.Draft)/c.Block + 1)
	return c
}

// TestNothingIsLost: every request that is not withdrawn is scheduled once, and finishes or is
// aborted once. A request that finishes is resumed as often as preempted, and emits all its tokens.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		acts := drawActs(t, c)
		trace, steps := serve(c, acts)
		owed, emitted, spare := int64(0), int64(0), int64(0)
		withdrawn, aborted := map[int32]bool{}, map[int32]bool{}
		for _, o := range trace {
			switch o.What {
			case "withdraw":
				withdrawn[o.ID] = true
			case "abort":
				aborted[o.ID] = true
			}
		}
		var by [tokens.AbortedWaiting + 1]map[int32][]told
		for k := range by {
			by[k] = outcomes(trace, tokens.Kind(k))
		}
		for _, a := range acts {
			if a.what != "arrive" {
				continue
			}
			times := 1
			if withdrawn[a.id] {
				times = 0
			}
			first := times
			if a.request.Computed > 0 {
				first = 0
			}
			count := func(k tokens.Kind) int { return len(by[k][a.id]) }
			left := count(tokens.Aborted) + count(tokens.AbortedWaiting)
			if count(tokens.Scheduled) != times || count(tokens.Finished)+left != times || count(tokens.Resumed)+count(tokens.AbortedWaiting) != count(tokens.Preempted) {
				t.Fatalf("request %d, withdrawn %v: %v", a.id, withdrawn[a.id], trace)
			}
			if left > 0 && !aborted[a.id] || left == 0 && count(tokens.FirstToken) != first {
				t.Fatalf("request %d, aborted %v: %v", a.id, aborted[a.id], trace)
			}
			if most := int64(times)*int64(a.request.Output-1) + int64(first); left > 0 {
				spare += most
			} else {
				owed += most
			}
			emitted += int64(len(by[tokens.FirstToken][a.id]))
			for _, o := range by[tokens.NextToken][a.id] {
				emitted += int64(o.Tokens)
			}
		}
		for _, s := range steps {
			emitted += s.Tokens
		}
		if emitted < owed || emitted > owed+spare {
			t.Fatalf("%d tokens are emitted of %d, and of %d of aborted requests", emitted, owed, spare)
		}
	})
}

// TestOneSequenceAtATimeIsOneServer compares a replica that runs one sequence at a time with
// Lindley's recursion for one server, first come first served, with service times in closed form.
// With Poisson arrivals that is M/G/1.
func TestOneSequenceAtATimeIsOneServer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		form := drawForm(t, "step time", 7e6<<20)
		form.Constant += profile.Grains
		c := &tokens.Config{StepTime: profile.StepTime{Compute: form}, MaxSequences: 1, MaxTokens: 150, Chunked: rapid.Bool().Draw(t, "chunked"), Block: 16, Blocks: 20, Context: 300}
		acts := drawArrivals(t, c, 20)
		trace, _ := serve(c, acts)
		end := int64(0) // end of the step before, in grains
		for _, a := range acts {
			p, o := int64(a.request.Prompt), int64(a.request.Output)
			service := form.Time(profile.Work{Sequences: 1, Prefill: p, Attention: p * p})
			if p == 1 {
				service = form.Time(profile.Work{Sequences: 1, Decode: 1})
			}
			service += (o-1)*form.Time(profile.Work{Sequences: 1, Decode: 1, Context: p}) + form.Context*((o-1)*(o-2)/2)
			end = max(end, int64(a.at)*profile.Grains) + service
			if got := outcomes(trace, tokens.Finished)[a.id][0].At; int64(got) != end/profile.Grains {
				t.Fatalf("request %d ends at %v, want %v", a.id, got, kernel.Time(end/profile.Grains))
			}
		}
	})
}

// TestCacheWithoutSharingChangesNothing stops at the first preemption, because a preempted request
// finds the blocks that it had computed.
func TestCacheWithoutSharingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		c.PrefixCache = false
		acts := drawActs(t, c)
		for i := range acts {
			if q := &acts[i].request; acts[i].what == "arrive" {
				q.Content = &tokens.Content{Prefix: []tokens.Segment{{uint64(i) + 1, q.Prompt}}, Reply: uint64(i) + 1000}
			} else if acts[i].what == "matched" {
				acts[i].what = "held"
			}
		}
		without, _ := serve(c, acts)
		cached := *c
		cached.PrefixCache = true
		with, _ := serve(&cached, acts)
		end := slices.IndexFunc(without, func(o told) bool { return o.What == "outcome" && o.Kind == tokens.Preempted })
		if end < 0 {
			end = len(without) - 1
		}
		if !slices.Equal(with[:end+1], without[:end+1]) {
			t.Fatalf("with: %v\nwithout: %v", with[:end+1], without[:end+1])
		}
	})
}

// TestCompetitorAheadDelaysFirstToken tests two settings in which this must hold. With one sequence
// at a time, Lindley's recursion is monotone. In the other setting, prompts come together, steps
// are full except for the last, and step time is a constant plus a time per token. In general it
// need not hold: a step that a competitor delays may compute two prompts at once.
func TestCompetitorAheadDelaysFirstToken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := ample(drawConfig(t))
		c.StepTime.Overhead.Constant += profile.Grains
		c.LongPrefill, c.Draft, c.Chunked, c.Priority = 0, 0, true, false
		together := rapid.Bool().Draw(t, "together")
		if together {
			f := &c.StepTime.Compute
			c.StepTime = profile.StepTime{Compute: profile.Form{Constant: f.Constant + profile.Grains, Prefill: f.Prefill, Decode: f.Prefill}}
			c.MaxSequences = 64
		} else {
			c.MaxSequences = 1
		}
		ample(c)
		acts := drawArrivals(t, c, 20)
		for i := range acts {
			if together {
				acts[i].at, acts[i].request.Output = 0, 1
				acts[i].quiet = true
			}
		}
		trace, _ := serve(c, acts)
		alone := firstTokens(acts, trace)
		k := rapid.IntRange(0, len(acts)-1).Draw(t, "place")
		competitor := acts[k]
		competitor.id, competitor.request.Prompt = 99, rapid.Int32Range(1, 90).Draw(t, "prompt")
		acts = slices.Insert(acts, k, competitor)
		trace, _ = serve(c, acts)
		for id, now := range firstTokens(acts, trace) {
			if now < alone[id] {
				t.Fatalf("request %d: first token after %v with a competitor, %v without", id, now, alone[id])
			}
		}
	})
}

// TestBlocksForAllPreemptNobody: with enough blocks for all, no sequence is preempted. With enough
// budget for all, every prompt is computed in one step.
func TestBlocksForAllPreemptNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := ample(drawConfig(t))
		acts := drawArrivals(t, c, 30)
		trace, _ := serve(c, acts)
		if n := len(outcomes(trace, tokens.Preempted)); n > 0 {
			t.Fatalf("%d requests are preempted", n)
		}
		c.LongPrefill, c.MaxTokens = 0, c.MaxSequences*(90+1+c.Draft)
		r := tokens.New(c, &tokens.Pool{})
		var boundaries []kernel.Time
		trace = play(r, acts, func(now kernel.Time) { boundaries = append(boundaries, now) })
		first := outcomes(trace, tokens.FirstToken)
		for id, s := range outcomes(trace, tokens.Scheduled) {
			i, _ := slices.BinarySearch(boundaries, s[0].At)
			if at := boundaries[i+1]; first[id][0].At != at {
				t.Fatalf("request %d is scheduled at %v and emits at %v, not at %v", id, s[0].At, first[id][0].At, at)
			}
		}
	})
}

// TestFirstTokenTakesItsWork: the time to the first token is at least the time of the fewest steps
// that the prompt needs, and of its tokens.
func TestFirstTokenTakesItsWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		acts := drawActs(t, c)
		trace, _ := serve(c, acts)
		most := float64(c.MaxTokens)
		if c.LongPrefill > 0 {
			most = min(most, float64(c.LongPrefill))
		}
		prompts, found := map[int32]int32{}, map[int32]told{}
		for _, a := range acts {
			if a.what == "arrive" {
				prompts[a.id] = a.request.Prompt
			}
		}
		for _, o := range trace {
			switch {
			case o.What != "outcome":
			case o.Kind == tokens.Scheduled || o.Kind == tokens.Resumed:
				found[o.ID] = o
			case o.Kind == tokens.FirstToken:
				n := float64(prompts[o.ID] - found[o.ID].Tokens)
				least := 0.0
				for _, f := range []profile.Form{c.StepTime.Compute, c.StepTime.Overhead} {
					least += math.Ceil(n/most)*float64(f.Constant+f.Sequence) + n*float64(min(f.Prefill, f.Decode))
				}
				if took := float64(o.At.Sub(found[o.ID].At) + 1); took*profile.Grains < least*(1-1e-9) {
					t.Fatalf("request %d computes %v tokens in %v ns, at least %v", o.ID, n, took, least/profile.Grains)
				}
			}
		}
	})
}
