package workload

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/workload/distribution"
)

// talk returns conversations: with callers that come at 5/s if clients is 0, else with so many
// clients of a closed loop.
func talk(clients int) ClosedLoop {
	c := ClosedLoop{
		Turns: must(distribution.GeometricCount(3, distribution.Bounds{Min: 1, Max: 40})), Think: Pause{3 * time.Second, distribution.Exponential()}, First: 2, Step: 3,
		Lengths: &Lengths{Input: must(distribution.LognormalCount(100, 80, anyTokens)), Output: must(distribution.NormalCount(200, 50, anyTokens)), Correlation: 0.3, System: []SystemPrompt{{Tokens: 400, Variants: 2}}},
		Labels:  Labels{Patience: Patience{Mean: time.Second, Distribution: distribution.Exponential()}, Classes: twoClasses, Tenants: threeTenants},
	}
	if clients > 0 {
		c.Clients, c.Pause = clients, Pause{2 * time.Second, distribution.Exponential()}
	} else {
		c.Arrivals = must(Poisson(5))
	}
	return c
}

func talking(c ClosedLoop) ResponsiveSource {
	l := lane("talk")
	l.Models, l.Work = must(Zipf([]fleet.ModelID{3, 1, 2}, 1)), distribution.Exponential()
	return must(l.Conversations(c))
}

// said returns the fields of a request that a test compares, as text.
func said(r *fleet.Request) string {
	text := fmt.Sprint(r.Session, r.Model, r.Class, r.Tenant, r.Work, r.Patience, r.Input, r.Output)
	if r.Content != nil {
		text += fmt.Sprint(*r.Content)
	}
	return text
}

// TestRequestsDoNotDependOnTheAnswers answers the same callers in two ways, and compares their
// requests turn by turn.
func TestRequestsDoNotDependOnTheAnswers(t *testing.T) {
	for _, clients := range []int{0, 7} {
		t.Run(fmt.Sprint(clients), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				listen := func(name string) map[int64][]string {
					answers := kernel.NewStream(rapid.Uint64().Draw(t, name), 0, "answers", 0)
					mean := rapid.Float64Range(1e6, 1e10).Draw(t, name+" mean")
					src := Answered(talking(talk(clients)), func(*fleet.Request) time.Duration { return time.Duration(mean * answers.Exponential()) })
					heard := map[int64][]string{}
					var r fleet.Request
					for range 300 {
						if !src.Next(&r) {
							t.Fatal("the stream ends before 300 requests")
						}
						heard[r.Session] = append(heard[r.Session], said(&r))
					}
					return heard
				}
				one, other := listen("one"), listen("other")
				for session, turns := range one {
					for i := range min(len(turns), len(other[session])) {
						if turns[i] != other[session][i] {
							t.Fatalf("turn %d of session %d is %s and %s", i, session, turns[i], other[session][i])
						}
					}
				}
			})
		})
	}
}

// TestPromptsGrowByTheConversation checks every prompt against the turns before it.
func TestPromptsGrowByTheConversation(t *testing.T) {
	for _, context := range []int32{0, 1500} {
		c := talk(0)
		c.Context = context
		src := Answered(talking(c), func(*fleet.Request) time.Duration { return time.Second })
		history := map[int64][]tokens.Segment{}
		names := map[uint64]bool{}
		turns, cut := 0, 0
		for range 5000 {
			var r fleet.Request
			src.Next(&r)
			prefix, before := r.Content.Prefix, history[r.Session]
			if before == nil {
				before = prefix[:1:1]
				if before[0].Tokens != 400 {
					t.Fatalf("a conversation begins with %+v", prefix)
				}
			} else {
				turns++
			}
			sum := int32(0)
			for _, s := range prefix {
				sum += s.Tokens
			}
			fits := func(n int32) bool { return context == 0 || n+r.Output <= context }
			if alone := len(prefix) <= 2; sum != r.Input && len(prefix) > 1 || !alone && !fits(sum) {
				t.Fatalf("a prompt of %d tokens and an answer of %d has %d in its contents", r.Input, r.Output, sum)
			}
			if len(prefix) == 1 {
				continue // the conversation has only one turn
			}
			kept := prefix[1 : len(prefix)-1]
			dropped := before[1 : len(before)-len(kept)]
			if len(dropped) > 0 {
				cut++
				if last := dropped[len(dropped)-2:]; fits(sum + last[0].Tokens + last[1].Tokens) {
					t.Fatalf("a turn that fits is left out of %+v", prefix)
				}
			}
			if prefix[0] != before[0] || !slices.Equal(kept, before[len(before)-len(kept):]) || len(dropped)%2 != 0 {
				t.Fatalf("session %d goes on with %+v after %+v", r.Session, prefix, before)
			}
			fresh := prefix[len(prefix)-1]
			if names[fresh.Content] || r.Content.Reply == 0 || names[r.Content.Reply] {
				t.Fatalf("a new content has the name of another: %+v", r.Content)
			}
			names[fresh.Content], names[r.Content.Reply] = true, true
			history[r.Session] = append(append(slices.Clone(before[:1]), kept...), fresh, tokens.Segment{Content: r.Content.Reply, Tokens: r.Output})
		}
		if turns < 2000 || (cut > 0) != (context > 0) {
			t.Errorf("within %d tokens %d turns follow others, %d of them with earlier turns left out", context, turns, cut)
		}
	}
}

// TestLaterTurnsHaveDistributionsOfTheirOwn gives later turns other lengths than first turns.
func TestLaterTurnsHaveDistributionsOfTheirOwn(t *testing.T) {
	c := talk(0)
	c.Context = 0
	plain := Answered(talking(c), func(*fleet.Request) time.Duration { return time.Second })
	c.Input, c.Output = must(distribution.FixedCount(7)), must(distribution.FixedCount(9))
	src := Answered(talking(c), func(*fleet.Request) time.Duration { return time.Second })
	var r, q fleet.Request
	later := 0
	for range 3000 {
		src.Next(&r)
		plain.Next(&q)
		if r.Arrival != q.Arrival || r.Session != q.Session {
			t.Fatalf("distributions of later turns move the instant of %+v to %+v", q, r)
		}
		switch prefix := r.Content.Prefix; {
		case len(prefix) <= 2: // the first turn
			if r.Input != q.Input || r.Output != q.Output {
				t.Fatalf("distributions of later turns change the first %+v to %+v", q, r)
			}
		case prefix[len(prefix)-1].Tokens != 7 || r.Output != 9:
			t.Fatalf("a later turn has %d new tokens and an answer of %d", prefix[len(prefix)-1].Tokens, r.Output)
		default:
			later++
		}
	}
	if later < 1000 {
		t.Errorf("%d later turns", later)
	}
}

// TestClientsWaitForTheirAnswers compares the instants of a closed loop with the answers.
func TestClientsWaitForTheirAnswers(t *testing.T) {
	const clients, answer, think = 5, 300 * time.Millisecond, 2 * time.Second
	src := talking(ClosedLoop{Clients: clients, Pause: Pause{Mean: think}})
	var flying []flight
	ended := map[int64]kernel.Time{}
	for range 200 {
		at := src.When()
		for len(flying) > 0 && flying[0].Arrival.Add(answer) <= at {
			src.Ended(flying[0].caller, &flying[0].Request, flying[0].Arrival.Add(answer))
			ended[flying[0].caller] = flying[0].Arrival.Add(answer)
			flying = flying[1:]
			at = src.When()
		}
		if len(flying) == clients && at != kernel.Never {
			t.Fatalf("a request comes at %v while all clients wait", at)
		}
		var r fleet.Request
		if !src.Next(&r) || r.Arrival != at || r.Arrival != ended[src.Caller()].Add(think) || r.Session != 0 {
			t.Fatalf("client %d, answered at %v, sends %+v", src.Caller(), ended[src.Caller()], r)
		}
		flying = append(flying, flight{r, src.Caller()})
	}
	if len(ended) != clients {
		t.Errorf("%d clients were answered, want %d", len(ended), clients)
	}
}

// TestConversationsMoveNoArrivals compares the beginnings of conversations with the instants of the
// process.
func TestConversationsMoveNoArrivals(t *testing.T) {
	l := lane("talk")
	plain := take(t, must(l.Synthetic(must(Poisson(5)))), 500)
	src := talking(talk(0)) // no request is answered
	for i, want := range plain {
		var r fleet.Request
		if !src.Next(&r) || r.Arrival != want.Arrival || r.Session != int64(2+3*i) {
			t.Fatalf("conversation %d begins with %+v, want %v", i, r, want.Arrival)
		}
	}
}

func TestConversationsHaveTheirLength(t *testing.T) {
	src := Answered(talking(talk(0)), func(*fleet.Request) time.Duration { return time.Second })
	turns := map[int64]float64{}
	const n = 60_000
	for _, r := range take(t, src, n) {
		turns[r.Session]++
	}
	mean, conversations := 0.0, 0.0
	for s, k := range turns {
		if s < int64(3*n/5) { // the conversation is over
			mean += k
			conversations++
		}
	}
	if mean /= conversations; math.Abs(mean-3) > 4.5*math.Sqrt(6/conversations) {
		t.Errorf("%g conversations have %g turns on average, want 3", conversations, mean)
	}
}

// TestRequestsTurnedAwayAtOnceDoNotStopTheClock rejects every request of clients without think
// time.
func TestRequestsTurnedAwayAtOnceDoNotStopTheClock(t *testing.T) {
	src := Answered(talking(ClosedLoop{Clients: 3}), func(*fleet.Request) time.Duration { return 0 })
	last := take(t, src, 3000)[2999].Arrival
	if last != kernel.Time(999*patient) {
		t.Errorf("the request 3000 comes at %v, want %v", last, 999*patient)
	}
}

func TestCallersAllocateNothing(t *testing.T) {
	c := talk(0)
	c.Turns = must(distribution.FixedCount(4))
	for name, src := range map[string]Source{"open": talking(c), "closed": talking(talk(20))} {
		src = Answered(src, func(*fleet.Request) time.Duration { return time.Second })
		var r fleet.Request
		for range 20_000 {
			src.Next(&r)
		}
		if n := testing.AllocsPerRun(5000, func() { src.Next(&r) }); n != 0 {
			t.Errorf("%s: a request allocates %v times", name, n)
		}
	}
}

func TestBadCallersAreRefused(t *testing.T) {
	bad := ClosedLoop{Pause: Pause{Mean: -1}, Context: -1, First: 1, Lengths: &Lengths{}, Labels: Labels{Patience: Patience{Mean: -1}}}
	_, err := Lane{Name: "x"}.Conversations(bad)
	mentions(t, err, "models: none", "count: 0", "think-time: mean: -1ns", "context-window: -1", "sessions: the first number 1 and the step 0", "input and output", "patience: mean")
}

// BenchmarkConversations reports the time per request of a conversation, with its share of the
// pauses.
func BenchmarkConversations(b *testing.B) {
	src := Answered(talking(talk(0)), func(*fleet.Request) time.Duration { return time.Second })
	b.ReportAllocs()
	var r fleet.Request
	for b.Loop() {
		src.Next(&r)
	}
}
