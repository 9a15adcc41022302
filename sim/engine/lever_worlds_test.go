package engine_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/admission"
	"wavetank/policies/batching"
	"wavetank/policies/gateway"
	"wavetank/policies/ordering"
	"wavetank/policies/registry"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/sim/quantity"
	"wavetank/sim/simtest"
)

// leverWorld is a random run with random levers, some of them for single models. LLMs and models
// that are served in batches share its machines.
type leverWorld struct {
	drawing
	spec     *fleet.Spec
	requests []fleet.Request
	setup    sim.Setup // without levers and arrivals
	members  int       // senders of a closed loop; 0: an open stream
	think    time.Duration
	works    bool // all works are 1
	lossless bool

	fault    error // first wrong answer of early-drop
	admitted int64 // requests that early-drop was asked about

	admission registry.Admission
	gateway   registry.Gateway
	order     registry.Order
	router    registry.Router
	batcher   registry.Batcher
	routers   map[string]*registry.Router // routers of single models
	batchers  map[string]*registry.Batcher
}

// drawLeverWorld draws a world. Rapid draws the names of levers and a seed; everything else comes
// from the seed.
func drawLeverWorld(t *rapid.T, lossless, ordered bool) *leverWorld {
	seed := uint64(0)
	// Rapid draws mostly small numbers, so the seed is drawn bit by bit.
	for _, one := range rapid.SliceOfN(rapid.Bool(), 32, 32).Draw(t, "seed") {
		seed <<= 1
		if one {
			seed |= 1
		}
	}
	d := drawing{Stream: kernel.NewStream(seed, 0, "lever world", 0)}
	d.unit, d.lattice = []time.Duration{1000, time.Millisecond}[d.IntN(2)], !d.one(3)
	w := &leverWorld{drawing: d, think: d.units(0, 3), works: d.one(2), lossless: lossless}
	w.spec = w.catalogue()
	length := d.number(200, 2000)
	w.requests = w.stream(length)
	if len(w.spec.Pipelines) == 0 {
		w.members = max(0, d.number(-8, 12))
	}
	w.setup = sim.Setup{
		Spec: w.spec, Duration: time.Duration(length) * d.unit, Warmup: time.Duration(d.number(0, 90)) * d.unit, Drain: d.units(-20, 200) - time.Duration(d.number(0, 1)),
		Period: d.units(20, 300), Delay: d.units(0, 20), ColdStart: d.one(4), Seed: seed, FailLost: d.one(3),
	}
	w.draw(t, ordered)
	return w
}

// catalogue draws machine types and models: LLMs by drawing.spec, and one to three other models.
func (w *leverWorld) catalogue() *fleet.Spec {
	d := w.drawing
	c := d.spec()
	if d.one(2) { // no LLM
		for i := range c.Deployments {
			c.Deployments[i].Tokens = nil
			c.Deployments[i].Slots = d.number(1, 3)
		}
		c.Models[0].Decoder = 0
	}
	c.Types[0].Max += 2
	node := c.Types[0]
	node.Name, node.Price = "node", 3
	c.Types = append(c.Types, node)
	for range d.number(1, 3) {
		id := fleet.ModelID(len(c.Models))
		m := c.Models[0]
		m.Decoder, m.Variants = 0, []fleet.VariantID{fleet.VariantID(id)}
		m.Varied, m.Combine = d.one(2), fleet.Combine(d.number(0, 2))
		m.Timeout, m.QueueLimit = d.units(-400, 200), max(-1, d.number(-8, 8))
		c.Models = append(c.Models, m)
		c.Variants = append(c.Variants, fleet.Variant{Name: "variant", Model: id, Accuracy: 80})
		for kind := d.number(0, 1); kind < 2; kind++ {
			latency, err := profile.Linear(time.Duration(d.number(0, 8))*d.unit, time.Duration(d.number(1, 4))*d.unit, d.number(1, 6))
			if err != nil {
				panic(err) // the figures are right
			}
			c.Deployments = append(c.Deployments, fleet.Deployment{
				Variant: fleet.VariantID(id), Model: id, Type: fleet.TypeID(kind), Need: fleet.Resources{Cores: 1, Memory: 1}, Latency: latency,
				MaxBatch: d.number(1, latency.Max()), Slots: d.number(1, 3), Load: d.units(0, 20),
			})
		}
	}
	w.name(c)
	return c
}

// name completes a spec with names, objectives and capacities, and sometimes with a pipeline.
func (w *leverWorld) name(c *fleet.Spec) {
	d := w.drawing
	for m := range c.Models {
		c.Models[m].Name = fmt.Sprint("m", m)
		c.Models[m].Target, c.Models[m].Percentile = d.units(5, 80), 95
		if d.one(3) {
			c.Models[m].FirstToken = d.units(5, 80)
		}
	}
	for i := range c.Deployments {
		one := &c.Deployments[i]
		one.Name = fmt.Sprintf("%s-%d@%s", c.Models[one.Model].Name, i, c.Types[one.Type].Name)
		one.Capacity = float64(one.Slots) * one.Latency.Throughput(min(one.MaxBatch, one.Latency.Max()))
	}
	c.Classes = []fleet.Class{{Name: "urgent", Target: d.units(-20, 40)}, {Name: "other", Priority: 1, FirstToken: d.units(-20, 40)}, {Name: "last", Priority: 2}}
	for i := range c.Types {
		if w.lossless {
			c.Types[i].Failures, c.Types[i].Spot, c.Grace = fleet.Failures{}, fleet.Spot{}, 0
		}
	}
	if !d.one(3) {
		return
	}
	p := fleet.Pipeline{Name: "way", Target: d.units(20, 200), Percentile: 95}
	asked := w.asked(c)
	for range d.number(1, 3) {
		var stage []fleet.ModelID
		for range d.number(1, 2) {
			stage = append(stage, asked[d.IntN(len(asked))])
		}
		p.Stages = append(p.Stages, stage)
	}
	c.Pipelines = []fleet.Pipeline{p}
}

// asked returns the models that requests ask for.
func (w *leverWorld) asked(c *fleet.Spec) (list []fleet.ModelID) {
	for m := range c.Models {
		if !c.Decodes(fleet.ModelID(m)) {
			list = append(list, fleet.ModelID(m))
		}
	}
	return list
}

// stream draws the requests. A pipeline request has branches for all stages.
func (w *leverWorld) stream(length int) (list []fleet.Request) {
	d, c := w.drawing, w.spec
	for _, r := range d.requests(c, length) {
		if len(c.Pipelines) == 0 || d.one(2) {
			list = append(list, w.dress(r))
			continue
		}
		first := len(list)
		for stage, models := range c.Pipelines[0].Stages {
			for _, m := range models {
				b := r
				b.Model, b.Pipeline, b.Stage, b.Content = m, 1, int16(stage), nil
				b.Input, b.Client = min(b.Input, 60), 0
				list = append(list, w.dress(b))
			}
		}
		list[first].Branches = int32(len(list) - first - 1)
	}
	return list
}

// dress gives a request the fields that its model needs.
func (w *leverWorld) dress(r fleet.Request) fleet.Request {
	r.Work = 1
	if !w.works {
		r.Work = float64(w.number(0, 24)) / 8
	}
	if w.spec.Models[r.Model].Varied {
		r.Items = float32(w.number(1, 12)) / 2
	}
	return r
}

// draw draws the levers.
func (w *leverWorld) draw(t *rapid.T, ordered bool) {
	pick := func(what string, c registry.PolicyChoice, names ...string) {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return c.Needs(name) != "" })
		name := rapid.SampledFrom(names).Draw(t, what)
		params, _ := c.Params(name)
		w.tune(params)
		c.Choose(name, params)
	}
	if names := w.admission.Names(); rapid.Bool().Draw(t, "admits") {
		pick("admission", &w.admission, append(names, "early-drop", "early-drop")...)
	}
	if ordered && rapid.Bool().Draw(t, "orders") {
		pick("order", &w.order, w.order.Names()...)
	} else if !ordered && rapid.Bool().Draw(t, "fcfs") {
		pick("order", &w.order, "fcfs")
	}
	if rapid.IntRange(0, 2).Draw(t, "gates") == 0 {
		pick("gateway", &w.gateway, "none", "limits", "limits", "limits")
	}
	often := append(w.router.Names(), "central-queue", "central-queue", "central-queue", "central-queue")
	pick("router", &w.router, often...)
	pick("batcher", &w.batcher, append(w.batcher.Names(), "greedy", "greedy", "greedy")...)
	w.routers, w.batchers = map[string]*registry.Router{}, map[string]*registry.Batcher{}
	for _, m := range w.asked(w.spec) {
		if rapid.IntRange(0, 2).Draw(t, "own router") == 0 {
			one := &registry.Router{}
			pick("router of a model", one, often...)
			w.routers[w.spec.Models[m].Name] = one
		}
		if rapid.IntRange(0, 2).Draw(t, "own batcher") == 0 {
			one := &registry.Batcher{}
			pick("batcher of a model", one, one.Names()...)
			w.batchers[w.spec.Models[m].Name] = one
		}
	}
}

// tune draws the parameters of levers.
func (w *leverWorld) tune(params any) {
	d := w.drawing
	switch p := params.(type) {
	case *registry.Timeout:
		p.MaxBatch, p.MaxDelay = d.number(0, 4), quantity.Duration(d.units(0, 20))
	case *registry.Triton:
		p.MaxDelay = quantity.Duration(d.units(0, 20))
		if d.one(2) {
			p.Preferred = []int{d.number(1, 4)}
		}
	case *registry.Nexus:
		p.Batch = d.number(0, 4)
	case *registry.Clockwork:
		p.Sizes = []batching.Sizes{batching.EverySize, batching.PowersOfTwo}[d.IntN(2)]
	case *registry.EarlyDrop:
		p.Estimate = !d.one(3)
	case *registry.TokenBucket:
		p.Rate, p.Burst = quantity.Rate(float64(d.number(1, 20))/20/d.unit.Seconds()), d.number(1, 4)
	case *registry.BoundedQueue:
		p.Limit, p.Classes = d.number(1, 8), map[string]int{"last": d.number(1, 4)}
	case *registry.GatewayLimits:
		p.Concurrency, p.Queue, p.KVShare = d.number(1, 5), 0, 0
		if d.one(2) {
			p.Queue, p.KVShare = d.number(1, 3), float64(d.number(0, 2))/2
		}
		if d.one(3) {
			p.Reserved = map[string]int{"last": d.number(0, p.Concurrency-1)}
		}
		if d.one(3) {
			p.Quantum = map[string]int{"urgent": d.number(1, 9), "other": d.number(1, 30), "last": d.number(1, 3)}
			p.Cost = []gateway.Cost{gateway.CostRequests, gateway.CostTokens}[d.IntN(2)]
		}
	case *registry.Fair:
		p.By, p.Cost = []ordering.FairFlow{ordering.FairByClass, ordering.FairByTenant}[d.IntN(2)], []ordering.FairCost{ordering.CostRequests, ordering.CostTokens, ordering.CostWork}[d.IntN(3)]
		if p.By == ordering.FairByClass {
			p.Shares = map[string]float64{"urgent": 3}
		}
	case *registry.SessionAffinity:
		p.Imbalance, p.Sessions = d.number(0, 4), d.number(1, 4)
	case *registry.Stale:
		p.Staleness = quantity.Duration(d.units(-20, 20))
	}
}

// ranking is an order that records the ranks that it returns.
type ranking struct {
	sim.Order
	of map[int64]int64
}

func (r ranking) Rank(v *sim.View, request *fleet.Request) int64 {
	rank := r.Order.Rank(v, request)
	r.of[request.Ordinal] = rank
	return rank
}

// Wants implements sim.Selective: an order may learn from facts.
func (r ranking) Wants(k sim.FactKind) bool {
	o, learns := r.Order.(sim.Observer)
	return learns && sim.HandlerOf(o, k) != nil
}

func (r ranking) Observe(f *sim.Fact) { r.Order.(sim.Observer).Observe(f) }

// fresh returns the setup of a run of the world, with new levers.
func (w *leverWorld) fresh(t anyT) (sim.Setup, map[int64]int64) {
	s, ranks := w.setup, map[int64]int64{}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	about := registry.Context{Spec: w.spec, Seed: s.Seed, Period: s.Period}
	if name, _ := w.order.Chosen(); name != "" {
		order, err := w.order.New(about)
		must(err)
		s.Order = ranking{order, ranks}
		about.Order = s.Order
	}
	if name, _ := w.admission.Chosen(); name != "" {
		must(w.admission.Set(about, &s.Levers))
		if early, ok := s.Admission.(*admission.EarlyDrop); ok && w.works {
			s.Admission = strictly{early, &w.fault, &w.admitted}
		}
	}
	if name, _ := w.gateway.Chosen(); name != "" {
		must(w.gateway.Set(about, &s.Levers))
	}
	must(w.router.Set(about, &s.Levers))
	must(w.batcher.Set(about, &s.Levers))
	must(registry.SetRouters(about, w.routers, &s.Levers))
	must(registry.SetBatchers(about, w.batchers, &s.Levers))
	s.Allocator = simtest.RandomAllocator{Stream: kernel.NewStream(s.Seed, 0, "policy", 0)}
	s.Arrivals = &given{requests: w.requests, step: 1}
	if w.members > 0 {
		s.Arrivals = &loop{crew: newCrew(w.members, w.think, 1), requests: w.requests}
	}
	return s, ranks
}

// batcherOf returns the name of the batcher of a model.
func (w *leverWorld) batcherOf(m fleet.ModelID) (name string) {
	name, _ = w.batcher.Chosen()
	if own := w.batchers[w.spec.Models[m].Name]; own != nil {
		name, _ = own.Chosen()
	}
	return name
}

// routerOf returns the name of the router of a model, or of the model that it decodes for.
func (w *leverWorld) routerOf(m fleet.ModelID) (name string) {
	if of := slices.IndexFunc(w.spec.Models, func(other fleet.Model) bool { return m > 0 && other.Decoder == m }); of >= 0 {
		m = fleet.ModelID(of)
	}
	name, _ = w.router.Chosen()
	if own := w.routers[w.spec.Models[m].Name]; own != nil {
		name, _ = own.Chosen()
	}
	return name
}

// describe describes a run of the world in words.
func (w *leverWorld) describe(s sim.Setup) string {
	text := fmt.Sprintf("lossless %v, works of 1 %v, %d senders, pipelines %v", w.lossless, w.works, w.members, w.spec.Pipelines)
	for _, lever := range s.All() {
		if lever.Policy != nil {
			text += fmt.Sprintf("\n%s %s", lever.Kind, lever.Policy)
		}
	}
	for m, model := range w.spec.Models {
		text += fmt.Sprintf("\nmodel %d: router %s, batcher %s, %+v", m, w.routerOf(fleet.ModelID(m)), w.batcherOf(fleet.ModelID(m)), model)
	}
	for _, d := range w.spec.Deployments {
		text += fmt.Sprintf("\n%s: %d slots, batches of %d, %v to %v, tokens %+v", d.Name, d.Slots, d.MaxBatch, d.Latency.Latency(1), d.Latency.Latency(d.MaxBatch), d.Tokens)
	}
	return text
}
