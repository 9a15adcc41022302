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
	levers.Allocator = constant{t.replicas}
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

// find returns the load that the objectives just allow: a share of what the replicas serve without
// idling. Half is the load of half as many replicas, or no number.
func (t *trial) find(ctx context.Context, d *fleet.Deployment, half float64) (float64, error) {
	if !t.aim.any() {
		rate, err := t.saturated(ctx)
		return rate / t.full, err
	}
	s := search{top: 1, step: t.step(d), ratio: func(load float64) (float64, error) { return t.ratio(ctx, load*t.full) }}
	if d.Tokens != nil {
		if s.top = mostTokens; !t.aim.hurries() {
			rate, err := t.saturated(ctx)
			if err != nil {
				return 0, err
			}
			s.top = rate / t.full
		}
	}
	guess := 1 + math.Log(t.aim.strictest())*s.step
	switch {
	case half > 0 && half < 1:
		guess = 1 - 0.6*(1-half)
	case half >= 1:
		guess = half
	}
	return s.find(ctx, max(0.1, guess))
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
	mostRequests    = 400_000
)

// requests returns how many requests a run needs: those that count, and a tenth before.
func (a *alone) requests(d *fleet.Deployment) int {
	n := float64(leastRequests)
	if a.aim.any() {
		n = max(n, leastObjectives*a.full*a.aim.shortest(a.sample.output()).Seconds())
	}
	return int(1.1 * min(n, mostRequests))
}
