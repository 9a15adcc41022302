package capacity

import (
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// part names the part of a request for whose objectives the replicas of a deployment are
// responsible.
type part int

// The parts of a request:
//
//   - whole: all of it;
//   - prefill: its first token;
//   - decode: the tokens after the first one;
//   - sending: its first token, and the delay of the later ones, which a nearly full link for KV
//     caches causes.
const (
	whole part = iota
	prefill
	decode
	sending
)

// aim holds the objectives of the requests of a run.
//
// If prefill and decode have separate pools, each pool has its own objective: the time to the first
// token, or the time per further token. The latency is an objective of both. The two pools together
// may miss as often as the whole request may (divide). By Bonferroni's inequality, at least the
// percentile of the requests then meets both.
type aim struct {
	spec   *fleet.Spec
	part   part
	groups []group // one for each class; a single one without classes
}

// group holds the objectives of one class.
type group struct {
	allowed float64 // share of its requests that may miss
	share   float64 // its share of all requests
	held    fleet.Objectives
}

// newAim returns the aim for the requests of a sample.
func newAim(c *fleet.Spec, p part, s *sample) *aim {
	a := &aim{spec: c, part: p, groups: make([]group, max(1, len(c.Classes)))}
	for i := range s.requests {
		r := &s.requests[i]
		g := &a.groups[r.Class]
		if g.share == 0 {
			g.held, g.allowed = a.objectives(r), a.allows(r)
		}
		g.share += 1 / float64(len(s.requests))
	}
	return a
}

// objectives returns the objectives of a request.
func (a *aim) objectives(r *fleet.Request) fleet.Objectives {
	o := a.spec.Objectives(r)
	switch a.part {
	case prefill:
		o.PerToken = 0
	case decode:
		o.FirstToken = 0
	}
	return o
}

// allows returns the share of the requests of a request's class that may miss.
func (a *aim) allows(r *fleet.Request) float64 {
	percent := a.spec.Models[r.Model].Percentile
	if int(r.Class) < len(a.spec.Classes) && a.spec.Classes[r.Class].Percentile > 0 {
		percent = a.spec.Classes[r.Class].Percentile
	}
	return 1 - percent/100
}

// any reports whether any request has an objective.
func (a *aim) any() bool {
	for _, g := range a.groups {
		if g.held != (fleet.Objectives{}) {
			return true
		}
	}
	return false
}

// hurries reports whether some request would miss its objective if it waited long for its start.
func (a *aim) hurries() bool {
	for _, g := range a.groups {
		if g.held.Latency > 0 || g.held.FirstToken > 0 || a.part == decode && g.held.PerToken > 0 {
			return true
		}
	}
	return false
}

// shortest returns the shortest time that an objective allows. output is the mean number of tokens
// in an answer.
func (a *aim) shortest(output float64) time.Duration {
	least := time.Duration(math.MaxInt64)
	for _, g := range a.groups {
		switch o := g.held; {
		case o.Latency > 0:
			least = min(least, o.Latency)
		case o.FirstToken > 0:
			least = min(least, o.FirstToken)
		case o.PerToken > 0:
			least = min(least, time.Duration(max(1, output-1)*float64(o.PerToken)))
		}
	}
	return least
}

// strictest returns the smallest allowed share of misses.
func (a *aim) strictest() float64 {
	least := 1.0
	for _, g := range a.groups {
		if g.share > 0 {
			least = min(least, g.allowed)
		}
	}
	return least
}

// allowed returns the allowed share of misses over all requests.
func (a *aim) allowed() (sum float64) {
	for _, g := range a.groups {
		sum += g.allowed * g.share
	}
	return sum
}

// tally counts the requests of a run that meet their objectives. It stops the stream of requests
// when too many are certain to miss.
type tally struct {
	sim.Handlers
	aim     *aim
	from    int64 // number of the first request that counts
	to      int64 // number of the first request after these
	judged  []float64
	missed  []float64
	arrival *replayed
	stretch [stretches]float64 // misses in each part of the run
}

// stretches is the number of parts of a run in which misses are counted separately.
const stretches = 20

// clumps returns the variance of the number of misses, divided by the variance of independent
// misses. It is estimated from batch means, and is at least 1.
func (t *tally) clumps() float64 {
	var sum, squares float64
	for _, missed := range t.stretch {
		sum, squares = sum+missed, squares+missed*missed
	}
	mean := sum / stretches
	return max(1, (squares/stretches-mean*mean)/max(mean, 1e-9))
}

// hopeless is a multiple of the allowed misses. A run with more misses stops early.
const hopeless = 4

func newTally(a *aim, arrivals *replayed) *tally {
	t := &tally{aim: a, arrival: arrivals, judged: make([]float64, len(a.groups)), missed: make([]float64, len(a.groups))}
	t.from, t.to = int64(arrivals.from), int64(arrivals.to)
	t.On(t.finished, sim.RequestFinished)
	t.On(t.failed, sim.RequestDropped, sim.RequestRejected, sim.RequestTimedOut, sim.RequestFailed, sim.RequestUnfinished)
	return t
}

// finished counts a request that was answered.
func (t *tally) finished(f *sim.Fact) {
	o := t.aim.groups[f.Request.Class].held
	if f.Timings == nil {
		t.count(f.Request, o.Met(0, 0, f.Span))
		return
	}
	t.count(f.Request, o.Met(f.Timings.FirstToken, f.Timings.PerToken(f.Span, f.Request.Output), f.Span))
}

// failed counts a request that was not answered.
func (t *tally) failed(f *sim.Fact) { t.count(f.Request, false) }

func (t *tally) count(r *fleet.Request, met bool) {
	t.arrival.ended++
	if r.Ordinal < t.from || r.Ordinal >= t.to {
		return
	}
	t.judged[r.Class]++
	if met {
		return
	}
	t.missed[r.Class]++
	t.stretch[(r.Ordinal-t.from)*stretches/(t.to-t.from)]++
	g := &t.aim.groups[r.Class]
	if t.missed[r.Class] > hopeless*t.floor(g.allowed*g.share*float64(t.to-t.from)) {
		t.arrival.stop()
	}
}

// floor returns the number of allowed misses, but at least one half, so that ratio never divides
// by 0.
func (t *tally) floor(allowed float64) float64 { return max(0.5, allowed) }

// ratio returns the misses divided by the allowed misses, for the class with the largest ratio. The
// objectives are met if it is at most 1.
func (t *tally) ratio() float64 {
	worst := 0.0
	for i, g := range t.aim.groups {
		if t.judged[i] > 0 {
			worst = max(worst, t.missed[i]/t.floor(g.allowed*t.judged[i]))
		}
	}
	return worst
}
