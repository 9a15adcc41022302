package engine_test

import (
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/batching"
	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/simtest"
	"wavetank/sim/tokens"
)

// drawing draws whole runs of token replicas. It draws uniformly, not like rapid, so that the runs
// are busy. On a lattice, all times are multiples of a unit, so that much happens at the same
// instant.
type drawing struct {
	*kernel.Stream
	unit    time.Duration
	lattice bool
}

func (d drawing) number(from, to int) int { return from + d.IntN(to-from+1) }

// one returns true with probability 1/of.
func (d drawing) one(of int) bool { return d.IntN(of) == 0 }

// units draws a span. Negative draws count as 0.
func (d drawing) units(from, to int) time.Duration {
	n := time.Duration(max(0, d.number(from, to))) * d.unit
	if !d.lattice && n > 0 {
		n += time.Duration(d.number(0, 99)) * d.unit / 100
	}
	return n
}

// drawTokenWorld draws a run of token replicas, some of them disaggregated. It returns a function
// that makes a new setup of the run at every call.
func drawTokenWorld(t *rapid.T) func() sim.Setup {
	seed := uint64(0)
	for range 32 { // rapid draws mostly small numbers
		seed = seed<<1 | uint64(rapid.IntRange(0, 1).Draw(t, "bit"))
	}
	d := drawing{Stream: kernel.NewStream(seed, 0, "world", 0)}
	d.unit, d.lattice = []time.Duration{1, 1000, time.Millisecond}[d.IntN(3)], d.one(2)
	c := d.spec()
	length := d.number(200, 8000)
	var acts []act
	first := act{boot: 0, drain: -1, stop: -1}
	for i := range rooms {
		first.load = append(first.load, i%len(c.Deployments))
	}
	acts = append(acts, first)
	period := d.units(20, 800)
	for range min(20, int(time.Duration(length)*d.unit/period)) {
		a := act{boot: d.number(-1, 0), drain: d.number(-20, 9), stop: d.number(-20, 3)}
		for range d.number(0, rooms) {
			a.load = append(a.load, d.number(0, len(c.Deployments)-1))
		}
		acts = append(acts, a)
	}
	requests := d.requests(c, length)
	members := max(0, d.number(-8, 8))
	think := d.units(0, 3)
	router := d.router(t)
	s := sim.Setup{
		Spec: c, Levers: sim.Levers{Batcher: batching.NewGreedy()}, Duration: time.Duration(length) * d.unit, Warmup: time.Duration(d.number(0, 90)) * d.unit,
		Drain: d.units(-20, 200) - time.Duration(d.number(0, 1)), Period: period, Delay: d.units(0, 20), ColdStart: d.one(4), Seed: seed, FailLost: d.one(3),
	}
	wakes := d.one(2)
	d.slow(c)
	if d.one(3) {
		c.Types[0].Sleep = &fleet.Sleep{Level: d.number(1, 2), Memory: int64(d.number(0, 3)), Bandwidth: 1 / d.unit.Seconds(), Wake: d.units(0, 5)}
		for i := range c.Deployments {
			c.Deployments[i].Weights = 1
		}
	}
	return func() sim.Setup {
		s := s
		s.Router, s.Allocator = router(), &gauge{actor{acts}, wakes}
		s.Arrivals = &given{requests: requests, step: 1}
		if members > 0 {
			s.Arrivals = &loop{crew: newCrew(members, think, 1), requests: requests}
		}
		return s
	}
}

// loop is a closed loop of given requests.
type loop struct {
	*crew
	requests []fleet.Request
}

func (l *loop) When() kernel.Time {
	if len(l.requests) == 0 {
		return kernel.Never
	}
	return l.crew.When()
}

func (l *loop) Next(r *fleet.Request) bool {
	l.crew.Next(r)
	at := r.Arrival
	*r, l.requests = l.requests[0], l.requests[1:]
	r.Arrival = at
	return true
}

// gauge is an actor that writes its readings of every model into its plans: how busy the
// deployments were, how full their caches are, how many requests were in the system. It may be
// woken.
type gauge struct {
	actor
	wakes bool
}

func (g *gauge) Wakes(*sim.View, fleet.ModelID) bool { return g.wakes }

func (g *gauge) Allocate(v *sim.View) (sim.Plan, error) {
	p, err := g.actor.Allocate(v)
	models := len(v.Spec().Models)
	p.Demand, p.Capacity, p.Shortfall = make([]float64, models), make([]float64, models), make([]float64, models)
	for i, d := range v.Spec().Deployments {
		p.Demand[d.Model] += v.Window().Deployments[i].Utilization()
		p.Capacity[d.Model] += v.Window().Deployments[i].KVShare()
	}
	for m := range p.Shortfall {
		p.Shortfall[m] = v.Window().Concurrency(fleet.ModelID(m))
	}
	return p, err
}

// slow draws spans in which machines are slow. Most worlds have none.
func (d drawing) slow(c *fleet.Spec) {
	for range max(0, d.number(-2, 2)) {
		from := kernel.Time(d.units(0, 4000))
		s := fleet.Slowdown{From: from, Until: from.Add(1 + d.units(0, 2000)), Factor: []float64{1.3, 2, 9}[d.IntN(3)], Share: 0.3 + 0.7*d.Float64()}
		c.Types[0].Slowdowns = append(c.Types[0].Slowdowns, s)
	}
}

// router draws a router. It returns a function that makes a new one at every call.
func (d drawing) router(t anyT) func() sim.Router {
	staleness := d.units(-20, 20)
	weight, imbalance := d.Float64(), d.number(0, 4)
	must := func(r sim.Router, err error) sim.Router {
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	return []func() sim.Router{
		func() sim.Router { return routing.NewLeastOutstanding() },
		func() sim.Router { return routing.NewRoundRobin() },
		func() sim.Router { return routing.NewCentralQueue() },
		func() sim.Router { return must(routing.NewLeastTokens(staleness)) },
		func() sim.Router { return must(routing.NewLeastKV(staleness)) },
		func() sim.Router { return must(routing.NewPrefixAware(weight, imbalance, staleness)) },
		func() sim.Router { return must(routing.NewPairing(imbalance)) },
		func() sim.Router { return must(routing.NewSessionAffinity(imbalance, 3)) },
	}[d.IntN(8)]
}

// spec draws machine types and models. The first model may be disaggregated, and the last may be
// served in batches.
func (d drawing) spec() *fleet.Spec {
	latency, err := profile.Linear(3*d.unit, d.unit, 4)
	if err != nil {
		panic(err) // the figures are right
	}
	c := simtest.OneModel(latency, 1, d.number(1, 4))
	box := &c.Types[0]
	box.Cores, box.Memory = rooms, rooms
	box.Boot = d.units(-30, 30)
	box.Network = float64(d.number(0, 4)) / 4 / d.unit.Seconds()
	if d.one(3) {
		box.Failures = fleet.Failures{MTBF: d.units(500, 4000), Repair: d.units(1, 60), Constant: d.one(2)}
	}
	if d.one(3) {
		box.Spot = fleet.Spot{Life: d.units(500, 4000), Notice: d.units(0, 60)}
	}
	if d.one(2) {
		c.Grace = d.units(1, 60)
	}
	c.Deployments[0].Tokens = d.replica()
	for range d.number(0, 2) {
		id := fleet.ModelID(len(c.Models))
		c.Models = append(c.Models, c.Models[0])
		c.Variants = append(c.Variants, c.Variants[0])
		c.Variants[id].Model = id
		one := c.Deployments[0]
		one.Model, one.Variant = id, fleet.VariantID(id)
		one.Tokens = d.replica()
		c.Deployments = append(c.Deployments, one)
	}
	if n := len(c.Models); n > 1 && d.one(4) {
		c.Deployments[n-1].Tokens = nil
	} else if n > 1 && d.one(2) {
		c.Models[0].Decoder = fleet.ModelID(n - 1)
		c.Deployments[n-1].Tokens.TokenBytes = c.Deployments[0].Tokens.TokenBytes
	}
	for m := range c.Models {
		c.Models[m].Timeout = d.units(-400, 200)
		c.Models[m].QueueLimit = max(-1, d.number(-40, 10))
	}
	for i := range c.Deployments {
		one := &c.Deployments[i]
		one.Name = c.Models[one.Model].Name
		one.Load = d.units(0, 20)
		one.MaxBatch = d.number(1, 4)
	}
	c.Tenants = []string{"a", "b", "c", "d", "e"}
	c.Classes = []fleet.Class{{Name: "urgent"}, {Name: "other", Priority: 1}, {Name: "last", Priority: 2}}
	return c
}

// replica draws a small token replica, so that blocks, budget and sequences run out.
func (d drawing) replica() *tokens.Config {
	form := func(constant int) (f profile.Form) {
		per := int64(d.unit) * profile.Grains
		if !d.lattice {
			per -= int64(d.number(0, 1<<20))
		}
		f.Constant = int64(d.number(0, constant)) * per
		if d.one(3) {
			return f
		}
		if d.one(2) {
			f.Context = int64(d.number(0, 4)) * per / 8
		}
		if d.one(2) {
			f.Prefill, f.Decode = int64(d.number(0, 4))*per/4, int64(d.number(0, 4))*per/4
		}
		return f
	}
	c := &tokens.Config{
		StepTime:     profile.StepTime{Compute: form(6), Memory: form(8), Overhead: form(1)},
		MaxSequences: d.number(1, 10), Chunked: d.one(2), Block: []int{1, 4, 5, 16}[d.IntN(4)],
		Context: 150, WholePrompt: d.one(2), Ahead: d.one(2), PrefillFirst: d.one(4), PrefillReads: d.one(4), TokenBytes: int64(d.number(0, 2)), PrefixCache: d.one(2), Priority: d.one(3),
		Before: d.units(-6, 3), PerToken: d.units(-6, 1), After: d.units(-6, 3),
	}
	if d.one(3) {
		c.StepTime.Experts = profile.Mixture{Count: 8, Active: int64(d.number(1, 8)), Each: int64(d.unit) * profile.Grains / int64(d.number(1, 8))}
	}
	if d.one(3) {
		c.LongPrefill = d.number(1, 20)
	}
	if d.one(3) {
		c.Draft, c.Acceptance, c.RandomAcceptance = d.number(1, 4), 0.95*d.Float64(), d.one(2)
	}
	if d.one(2) {
		c.Handover = tokens.Handover{Fixed: d.units(-3, 4), Layers: d.number(0, 5)}
	}
	if d.one(4) {
		c.Adapters = &tokens.Adapters{Slots: d.number(1, 3), Copy: d.units(0, 3), Fetch: d.units(0, 9)}
		c.Adapters.Host = c.Adapters.Slots + d.number(0, 2)
	}
	if c.PrefixCache && d.one(2) {
		c.Offload = &tokens.Offload{Blocks: d.number(1, 200), Grains: int64(d.units(0, 1)) * profile.Grains / 4}
	}
	if !c.Ahead && c.Adapters == nil && d.one(3) {
		if n := d.number(2, 4); d.one(2) {
			c.Stages, c.Hop = n, d.units(-1, 1)
		} else {
			c.Ranks = n
		}
	}
	c.Blocks = c.Engines() * ((120 + d.number(0, 150)) / c.Block)
	c.MaxTokens = c.MaxSequences*(1+c.Draft) + d.number(0, 60)
	if !c.Chunked {
		c.MaxTokens += 100
	}
	return c
}

// requests draws requests. Some share the beginning of their prompts, or continue an earlier
// answer.
func (d drawing) requests(c *fleet.Spec, length int) (list []fleet.Request) {
	d.clients(c)
	longest, gap := d.number(4, 50), 1<<d.number(0, 5)
	at := time.Duration(0)
	var models []fleet.ModelID
	for m := range c.Models {
		if !c.Decodes(fleet.ModelID(m)) {
			models = append(models, fleet.ModelID(m))
		}
	}
	for range d.number(1, 500) {
		if at += d.units(0, gap); at >= time.Duration(length)*d.unit {
			break
		}
		r := fleet.Request{
			Model: models[d.IntN(len(models))], Arrival: kernel.Time(at), Work: 1, Class: fleet.ClassID(d.number(0, 2)), Session: int64(d.number(0, 4)), Tenant: fleet.TenantID(d.number(0, 4)),
			Input: int32(d.number(1, longest)), Output: int32(d.number(1, longest)), Patience: d.units(-1000, 200),
		}
		if len(c.Clients) > 0 {
			r.Client = fleet.ClientID(d.number(0, len(c.Clients)))
		}
		if d.one(2) {
			d.content(&r, list)
		}
		list = append(list, r)
	}
	return list
}

// clients draws the clients of a spec. Most specs have none.
func (d drawing) clients(c *fleet.Spec) {
	for range max(0, d.number(-2, 2)) {
		one := fleet.Client{Name: "client", Timeout: d.units(-10, 60), Cancels: d.one(2), Attempts: d.number(1, 4)}
		one.Backoff = fleet.Backoff{Base: d.units(0, 10), Max: d.units(20, 40), Factor: float64(d.number(4, 12)) / 4, Jitter: d.one(2)}
		if d.one(2) {
			one.Budget = &fleet.RetryBudget{Share: float64(d.number(0, 3)) / 5, MinRate: float64(d.number(0, 2)) * 5, TTL: time.Second}
		}
		if d.one(3) {
			one.Attempts, one.HedgeAfter = max(2, one.Attempts), d.units(1, 40)
		}
		c.Clients = append(c.Clients, one)
	}
}

// content gives a request one of a few contents, sometimes after the prompt and the answer of an
// earlier request.
func (d drawing) content(r *fleet.Request, before []fleet.Request) {
	about := &tokens.Content{Reply: uint64(d.number(0, 2))}
	if len(before) > 0 && d.one(2) {
		if last := &before[d.IntN(len(before))]; last.Content != nil && last.Content.Reply > 0 && last.Input+last.Output < 60 {
			about.Prefix = append(about.Prefix, last.Content.Prefix...)
			about.Prefix = append(about.Prefix, tokens.Segment{Content: last.Content.Reply, Tokens: last.Output})
			r.Input += last.Input + last.Output
		}
	}
	left := r.Input
	for _, s := range about.Prefix {
		left -= s.Tokens
	}
	for left > 8 && !d.one(3) { // some segments that end inside a block
		n := int32(d.number(1, 8))
		about.Prefix = append(about.Prefix, tokens.Segment{Content: uint64(d.number(1, 3)) << 8, Tokens: n})
		left -= n
	}
	if share := int32(d.number(1, 30)); share < left && about.Reply == 0 {
		left = share
	}
	if left > 0 {
		about.Prefix = append(about.Prefix, tokens.Segment{Content: uint64(d.number(1, 3)) << 8, Tokens: left})
	}
	r.Content = about
}
