package capacity

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// vit is a scenario of one batch model with the given arrivals.
func vit(arrivals string) string {
	return fmt.Sprintf(`name: s
duration: 45m
control: {period: 15s}
workload:
  - {model: vit, slo: {latency: 2s, percentile: 99}, arrivals: {%s}}
fleet: [{machine: aws/g4dn.xlarge, max: 4}]
policies: [static-peak]
`, arrivals)
}

// TestDispersionIsLocal samples streams of a known dispersion. A rate that rises and falls over
// minutes adds nothing to the dispersion of the sample, and a flash crowd adds hardly anything.
// Bursts that last seconds do add to it.
func TestDispersionIsLocal(t *testing.T) {
	for _, c := range []struct {
		arrivals   string
		from, most float64 // bounds of the dispersion over 64 requests
	}{
		{"poisson: {rate: 50/s}", 0.85, 1.1},
		{"gamma: {rate: 50/s, cv: 2}", 3, 4.6},
		{"constant: {rate: 50/s}", 0, 0.01},
		{"day-curve: {mean: 50/s, peak: 2.5x, at: 22m, day: 45m}", 0.85, 1.1},
		{"day-curve: {mean: 50/s, peak: 2x, at: 22m, day: 45m, spikes: [{at: 3m, height: 6x, rise: 20s, hold: 90s, fall: 1m}]}", 0.85, 1.25},
		{"mmpp: {states: [{rate: 20/s, mean-sojourn: 1s}, {rate: 180/s, mean-sojourn: 500ms}]}", 8, 60},
		{"clients: {count: 40, think-time: {mean: 1s, distribution: exponential}}", 0, 1.1},
	} {
		table := rates(built(t, vit(c.arrivals)))
		s := sampleOf(t, table, 0)
		if got := s.dispersion(64); !(got >= c.from && got <= c.most) || len(s.requests) < few {
			t.Errorf("%s: a dispersion of %.2f in %d requests, want %v to %v", c.arrivals, got, len(s.requests), c.from, c.most)
		}
		mean := 0.0
		for _, gap := range s.gaps {
			mean += gap / float64(len(s.gaps))
		}
		if math.Abs(mean-1) > 1e-9 {
			t.Errorf("%s: the mean gap is %v", c.arrivals, mean)
		}
		t.Logf("%s: %.2f, %d together", c.arrivals, s.dispersion(64), s.block)
	}
}

// TestRequestsThatComeTogetherStayTogether: a stream with bursts is resampled in blocks of
// requests. A stream with independent gaps is resampled request by request.
func TestRequestsThatComeTogetherStayTogether(t *testing.T) {
	bursts := sampleOf(t, rates(built(t, vit("mmpp: {states: [{rate: 20/s, mean-sojourn: 1s}, {rate: 180/s, mean-sojourn: 500ms}]}"))), 0)
	alone := sampleOf(t, rates(built(t, vit("gamma: {rate: 50/s, cv: 2}"))), 0)
	if bursts.block < 16 || alone.block > 4 {
		t.Errorf("bursts are resampled by %d, independent gaps by %d", bursts.block, alone.block)
	}
}

// TestASampleIsOfNoRun checks that the sample is equal to the requests of none of the first
// replications.
func TestASampleIsOfNoRun(t *testing.T) {
	b := built(t, vit("poisson: {rate: 50/s}"))
	s := sampleOf(t, rates(b), 0)
	for replication := range 3 {
		src, err := b.Requests(replication)
		if err != nil {
			t.Fatal(err)
		}
		var r fleet.Request
		for i := 0; src.Next(&r) && i < 100; i++ {
			if r.Arrival == s.requests[i].Arrival {
				t.Fatalf("request %d of replication %d is in the sample", i, replication)
			}
		}
		if err := src.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestACourseHasItsRate counts the requests of courses, and compares courses at two rates.
func TestACourseHasItsRate(t *testing.T) {
	s := sampleOf(t, rates(built(t, vit("gamma: {rate: 50/s, cv: 2}"))), 0)
	c := newCourse(s, 50_000, 1000, kernel.NewStream(1, sampled, "test", 0))
	slow, fast := c.at(10), c.at(40)
	var a, b fleet.Request
	n := 0
	for slow.Next(&a) && fast.Next(&b) {
		n++
		if d := float64(a.Arrival) - 4*float64(b.Arrival); math.Abs(d) > 1e3 || a.Work != b.Work {
			t.Fatalf("request %d comes at %v and at %v, with works %v and %v", n, a.Arrival, b.Arrival, a.Work, b.Work)
		}
	}
	if rate := float64(n) / time.Duration(a.Arrival).Seconds(); n != 51_000 || math.Abs(rate/10-1) > 0.04 {
		t.Errorf("%d requests come at %v/s, want 51000 at 10/s", n, rate)
	}
}

// TestBranchesCountOnce: if a request visits a model several times, the sample contains the first
// visit only, with all branches of its stage.
func TestBranchesCountOnce(t *testing.T) {
	spec := &fleet.Spec{Models: make([]fleet.Model, 2), Pipelines: []fleet.Pipeline{{Stages: [][]fleet.ModelID{{0}, {1, 0}, {1, 1}}}}}
	g := &gathering{spec: spec, most: 100, of: make([][]fleet.Request, 2), wanted: []bool{true, true}}
	branch := func(m fleet.ModelID, stage int16, input int32) fleet.Request {
		return fleet.Request{Model: m, Pipeline: 1, Stage: stage, Input: input, Branches: 5}
	}
	g.add([]fleet.Request{branch(0, 0, 1), branch(1, 1, 2), branch(0, 1, 3), branch(1, 2, 4), branch(1, 2, 5)})
	if len(g.of[0]) != 1 || g.of[0][0].Input != 1 || len(g.of[1]) != 1 || g.of[1][0].Input != 2 {
		t.Errorf("kept %v", g.of)
	}
	if r := g.of[1][0]; r.Pipeline != 0 || r.Branches != 0 || r.Stage != 0 {
		t.Errorf("%+v is still a branch", r)
	}
	g.add([]fleet.Request{branch(1, 2, 7), branch(1, 2, 8)})
	if len(g.of[1]) != 3 {
		t.Errorf("kept %v of two branches of one stage", g.of[1])
	}
}

// TestConversationsAreThinnedAndCopied draws conversations at rates below and above their own.
// Conversations stay whole, and the times between their turns stay the same. Copies of one
// conversation share only the parts of prompts that different conversations share.
func TestConversationsAreThinnedAndCopied(t *testing.T) {
	var requests []fleet.Request
	for talk := range 500 {
		for n := range 4 {
			prefix := []tokens.Segment{{Content: 7, Tokens: 10}, {Content: uint64(1000 + talk), Tokens: 5}}
			requests = append(requests, fleet.Request{
				Arrival: kernel.Time(time.Duration(talk)*time.Second + time.Duration(n)*200*time.Millisecond),
				Session: int64(talk + 1), Content: &tokens.Content{Prefix: prefix, Reply: uint64(5000 + 4*talk + n)},
			})
		}
	}
	s := newTalks(requests)
	for _, rate := range []float64{1, 4, 10} { // the stream's own rate is 4/s
		turns, seen := s.at(rate, 1000), map[int64]int{}
		var r fleet.Request
		var last kernel.Time
		own := map[uint64]int64{}
		for _, turn := range turns {
			s.fill(turn, &r)
			seen[r.Session]++
			if r.Arrival < last || r.Content.Prefix[0].Content != 7 {
				t.Fatalf("at %v/s: %+v after %v", rate, r, last)
			}
			last = r.Arrival
			if owner, known := own[r.Content.Prefix[1].Content]; known && owner != r.Session {
				t.Fatalf("at %v/s: conversations %d and %d share their contents", rate, owner, r.Session)
			}
			own[r.Content.Prefix[1].Content] = r.Session
		}
		whole := 0
		for _, n := range seen {
			if n == 4 {
				whole++
			}
		}
		if got := float64(len(turns)) / time.Duration(last).Seconds(); math.Abs(got/rate-1) > 0.01 || whole < len(seen)*9/10 {
			t.Errorf("at %v/s: %v/s, %d of %d conversations are whole", rate, got, whole, len(seen))
		}
	}
}

// TestReadingSamplesCanBeInterrupted reads samples with a context that has already ended.
func TestReadingSamplesCanBeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := NewSamples(built(t, vit("poisson: {rate: 50/s}")))
	if _, err := s.get(ctx, 0); err == nil {
		t.Error("no error")
	}
	if _, err := s.get(context.Background(), 0); err != nil {
		t.Error(err)
	}
}

// TestRequestsAtOneInstantAreASample: clients whose pauses are equally long send at the same
// instants. A period around such an instant has enough requests for a mean, and a period between
// two such instants has too few. A model may also have only a single burst.
func TestRequestsAtOneInstantAreASample(t *testing.T) {
	for name, every := range map[string]int{"bursts of 24": 24, "one burst": 2000} {
		var requests []fleet.Request
		for i := range 2000 {
			requests = append(requests, fleet.Request{Arrival: kernel.Time(i/every) * kernel.Time(478*time.Millisecond), Work: 1})
		}
		s, sum := newSample(requests, 5*time.Second), 0.0
		for _, gap := range s.gaps {
			sum += gap
		}
		if mean := sum / float64(len(s.gaps)); !(math.Abs(mean-1) < 1e-9) {
			t.Errorf("%s: a mean gap of %v, want 1", name, mean)
		}
	}
}
