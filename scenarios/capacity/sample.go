package capacity

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"wavetank/scenarios/build"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
)

// sampled is the replication that requests are sampled from. No run is ever evaluated in it, so
// that a table knows nothing of the draws of a run.
const sampled = -1

const (
	enough   = 1 << 14   // requests of a model that are kept
	few      = 1 << 11   // requests of a model for which streams are read on beyond the duration
	mostRead = 1_000_000 // requests of all models that are read
	around   = 1 << 8    // requests over which the mean gap around one is taken, at least
	shortest = 1 << 5    // requests that stay together when a sample is resampled, at least
	longest  = 1 << 8    // and at most
)

// sample is requests of one model in the order of their arrival. Their arrivals are gone: what is
// left of them is the gap before each.
type sample struct {
	requests []fleet.Request
	gaps     []float64 // before each request, as a multiple of the mean gap around it
	inOrder  bool      // prompts repeat what earlier ones had, so the order matters
}

// draw returns samples of the models that some streams ask for.
//
// Requests that processes make are those of a replication of their own, from the warm-up on. They
// are read on beyond the duration where a model has few before. The requests of a trace are the
// first ones of the trace: it has no others. So what is learnt from a trace is what happens at its
// beginning, which a run that replays it meets, too. Senders that wait for answers get each in the
// time that its objective allows. Of a request that passes a model several times on its way
// through a pipeline, the first time counts.
func draw(ctx context.Context, b *build.Built, streams []int) (list []sample, err error) {
	src, err := b.Requests(sampled, streams...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	g := newGathering(b, streams)
	from, until := g.span(b)
	answered := b.Answered(src)
	var branches []fleet.Request
	for n, r := 0, (fleet.Request{}); n < mostRead && g.wants(r.Arrival, until) && answered.Next(&r); n++ {
		const poll = 1 << 14 // requests between looks at the context
		if n%poll == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if r.Arrival < from && n < mostRead/2 {
			continue
		}
		if branches = append(branches, r); r.Branches == 0 {
			g.add(branches)
			branches = branches[:0]
		}
	}
	return g.samples(), answered.Err()
}

// connected returns lists of streams: those that ask for the same models are in one list.
func connected(b *build.Built) (lists [][]int, of []int) {
	of = slices.Repeat([]int{-1}, len(b.Spec.Models)) // per model: its list
	for i := range b.Traffic {
		at := len(lists)
		lists = append(lists, []int{i})
		for _, m := range b.Traffic[i].Models() {
			if other := of[m]; other >= 0 && other != at { // the other list joins this one
				lists[at] = append(lists[at], lists[other]...)
				lists[other] = nil
				for k := range of {
					if of[k] == other {
						of[k] = at
					}
				}
			}
			of[m] = at
		}
		slices.Sort(lists[at])
	}
	return lists, of
}

// gathering is the requests read so far.
type gathering struct {
	spec     *fleet.Spec
	period   time.Duration     // of control
	recorded bool              // a stream replays a trace
	wanted   []bool            // per model: the streams ask for it
	of       [][]fleet.Request // per model
}

func newGathering(b *build.Built, streams []int) *gathering {
	g := &gathering{spec: b.Spec, period: time.Duration(b.Scenario.Control.Period), of: make([][]fleet.Request, len(b.Spec.Models)), wanted: make([]bool, len(b.Spec.Models))}
	for _, i := range streams {
		g.recorded = g.recorded || b.Traffic[i].Stream.Arrivals.Trace() != nil
		for _, m := range b.Traffic[i].Models() {
			g.wanted[m] = true
		}
	}
	return g
}

// span returns from when on requests are of use, and the end of a run.
func (g *gathering) span(b *build.Built) (from, until kernel.Time) {
	if !g.recorded {
		from = kernel.Time(b.Scenario.Warmup)
	}
	return from, kernel.Time(b.Scenario.Duration)
}

// wants reports whether more requests are to be read at an instant.
func (g *gathering) wants(now, until kernel.Time) bool {
	least := enough
	if now >= until {
		least = few
	}
	for m, list := range g.of {
		if g.wanted[m] && len(list) <= least {
			return now < until || !g.recorded
		}
	}
	return false
}

// add keeps a request, or the branches of one: of each model those of the first stage that asks for
// it.
func (g *gathering) add(branches []fleet.Request) {
	stage := func(r *fleet.Request) int {
		if r.Pipeline == 0 {
			return 1
		}
		return len(g.spec.Pipelines[r.Pipeline-1].Stages[r.Stage])
	}
	var passed []fleet.ModelID
	for rest := branches; len(rest) > 0; {
		n := min(stage(&rest[0]), len(rest))
		for i := range rest[:n] {
			if !slices.Contains(passed, rest[i].Model) {
				g.keep(&rest[i])
			}
		}
		for i := range rest[:n] {
			passed = append(passed, rest[i].Model)
		}
		rest = rest[n:]
	}
}

// keep keeps a request of a model, on its own: not as a branch of another.
func (g *gathering) keep(r *fleet.Request) {
	list := &g.of[r.Model]
	if len(*list) > enough {
		return
	}
	kept := *r
	kept.Entered, kept.Pipeline, kept.Stage, kept.Branches = r.Arrival, 0, 0, 0
	if r.Content != nil { // the stream uses it again
		kept.Content = &tokens.Content{Prefix: slices.Clone(r.Content.Prefix), Reply: r.Content.Reply}
	}
	*list = append(*list, kept)
}

// samples returns the samples. The first request of each model only says where the gap before the
// second begins.
func (g *gathering) samples() []sample {
	list := make([]sample, len(g.of))
	for m, requests := range g.of {
		if len(requests) < 2 {
			continue
		}
		s := &list[m]
		s.gaps = relativeGaps(requests, g.period)
		s.requests = requests[1:]
		s.inOrder = slices.ContainsFunc(requests, func(r fleet.Request) bool { return r.Content != nil })
	}
	return list
}

// relativeGaps returns the gap before each request but the first, as a multiple of the mean gap in
// a window around it. So a rate that changes slowly is no dispersion, and a burst is.
//
// The window is a control period long: an allocator can follow what lasts longer. It is longer
// where it would hold too few requests for a mean.
func relativeGaps(requests []fleet.Request, period time.Duration) []float64 {
	n := len(requests)
	gaps, first, last := make([]float64, n-1), 0, 0
	for i := 1; i < n; i++ {
		middle := requests[i-1].Arrival.Add(requests[i].Arrival.Sub(requests[i-1].Arrival) / 2)
		for requests[first].Arrival < middle.Add(-period/2) && first < i-1 {
			first++
		}
		for last = max(last, i); last+1 < n && requests[last+1].Arrival <= middle.Add(period/2); {
			last++
		}
		from, to := first, last
		if most := min(around, n/4); to-from < most {
			from, to = max(0, i-1-most/2), min(n-1, i+most/2)
		}
		mean := float64(requests[to].Arrival-requests[from].Arrival) / float64(to-from)
		if gaps[i-1] = 1; mean > 0 {
			gaps[i-1] = float64(requests[i].Arrival-requests[i-1].Arrival) / mean
		}
	}
	return gaps
}

// dispersion returns the index of dispersion of the numbers of requests over a span of so many
// mean gaps: the variance of the time that as many requests take, over what it is for a Poisson
// stream (Fendick and Whitt, "Measurements and approximations to describe the offered traffic and
// predict the average workload in a single-server queue", Proceedings of the IEEE, 1989, index of
// dispersion for intervals).
func (s *sample) dispersion(requests int) float64 {
	k := max(1, min(requests, len(s.gaps)/8))
	var sum, squares, n float64
	for from := 0; from+k <= len(s.gaps); from += k {
		span := 0.0
		for _, gap := range s.gaps[from : from+k] {
			span += gap
		}
		sum, squares, n = sum+span, squares+span*span, n+1
	}
	if n < 2 || sum == 0 {
		return 1
	}
	mean := sum / n
	return max(0, squares/n-mean*mean) / (mean * mean) * float64(k)
}

// block returns how many requests stay together when the sample is resampled: as many as it takes
// for the dispersion to be nearly that of many.
func (s *sample) block() int {
	const nearly = 0.75
	all := s.dispersion(longest)
	for length := shortest; length < longest; length *= 2 {
		if s.dispersion(length) >= nearly*all {
			return length
		}
	}
	return longest
}

// spread returns the squared coefficient of variation of the works.
func (s *sample) spread() float64 {
	var sum, squares float64
	for i := range s.requests {
		w := s.requests[i].Work
		sum, squares = sum+w, squares+w*w
	}
	n := float64(len(s.requests))
	if sum == 0 {
		return 0
	}
	return max(0, n*squares/(sum*sum)-1)
}

// output returns the mean tokens of an answer.
func (s *sample) output() float64 {
	sum := 0.0
	for i := range s.requests {
		sum += float64(s.requests[i].Output)
	}
	return sum / math.Max(1, float64(len(s.requests)))
}
