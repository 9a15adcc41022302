package capacity

import (
	"context"
	"fmt"
	"math"
	"time"

	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// trial runs a deployment alone at one rate after the other, with the same requests.
type trial struct {
	*alone
	course *course
	seed   uint64
	levers func(*fleet.Spec) (sim.Levers, error)
}

// ratio runs at a rate, and returns how many requests missed for each that may.
func (t *trial) ratio(ctx context.Context, rate float64) (float64, error) {
	arrivals := t.course.at(rate)
	tally := newTally(t.aim, arrivals)
	err := t.run(ctx, arrivals, tally)
	return tally.ratio(), err
}

// run runs the requests of a course to the end of the last.
func (t *trial) run(ctx context.Context, arrivals *replayed, observers ...sim.Observer) error {
	levers, err := t.levers(t.spec)
	if err != nil {
		return err
	}
	if levers.Allocator, err = newConstant(t.replicas); err != nil {
		return err
	}
	s := sim.Setup{
		Spec: t.spec, Arrivals: arrivals, Levers: levers, Observers: observers, Seed: t.seed, Replication: sampled,
		Duration: arrivals.ends(), Drain: -1,
	}
	if t.short {
		s.Arrivals = firstTokens{arrivals}
	}
	if err := engine.Run(ctx, s); err != nil {
		return fmt.Errorf("capacity: %w", err)
	}
	return nil
}

// ends returns an instant behind the last arrival.
func (a *replayed) ends() time.Duration {
	return time.Duration(a.span*a.unit) + time.Second
}

// firstTokens is requests whose answers end with the first token.
type firstTokens struct{ *replayed }

// Next implements sim.Arrivals.
func (a firstTokens) Next(r *fleet.Request) bool {
	ok := a.replayed.Next(r)
	r.Output = min(r.Output, 1)
	return ok
}

// saturated offers more than the replicas serve, and returns the requests per second that end
// meanwhile. That is the rate at which their queue does not grow.
func (t *trial) saturated(ctx context.Context) (float64, error) {
	const overload = 3
	e := &ends{}
	e.On(e.note, sim.RequestFinished)
	err := t.run(ctx, t.course.at(overload*t.full), e)
	n := len(e.at)
	if from, to := n/4, 3*n/4; to > from && e.at[to] > e.at[from] {
		return float64(to-from) / e.at[to].Sub(e.at[from]).Seconds(), err
	}
	return 0, err
}

// ends is the instants at which requests were answered.
type ends struct {
	sim.Handlers
	at []kernel.Time
}

func (e *ends) note(f *sim.Fact) { e.at = append(e.at, f.At) }

// find returns the load that the objectives just allow. Before and earlier are those of half and of
// a quarter as many replicas; zero where there are none.
func (t *trial) find(ctx context.Context, d *fleet.Deployment, before, earlier node) (node, error) {
	if !t.aim.any() {
		rate, err := t.saturated(ctx)
		return node{load: rate / t.full}, err
	}
	s := search{top: 1, step: before.step / 1.6, ratio: func(load float64) (float64, error) { return t.ratio(ctx, load*t.full) }}
	if d.Tokens != nil {
		s.top = mostTokens
	}
	if d.Tokens != nil && !t.aim.hurries() {
		rate, err := t.saturated(ctx)
		if err != nil {
			return node{}, err
		}
		s.top = rate / t.full
	}
	if s.step == 0 {
		s.step = t.step(d)
	}
	load, err := s.find(ctx, t.guess(d, before.load, earlier.load))
	return node{max(load, before.load/2), s.step}, err // more replicas serve no less
}

// guess returns a load to begin with.
func (t *trial) guess(d *fleet.Deployment, before, earlier float64) float64 {
	switch {
	case before > 0 && earlier > 0:
		return before + 0.6*max(0, before-earlier)
	case before > 0 && d.Tokens != nil:
		return before + 0.2*max(0, 1-before)
	case before > 0:
		return 1 - 0.6*(1-before)
	case d.Tokens != nil:
		return 0.6
	}
	return max(0.1, 1+math.Log(t.aim.strictest())*t.step(d))
}

// mostTokens is the largest load of an LLM that is tried. The plan does not count on prompts that
// repeat others.
const mostTokens = 8

// step returns how much load makes e times as many requests miss, about, in heavy traffic: the wait
// of a queue that is served in batches of B requests is exponential, of a mean of
// L(B)·(IDC/B + cs²)/(2n·(1 − load)), and has D − L(B) to spare.
func (t *trial) step(d *fleet.Deployment) float64 {
	if d.Tokens != nil {
		return 0.1
	}
	full, spare := d.FullBatch(), t.aim.shortest(0).Seconds()
	takes := full.Takes.Seconds()
	if spare -= takes; spare <= 0 {
		spare = takes / 10
	}
	varies := t.sample.dispersion(int(t.full*spare))/full.Requests + t.sample.spread()/full.Requests
	n := t.full / max(1e-9, full.Requests/takes)
	return min(max(takes*varies/(2*n*spare), 0.002), 0.2)
}

const (
	leastRequests   = 20_000
	leastObjectives = 200
	mostRequests    = 100_000
)

// requests returns how many requests of a run count, and how many come before them. Those fill the
// replicas, and their caches where prompts repeat others.
func (a *alone) requests(d *fleet.Deployment) (counted, before int) {
	n := float64(leastRequests)
	if a.aim.hurries() && a.aim.part != decode {
		n = max(n, leastObjectives*a.full*a.aim.shortest(a.sample.output()).Seconds())
	}
	const lives = 3 // of requests
	filling := lives * a.full * d.FullBatch().Takes.Seconds()
	counted = int(min(n, mostRequests))
	before = int(min(max(n/10, filling), mostRequests))
	if a.sample.inOrder {
		all := len(a.sample.requests)
		before = max(min(before, all/2), all/4)
		counted = min(counted, all-before)
	}
	return counted, before
}
