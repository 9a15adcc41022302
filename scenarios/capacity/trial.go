package capacity

import (
	"context"
	"math"

	planned "wavetank/policies/capacity"
	"wavetank/sim"
	"wavetank/sim/engine"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// trial runs the fleet of one deployment with the same requests at one rate after another.
type trial struct {
	*alone
	course  *course
	seed    uint64
	levers  func(*fleet.Spec) (sim.Levers, error)
	batch   float64 // requests in a full batch; 0: no batches
	longest float64 // largest number of requests that count
	takes   float64 // planned time of a full batch, in seconds
	clumps  float64 // clumping of misses in the last complete run (tally.clumps)

	// Runs of a pool take long, so they have few requests. The runs at the last load count
	// together, and gaps are scaled such that the work per time does not depend on the draws.
	joined bool
}

// newTrial returns the trial of a deployment.
func newTrial(a *alone, d *fleet.Deployment, seed uint64, levers func(*fleet.Spec) (sim.Levers, error)) *trial {
	t := &trial{alone: a, seed: seed, levers: levers, longest: mostRequests, joined: a.ofPool()}
	if t.batch = d.FullBatch().Requests; d.Tokens != nil {
		t.batch, t.longest = 0, mostLong
	}
	t.takes = d.FullBatch().Takes.Seconds()
	counted, before := a.requests(d)
	t.course = t.draw(counted, before, 0)
	return t
}

// draw returns the course of a kind, with the given numbers of requests that count, and of requests
// before them.
func (t *trial) draw(counted, before int, kind uint64) *course {
	c := newCourse(t.sample, counted, before, t.stream(kind))
	if t.joined {
		c.center(t.work)
	}
	return c
}

// crowd returns a number of requests in flight at which too many will miss. It is twice the number
// that can be in service and wait within their objectives, plus the allowed misses times hopeless.
// 0 means no limit.
func (t *trial) crowd(counted int) int {
	if !t.aim.hurries() {
		return 0
	}
	spans := t.takes + t.aim.shortest(t.sample.output()).Seconds()
	return int(2*t.full*spans + hopeless*t.aim.allowed()*float64(counted))
}

// stream returns the random stream that draws the blocks of courses of a kind.
func (t *trial) stream(kind uint64) *kernel.Stream {
	return kernel.NewStream(t.seed, sampled, "capacity/blocks/"+t.spec.Models[t.model].Name, kind)
}

// ratio simulates a rate, in requests per second, and returns the misses divided by the allowed
// misses. It also records how much the misses clump.
func (t *trial) ratio(ctx context.Context, rate float64) (float64, error) {
	arrivals := t.course.at(rate)
	tally := newTally(t.aim, arrivals)
	arrivals.crowd = t.crowd(arrivals.to - arrivals.from)
	err := t.run(ctx, arrivals, tally)
	if !arrivals.stopped {
		t.clumps = tally.clumps()
	}
	if arrivals.stopped && arrivals.made <= arrivals.from {
		return hopeless, err // stopped before any request that counts
	}
	return tally.ratio(), err
}

// run simulates all requests of a course, until the last one ends.
func (t *trial) run(ctx context.Context, arrivals *replayed, observers ...sim.Observer) error {
	levers, err := t.levers(t.spec)
	if err != nil {
		return err
	}
	if levers.Allocator, err = newConstant(t.spec, t.replicas); err != nil {
		return err
	}
	s := sim.Setup{
		Spec: t.spec, Arrivals: arrivals, Levers: levers, Observers: observers, Seed: t.seed, Replication: sampled,
		Duration: arrivals.ends(), Drain: -1,
	}
	if t.short {
		s.Arrivals = firstTokens{arrivals}
	}
	return engine.Run(ctx, s)
}

// firstTokens yields requests whose answers end with the first token.
type firstTokens struct{ *replayed }

// Next implements sim.Arrivals.
func (a firstTokens) Next(r *fleet.Request) bool {
	ok := a.replayed.Next(r)
	r.Output = min(r.Output, 1)
	return ok
}

// saturated offers more load than the replicas can serve, and returns how many requests per second
// finish. This is the largest rate at which the queue does not grow.
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

// ends records the instants at which requests finish.
type ends struct {
	sim.Handlers
	at []kernel.Time
}

func (e *ends) note(f *sim.Fact) { e.at = append(e.at, f.At) }

// find returns the largest load that meets the objectives. before and earlier are the results for
// half and a quarter of the replicas, or nil.
func (t *trial) find(ctx context.Context, d *fleet.Deployment, before, earlier *node) (node, error) {
	if !t.aim.any() {
		rate, err := t.saturated(ctx)
		return node{load: rate / t.full}, err
	}
	if before != nil && before.load == 0 {
		// More replicas help if many requests come together. They do not help if requests are late
		// even alone.
		ratio, err := t.ratio(ctx, trickle*t.full)
		if err != nil || ratio > 1 {
			return node{}, err
		}
		before, earlier = nil, nil
	}
	s := search{top: 1, vague: t.joined, ratio: func(load float64) (float64, error) { return t.ratio(ctx, load*t.full) }}
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
	if s.step = t.step(d); before != nil && before.step > 0 {
		s.step = before.step / 1.6
	}
	load, err := s.find(ctx, t.guess(d, before, earlier))
	if err == nil && load > 0 && load < s.top {
		load, err = t.refine(ctx, &s, load)
	}
	if before != nil {
		load = max(load, before.load/2) // more replicas never serve less
	}
	return node{load, s.step}, err
}

// refine makes the load more precise, unless enough requests have counted: it makes one more run
// with other draws, and one step of Newton's method.
func (t *trial) refine(ctx context.Context, s *search, load float64) (float64, error) {
	had := float64(t.course.count - t.course.before)
	need := max(t.clumped(s.step/load), t.relaxed(load))
	if t.joined {
		need = max(need, 2*had) // clumps in a single short run are uncertain
	} else {
		need = max(need, t.dispersed())
	}
	need = min(need, t.longest)
	if t.sample.inOrder || need < 1.5*had {
		return load, nil
	}
	if t.joined {
		need -= had
	}
	longer := *t
	longer.course = t.draw(int(need), max(t.course.before, int(need/10)), 1)
	ratio, err := longer.ratio(ctx, load*t.full)
	if t.joined {
		ratio = (had*s.last + need*ratio) / (had + need)
	}
	by := -logarithm(ratio) * s.step
	return min(load+max(-load/5, min(load/5, by)), s.top), err
}

// precise is the wanted standard error of a load, relative to the load.
const precise = 0.007

// clumped returns how many requests a run needs so that its misses, which come in clumps, give a
// precise load. step is the relative increase of the load that makes e times as many requests miss.
func (t *trial) clumped(step float64) float64 {
	const least = 8 // smallest assumed number of misses in a clump
	return max(least, t.clumps) * math.Pow(step/precise, 2) / max(1e-9, t.aim.strictest())
}

// dispersed returns how many requests a run needs so that its actual rate is precise.
func (t *trial) dispersed() float64 { return t.sample.dispersion(longest) / (precise * precise) }

// relaxed returns how many requests a run needs so that its beginning does not matter, neither for
// the queues of the replicas nor for the links of their machines. The time in which a queue forgets
// its beginning is inversely proportional to the square of the idle share (Asmussen, Applied
// Probability and Queues, 2003, III.8).
func (t *trial) relaxed(load float64) float64 {
	const times, ofLinks = 6, 24
	idle := func(busy float64) float64 { return math.Pow(max(0.01, 1-busy), 2) }
	varies := t.sample.dispersion(longest)
	return max(times*varies*t.batch/idle(load), ofLinks*varies*float64(t.links.machines)/idle(load/t.links.full))
}

// guess returns the first load to try.
func (t *trial) guess(d *fleet.Deployment, before, earlier *node) float64 {
	const nearer = 0.3 // share of the idle bandwidth of links that more replicas use
	computed := t.computed(d, before, earlier)
	if before == nil {
		return min(computed, planned.Crowded*t.links.full)
	}
	was := before.load / t.links.fullHalf
	busy := was + nearer*(1-was)
	if was > planned.Crowded {
		return busy * t.links.full // the links are what limits the load
	}
	return min(computed, max(planned.Crowded, busy)*t.links.full)
}

// computed returns the first load to try if links have no limit.
func (t *trial) computed(d *fleet.Deployment, before, earlier *node) float64 {
	switch {
	case earlier != nil:
		return before.load + 0.6*max(0, before.load-earlier.load)
	case before != nil && d.Tokens != nil:
		return before.load + 0.2*max(0, 1-before.load)
	case before != nil:
		return 1 - 0.6*(1-before.load)
	case d.Tokens != nil:
		return 0.6
	}
	return max(0.1, 1+math.Log(t.aim.strictest())*t.step(d))
}

// mostTokens is the largest load that is tried for an LLM. Loads above 1 are possible because plans
// assume that no prompt is in the prefix cache.
const mostTokens = 8

// step returns the increase of the load that makes about e times as many requests miss in heavy
// traffic. There the wait in the queue of n servers with batches of B requests is exponential with
// mean L(B)·(IDC/B + cs²)/(2n·(1 − load)). L(B) is the time of a batch, IDC the index of dispersion
// of arrivals, and cs² the squared coefficient of variation of batch times. A request misses its
// objective D if it waits longer than D − L(B).
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

// The numbers of requests that count in a run.
const (
	leastRequests   = 20_000
	leastOfPool     = 10_000  // of a pool
	leastObjectives = 200     // smallest duration of a run, in multiples of the objective
	mostRoughly     = 60_000  // largest number in runs that find the load roughly
	mostRequests    = 200_000 // largest number in the last run
	mostLong        = 40_000  // the same for an LLM; for a pool, in all runs at the last load
)

// requests returns how many requests of a run count, and how many come before them. These fill the
// replicas, and their caches if prompts repeat earlier ones.
func (a *alone) requests(d *fleet.Deployment) (counted, before int) {
	n := float64(leastRequests)
	if a.ofPool() {
		n = leastOfPool
	}
	if a.aim.hurries() && a.aim.part != decode {
		n = max(n, leastObjectives*a.full*a.aim.shortest(a.sample.output()).Seconds())
	}
	const lives = 3 // times the duration of a full batch
	filling := lives * a.full * d.FullBatch().Takes.Seconds()
	counted = int(min(n, mostRoughly))
	before = int(min(max(n/10, filling), mostRequests))
	if all := len(a.sample.requests); a.sample.inOrder && a.sample.talks == nil {
		before = max(min(before, all/2), all/4)
		counted = min(counted, all-before)
	}
	return counted, before
}
