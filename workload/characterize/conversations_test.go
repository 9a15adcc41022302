package characterize

import (
	"math"
	"slices"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/workload"

	"pgregory.net/rapid"
	"wavetank/workload/distribution"
)

var anyCount = distribution.Bounds{Min: 1, Max: distribution.LargestCount}

// known returns conversations with known parameters.
func known() workload.ClosedLoop {
	return workload.ClosedLoop{
		Arrivals: must(workload.NewStepRates(20*time.Minute, []float64{0.5, 1.5, 1}, 1)),
		Turns:    must(distribution.GeometricCount(4, anyCount)), Think: workload.Pause{Mean: 90 * time.Second, Distribution: must(distribution.Lognormal(2))},
		Lengths: &workload.Lengths{
			Input: must(distribution.LognormalCount(3000, 2000, anyCount)), Output: must(distribution.LognormalCount(300, 200, anyCount)),
			System: []workload.SystemPrompt{{Tokens: 500, Variants: 3, Share: 3}, {Tokens: 900, Variants: 1, Share: 1}, {Tokens: 0, Variants: 1, Share: 1}},
		},
		Input: must(distribution.LognormalCount(60, 50, anyCount)), Output: must(distribution.LognormalCount(200, 100, anyCount)),
		First: 1, Step: 1,
	}
}

// answers is how long answers take in the streams of known.
var answers = Answers{FirstToken: time.Second, PerToken: 20 * time.Millisecond}

// talking returns the requests of conversations in a number of seconds.
func talking(c workload.ClosedLoop, seconds float64) []fleet.Request {
	src := workload.Answered(must(lane().Conversations(c)), answers.For)
	var all []fleet.Request
	for r := new(fleet.Request); src.Next(r) && r.Arrival.Seconds() < seconds; {
		kept := *r
		if r.Content != nil {
			kept.Content = &tokens.Content{Prefix: slices.Clone(r.Content.Prefix), Reply: r.Content.Reply}
		}
		all = append(all, kept)
	}
	return all
}

// blocked gives requests contents like those of a trace with blocks: whole blocks and the rest of a
// prompt have numbers, replies have none.
func blocked(requests []fleet.Request, block int32) []fleet.Request {
	all := slices.Clone(requests)
	for i, r := range all {
		name := uint64(i)<<32 | 1<<31 // a name that no other prompt has
		var list []tokens.Segment
		before, end, next := uint64(0), int32(0), 0
		for from := int32(0); from < r.Input; from += block {
			size := min(block, r.Input-from)
			for end < from+size { // the name of a block contains all segments that begin in it
				if r.Content == nil || next == len(r.Content.Prefix) {
					name++
					before, end = kernel.Mix(before+name), r.Input
					break
				}
				before = kernel.Mix(before + r.Content.Prefix[next].Content)
				end += r.Content.Prefix[next].Tokens
				next++
			}
			list = append(list, tokens.Segment{Content: kernel.Mix(before + uint64(size)), Tokens: size})
		}
		all[i].Content = &tokens.Content{Prefix: list}
	}
	return all
}

// TestConversationsAreGivenBack fits streams with known parameters. Conversations are recognised by
// shared prompts, with segments or with blocks, or by sessions.
func TestConversationsAreGivenBack(t *testing.T) {
	all := talking(known(), 3*3600)
	contents, sessions := slices.Clone(all), slices.Clone(all)
	for i := range all {
		contents[i].Session, sessions[i].Content = 0, nil
	}
	for name, requests := range map[string][]fleet.Request{"contents": contents, "blocks": blocked(contents, 64), "sessions": sessions} {
		look := plainly
		look.Answers = answers
		p, l, err := Fit(opening(requests), look)
		if err != nil {
			t.Fatal(err)
		}
		if l.Talk == nil {
			t.Fatalf("%s: no conversations in %d requests", name, p.Requests)
		}
		near := func(what string, got, want, part float64) {
			t.Helper()
			if !(math.Abs(got/want-1) <= part) {
				t.Errorf("%s: %s is %g, want %g to %g", name, what, got, want, part)
			}
		}
		first, slack := 3000.0, 0.05
		if name == "sessions" { // the length of the system prompt in the first prompt is unknown
			first += 0.6*500 + 0.2*900
		}
		if name == "blocks" { // the last block of each prompt is unknown, too
			slack = 0.15
		}
		near("mean of turns", meanOfLengths(l.Talk.Turns), 4, 0.06)
		near("pause", l.Talk.Pause.Seconds(), 90, 0.06)
		near("its variation", l.Talk.ThinkTime.SCV, 2, 0.35)
		near("first turn", p.Talks.First.Mean(), first, slack/3+0.02)
		near("later turn", p.Talks.Later.Mean(), 60, slack)
		near("later output", p.Talks.LaterOutput.Mean(), 200, 0.02)
		near("conversations", float64(p.Talks.Starts.Requests), 10_800, 0.04)
		near("gaps of conversations", l.Gaps.CV(), 1, 0.1)
		if len(l.Rates) < 8 {
			t.Errorf("%s: %d rates", name, len(l.Rates))
		}
		if name == "sessions" {
			continue
		}
		if len(l.Systems) != 3 {
			t.Errorf("%s: system prompts %+v", name, l.Systems)
			continue
		}
		near("share of the short system prompt", l.Systems[0].Share, 0.6, 0.03)
		if s := l.Systems; name == "contents" && (s[0].Tokens != 500 || s[0].Variants != 3 || s[1].Tokens+s[2].Tokens != 900) {
			t.Errorf("%s: system prompts %+v", name, s)
		}
	}
}

func meanOfLengths(l LengthDistribution) (sum float64) {
	if l.Kind == "fixed" {
		return float64(l.Value)
	}
	all := 0.0
	for _, b := range l.Bins {
		sum, all = sum+b.Share*float64(b.From+b.To)/2, all+b.Share
	}
	return sum / all
}

// TestSessionsThatDoNotBuildAreNoConversations has sessions whose prompts do not grow.
func TestSessionsThatDoNotBuildAreNoConversations(t *testing.T) {
	requests := arriving(must(workload.Poisson(10)), 4000)
	s := kernel.NewStream(2, 0, "sessions", 0)
	open, next := make([]int64, 50), int64(1)
	for i := range requests {
		at := s.IntN(len(open))
		if open[at] == 0 || s.Float64() < 0.2 {
			open[at] = next
			next++
		}
		requests[i].Session, requests[i].Input, requests[i].Output = open[at], 700, 50
	}
	l := fitted(t, requests)
	if l.Talk != nil || l.Sessions == nil {
		t.Fatalf("%+v", l)
	}
	if v := l.Sessions; math.Abs(v.Requests/5-1) > 0.05 || math.Abs(float64(v.Open)/50-1) > 0.1 {
		t.Errorf("%d open sessions of %g requests, want 50 of 5", v.Open, v.Requests)
	}
}

// TestWhatTheEndCutsOffIsEstimated has pauses that are long compared with the stream.
func TestWhatTheEndCutsOffIsEstimated(t *testing.T) {
	s := kernel.NewStream(2, 0, "pauses", 0)
	var p ThinkTimes
	for range 50_000 {
		waited := 1000 * s.Float64() // until the stream ends
		pause := 400 * s.Exponential()
		if s.Float64() < 0.6 && pause < waited {
			p.next[bin(uint64(pause*1e9))]++
		} else {
			p.never[bin(uint64(waited*1e9))]++
		}
	}
	p.estimate()
	// Pauses beyond 1000 s are always cut off.
	seen := 1 - math.Exp(-2.5)
	if mean := 400 - 1000*math.Exp(-2.5)/seen; math.Abs(p.Continues/(0.6*seen)-1) > 0.03 || math.Abs(p.Mean()/mean-1) > 0.05 {
		t.Errorf("chance %g, mean %g; want %g and %g", p.Continues, p.Mean(), 0.6*seen, mean)
	}
	if half := p.Quantile(0.5); math.Abs(half/(-400*math.Log(1-seen/2))-1) > 0.05 {
		t.Errorf("the median is %g", half)
	}
}

// TestTheCacheCurveIsThatOfAStack compares the shares that caches find with a simple LRU stack of
// contents.
func TestTheCacheCurveIsThatOfAStack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := &Characteristics{Flow: newFlow(), Prefix: Prefix{block: 1, places: map[place]int32{}}}
		type entry struct {
			path string
			size int64
		}
		var stack []entry // the last used entry is at the end
		wide := rapid.IntRange(2, 6).Draw(r, "contents")
		want := map[int64]int64{}
		for range rapid.IntRange(1, 400).Draw(r, "requests") {
			var segments []tokens.Segment
			path, input := "", int32(1)
			var paths []entry
			for range rapid.IntRange(0, 4).Draw(r, "length") {
				c := rapid.IntRange(1, wide).Draw(r, "content")
				segments = append(segments, tokens.Segment{Content: uint64(c), Tokens: int32(10 * c)})
				path += string(rune('a' + c))
				paths = append(paths, entry{path, int64(10 * c)})
				input += int32(10 * c)
			}
			all := true
			for _, e := range paths {
				distance, found := int64(0), false
				for _, s := range slices.Backward(stack) {
					distance += s.size
					if found = s.path == e.path; found {
						break
					}
				}
				if all = all && found; all {
					want[distance] += e.size
				}
			}
			for _, e := range paths {
				stack = slices.DeleteFunc(stack, func(s entry) bool { return s.path == e.path })
			}
			if len(paths) > 0 || len(stack) > 0 {
				stack = append(stack, entry{"", int64(input) + 5 - int64(input-1)})
			}
			slices.Reverse(paths)
			stack = append(stack, paths...)
			q := fleet.Request{Input: input, Output: 5}
			if len(segments) > 0 {
				q.Content = &tokens.Content{Prefix: segments}
			}
			p.Prefix.add(&q)
		}
		for _, size := range []int64{0, 20, 50, 63, 200, 1000, 1e6} {
			sum := int64(0)
			for d, n := range want {
				if bin(uint64(d)) <= bin(uint64(size)) {
					sum += n
				}
			}
			if got := p.Prefix.reuse.hits(size); got != sum {
				r.Fatalf("a cache of %d tokens finds %d, want %d", size, got, sum)
			}
		}
		if p.Prefix.Hit != p.Prefix.reuse.hits(1<<62) {
			r.Fatalf("%d tokens are found by an endless cache, but %d by the curve", p.Prefix.Hit, p.Prefix.reuse.hits(1<<62))
		}
	})
}

func TestConversationsAllocateLittle(t *testing.T) {
	requests := blocked(talking(known(), 600), 64)
	p := of(t, requests)
	again := newConversations(&p.Prefix, p.Requests, answers)
	i := 0
	if n := testing.AllocsPerRun(len(requests)-2, func() { again.add(&requests[i]); i++ }); n > 0.5 {
		t.Errorf("%g allocations per request", n)
	}
}

// BenchmarkConversations reports the time to read a request of about 60 blocks.
func BenchmarkConversations(b *testing.B) {
	requests := blocked(talking(known(), 1800), 64)
	for b.Loop() {
		of(b, requests)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(requests)), "ns/request")
}
