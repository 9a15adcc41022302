package capacity

import (
	"context"
	"errors"
	"slices"
	"time"

	"wavetank/scenarios/build"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/tokens"
	"wavetank/workload"
)

// sampled is the number of the replication from which requests are sampled. No policy is evaluated
// on this replication, so a table does not depend on the draws of a run.
const sampled = -1

const (
	enough   = 1 << 15   // kept requests of a model, if there are few models
	talking  = 1 << 16   // kept requests of a model, if they are turns of conversations
	inAll    = 1 << 20   // kept requests of all models together, roughly
	few      = 1 << 11   // if a model has fewer requests, reading continues beyond the duration
	mostRead = 1_000_000 // requests that are read, of all models together
)

// draw returns samples of the requests of some streams, one for each model.
//
// Requests of processes are drawn in a replication of their own, from the end of the warm-up on. If
// a model has few requests within the duration, reading continues beyond it. A trace has no
// replications, so the first requests of the trace are taken. A run that replays the trace has the
// same requests.
//
// Senders that wait for answers get each answer in half the time that its objective allows, because
// nearly all answers should be in time. If a request visits a model several times in a pipeline,
// only the first visit counts.
func draw(ctx context.Context, b *build.Built, streams []int) (list []sample, err error) {
	src, err := b.Requests(sampled, streams...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	g := newGathering(b, streams)
	from, until := g.span(b)
	answered := workload.Answered(src, func(r *fleet.Request) time.Duration { return b.Spec.Objectives(r).Planned(r.Output) / 2 })
	var branches []fleet.Request
	for n, r := 0, (fleet.Request{}); n < mostRead && g.wants(r.Arrival, until) && answered.Next(&r); n++ {
		const poll = 1 << 14 // requests between checks of the context
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

// connected returns lists of streams such that streams with a common model are in the same list. of
// is the list of each model, or -1.
func connected(b *build.Built) (lists [][]int, of []int) {
	of = slices.Repeat([]int{-1}, len(b.Spec.Models)) // for each model, the index of its list
	for i := range b.Traffic {
		at := len(lists)
		lists = append(lists, []int{i})
		for _, m := range b.Traffic[i].Models() {
			if other := of[m]; other >= 0 && other != at { // join both lists
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

// gathering holds the requests read so far.
type gathering struct {
	spec     *fleet.Spec
	period   time.Duration     // control period
	most     int               // largest number of requests of a model
	recorded bool              // some stream replays a trace
	wanted   []bool            // for each model: the streams ask for it
	of       [][]fleet.Request // the requests of each model
}

func newGathering(b *build.Built, streams []int) *gathering {
	g := &gathering{spec: b.Spec, most: max(few, min(enough, inAll/len(b.Spec.Models))), period: time.Duration(b.Scenario.Control.Period), of: make([][]fleet.Request, len(b.Spec.Models)), wanted: make([]bool, len(b.Spec.Models))}
	for _, i := range streams {
		g.recorded = g.recorded || b.Traffic[i].Stream.Arrivals.Trace() != nil
		for _, m := range b.Traffic[i].Models() {
			g.wanted[m] = true
		}
	}
	return g
}

// span returns the instant from which requests are kept, and the end of a run.
func (g *gathering) span(b *build.Built) (from, until kernel.Time) {
	if !g.recorded {
		from = kernel.Time(b.Scenario.Warmup)
	}
	return from, kernel.Time(b.Scenario.Duration)
}

// wants reports whether to read another request. now is the instant of the last one.
func (g *gathering) wants(now, until kernel.Time) bool {
	least := g.most
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

// add keeps a request. Of a request of a pipeline it keeps the branches of each model in the first
// stage that uses the model.
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

// keep keeps a request of a model. A branch becomes a request of its own.
func (g *gathering) keep(r *fleet.Request) {
	list := &g.of[r.Model]
	if len(*list) > g.most {
		return
	}
	if r.Content != nil && r.Session != 0 {
		g.most = max(g.most, talking)
	}
	kept := *r
	kept.Entered, kept.Pipeline, kept.Stage, kept.Branches, kept.Client = r.Arrival, 0, 0, 0, 0
	if r.Content != nil { // copied, because the stream reuses it
		kept.Content = &tokens.Content{Prefix: slices.Clone(r.Content.Prefix), Reply: r.Content.Reply}
	}
	*list = append(*list, kept)
}

// samples returns the samples.
func (g *gathering) samples() []sample {
	list := make([]sample, len(g.of))
	for m, requests := range g.of {
		if len(requests) > 1 {
			list[m] = newSample(requests, g.period)
		}
	}
	return list
}
