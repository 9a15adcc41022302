package capacity

import (
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// part is the part of a request that the replicas of a deployment answer for.
type part int

// Replicas answer for a whole request, or only for its first token, or only for the tokens after
// it. Those that send their KV caches by a link that is nearly full answer for the first token and
// for the delay of the tokens after it.
const (
	whole part = iota
	prefill
	decode
	sending
)

// aim is the objectives of the requests of a run.
//
// If prefill and decode have separate pools, each pool is held to its own part: the time to the
// first token, or the time per further token. Both are held to the latency. Together the parts may
// miss as often as the whole (divide). So the share of requests that meet both is at least the
// percentile of the objective, by Bonferroni's inequality.
type aim struct {
	spec   *fleet.Spec
	part   part
	groups []group // by class; one if there are no classes
}

// group is the requests of one class.
type group struct {
	allowed float64 // share of them that may miss
	share   float64 // of all requests
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

// allows returns the share of misses that the class of a request may have.
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

// hurries reports whether some request misses if it waits long for its start.
func (a *aim) hurries() bool {
	for _, g := range a.groups {
		if g.held.Latency > 0 || g.held.FirstToken > 0 || a.part == decode && g.held.PerToken > 0 {
			return true
		}
	}
	return false
}

// shortest returns the shortest objective, in time, for answers of the given mean number of tokens.
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
// once too many are certain to miss.
type tally struct {
	sim.Handlers
	aim     *aim
	from    int64 // the first request that counts
	to      int64 // the first that does not
	judged  []float64
	missed  []float64
	arrival *replayed
	stretch [stretches]float64 // misses in each part of the run
}

// stretches is the number of parts of a run whose misses are compared.
const stretches = 20

// clumps returns the variance of the number of misses over that of independent misses, by batch
// means; at least 1.
func (t *tally) clumps() float64 {
	var sum, squares float64
	for _, missed := range t.stretch {
		sum, squares = sum+missed, squares+missed*missed
	}
	mean := sum / stretches
	return max(1, (squares/stretches-mean*mean)/max(mean, 1e-9))
}

// hopeless stops a run early, once this many times the allowed requests have missed.
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

// floor returns the number of allowed misses, at least one half, so that a ratio to it exists.
func (t *tally) floor(allowed float64) float64 { return max(0.5, allowed) }

// ratio returns the misses over the allowed misses, for the class with the largest ratio. Up to 1
// the objectives are met.
func (t *tally) ratio() float64 {
	worst := 0.0
	for i, g := range t.aim.groups {
		if t.judged[i] > 0 {
			worst = max(worst, t.missed[i]/t.floor(g.allowed*t.judged[i]))
		}
	}
	return worst
}
