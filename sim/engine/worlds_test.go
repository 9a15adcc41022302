package engine_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"wavetank/policies/routing"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// world is a random valid scenario. All its times are whole numbers of steps, works are multiples
// of 1/8, and items multiples of 1/2. So if a step is a multiple of 3 ms, every service of a batch
// of up to 4 requests takes whole nanoseconds.
type world struct {
	spec     *fleet.Spec // the catalogue, with steps of one nanosecond
	requests []fleet.Request
	acts     []act
	router   int
	seed     uint64
}

// act is what the allocator of a world does at one decision.
type act struct {
	boot  int   // a machine type; -1: none
	load  []int // deployments to load on the booted machine, if they run on its type
	drain int   // index among the active replicas; -1: none
	stop  int   // index among the machines; -1: none
}

const (
	rooms   = 4   // replicas that a machine has room for
	horizon = 400 // duration of a run, in steps
	period  = 25
)

// drawWorld draws a world.
func drawWorld(t *rapid.T) world {
	number := func(what string, from, to int) int { return rapid.IntRange(from, to).Draw(t, what) }
	steps := func(what string, from, to int) time.Duration { return time.Duration(number(what, from, to)) }
	c := &fleet.Spec{Kinds: []string{"cpu"}, Grace: max(0, steps("grace", -20, 20))}
	for range number("types", 1, 2) {
		c.Types = append(c.Types, fleet.MachineType{Name: "box", Cores: rooms, Memory: 1, Max: number("max", 1, 4), Price: 1, Boot: steps("boot", 0, 30), IdleWatts: 50, PeakWatts: 100})
	}
	drawZones(t, c)
	for range number("models", 1, 3) {
		drawModel(t, c)
	}
	for range number("clients", 0, 2) {
		c.Clients = append(c.Clients, fleet.Client{
			Name: "client", Timeout: steps("client timeout", 0, 30), Cancels: number("cancels", 0, 1) == 1, Attempts: number("attempts", 1, 4),
			Backoff: fleet.Backoff{Base: steps("pause", 0, 10), Max: steps("longest pause", 10, 30), Factor: float64(number("factor", 1, 3))},
			Budget:  drawBudget(t),
		})
		if one := &c.Clients[len(c.Clients)-1]; number("hedges", 0, 2) == 0 {
			one.Attempts, one.HedgeAfter = max(2, one.Attempts), steps("delay of hedges", 1, 20)
		}
	}
	for i := range c.Clients {
		if number("throttle", 0, 2) == 0 { // its window is longer than a run
			c.Clients[i].Throttle = &fleet.Throttle{K: rapid.SampledFrom([]float64{1, 1.1, 2}).Draw(t, "k"), Window: time.Hour}
		}
	}
	w := world{spec: c, router: number("router", 0, 4), seed: rapid.Uint64().Draw(t, "seed")}
	at := kernel.Time(0)
	for range number("requests", 0, 120) {
		at += kernel.Time(number("gap", 0, 8))
		w.requests = append(w.requests, fleet.Request{
			Model: fleet.ModelID(number("model", 0, len(c.Models)-1)), Arrival: at, Work: float64(number("work", 0, 24)) / 8,
			Items:    float32(number("items", -6, 12)) / 2,
			Patience: steps("patience", 0, 60) / 30 * 10, // most requests have none
			Client:   fleet.ClientID(number("client of request", 0, len(c.Clients))),
		})
	}
	for i := range w.requests { // requests of some models have one item each
		if r := &w.requests[i]; r.Items < 0 || !c.Models[r.Model].Varied {
			r.Items = 0
		}
	}
	for range horizon / period {
		a := act{boot: number("boots", -1, len(c.Types)-1), drain: number("drain", -3, 9), stop: number("stop", -6, 3)}
		for range number("loads", 0, rooms) {
			a.load = append(a.load, number("load", 0, len(c.Deployments)-1))
		}
		w.acts = append(w.acts, a)
	}
	return w
}

// drawZones draws zones of which some are down at times, and maintenance of the machines.
func drawZones(t *rapid.T, c *fleet.Spec) {
	number := func(what string, from, to int) int { return rapid.IntRange(from, to).Draw(t, what) }
	for z := range number("zones", 0, 3) {
		zone := fleet.Zone{Name: string(rune('a' + z))}
		for range number("outages", 0, 2) {
			down := kernel.Time(number("down", 0, horizon))
			zone.Outages = append(zone.Outages, fleet.Outage{Down: down, Up: down + kernel.Time(number("lasts", 1, 60))})
		}
		c.Zones = append(c.Zones, zone)
		for i := range c.Types {
			if number("stands there", 0, 2) > 0 {
				c.Types[i].Zones = append(c.Types[i].Zones, fleet.ZoneID(z+1))
			}
		}
	}
	for i := range c.Types {
		at := kernel.Time(0)
		for range max(0, number("maintenance", -2, 2)) {
			from := at + kernel.Time(number("begins", 0, 100))
			at = from + kernel.Time(number("takes", 1, 60))
			c.Types[i].Maintenance = append(c.Types[i].Maintenance, fleet.Maintenance{From: from, Until: at, Share: rapid.SampledFrom([]float64{0.3, 0.5, 1}).Draw(t, "share")})
		}
	}
}

// drawBudget draws a budget of retries, or none. It counts for longer than a run takes.
func drawBudget(t *rapid.T) *fleet.RetryBudget {
	if rapid.Bool().Draw(t, "budget") {
		return nil
	}
	return &fleet.RetryBudget{Share: rapid.SampledFrom([]float64{0, 0.1, 0.2, 0.5, 1.5}).Draw(t, "retries for each request"), TTL: time.Minute}
}

// drawModel adds a model to a catalogue. The model runs on some of the machine types.
func drawModel(t *rapid.T, c *fleet.Spec) {
	number := func(what string, from, to int) int { return rapid.IntRange(from, to).Draw(t, what) }
	id := fleet.ModelID(len(c.Models))
	c.Models = append(c.Models, fleet.Model{
		Name: "model", Variants: []fleet.VariantID{fleet.VariantID(id)}, Target: 20, Percentile: 99,
		QueueLimit: max(-1, number("limit", -8, 8)), Timeout: time.Duration(max(0, number("timeout", -40, 40))),
		Varied: number("varied", 0, 1) == 1, Combine: fleet.Combine(number("combine", 0, 2)),
	})
	c.Variants = append(c.Variants, fleet.Variant{Name: "variant", Model: id, Accuracy: 80})
	first := number("first type", 0, len(c.Types)-1)
	for kind := first; kind < len(c.Types); kind++ {
		latency, err := profile.Linear(time.Duration(number("fixed", 1, 8)), time.Duration(number("each", 0, 4)), number("largest", 1, 4))
		if err != nil {
			t.Fatal(err)
		}
		slots := number("slots", 1, 3)
		c.Deployments = append(c.Deployments, fleet.Deployment{
			Name: "deployment", Variant: fleet.VariantID(id), Model: id, Type: fleet.TypeID(kind), Need: fleet.Resources{Cores: 1}, Latency: latency,
			MaxBatch: latency.Max(), Slots: slots, Load: time.Duration(number("start-up", 0, 20)), Capacity: float64(slots) * latency.Throughput(latency.Max()),
		})
	}
}

// stretched returns the catalogue of the world, with a length of a step.
func (w world) stretched(step time.Duration) *fleet.Spec {
	c := *w.spec
	c.Types, c.Models, c.Deployments = slices.Clone(c.Types), slices.Clone(c.Models), slices.Clone(c.Deployments)
	c.Grace *= step
	c.Clients = slices.Clone(c.Clients)
	for i := range c.Clients {
		client := &c.Clients[i]
		client.Timeout, client.HedgeAfter, client.Backoff.Base, client.Backoff.Max = client.Timeout*step, client.HedgeAfter*step, client.Backoff.Base*step, client.Backoff.Max*step
	}
	for i := range c.Types {
		c.Types[i].Boot *= step
		c.Types[i].Maintenance = slices.Clone(c.Types[i].Maintenance)
		for k := range c.Types[i].Maintenance {
			w := &c.Types[i].Maintenance[k]
			w.From, w.Until = w.From*kernel.Time(step), w.Until*kernel.Time(step)
		}
	}
	c.Zones = slices.Clone(c.Zones)
	for i := range c.Zones {
		c.Zones[i].Outages = slices.Clone(c.Zones[i].Outages)
		for k := range c.Zones[i].Outages {
			o := &c.Zones[i].Outages[k]
			o.Down, o.Up = o.Down*kernel.Time(step), o.Up*kernel.Time(step)
		}
	}
	for i := range c.Models {
		c.Models[i].Target *= step
		c.Models[i].Timeout *= step
	}
	for i := range c.Deployments {
		c.Deployments[i].Load *= step
		c.Deployments[i].Latency = c.Deployments[i].Latency.Scaled(int64(step))
	}
	return &c
}

// setup returns a run of the world, with a length of a step.
func (w world) setup(t anyT, step time.Duration) sim.Setup {
	t.Helper()
	drawn, err := routing.NewPowerOfTwo(2, false, w.seed, 0)
	if err != nil {
		t.Fatal(err)
	}
	routers := []sim.Router{routing.NewLeastOutstanding(), routing.NewRoundRobin(), routing.NewCentralQueue(), routing.NewWorkLeft(), drawn}
	return sim.Setup{
		Spec: w.stretched(step), Arrivals: &given{requests: w.requests, step: step}, Levers: sim.Levers{Router: routers[w.router], Batcher: fitting{}, Allocator: &actor{acts: w.acts}}, Duration: horizon * step, Warmup: 10 * step, Drain: 100 * step, Period: period * step, Delay: 5 * step,
	}
}

// fitting is a batcher that starts as many queued requests as fit.
type fitting struct{}

func (fitting) Batch(v *sim.View, at fleet.ReplicaID) sim.BatchDecision {
	count, _ := v.Fit(at, v.Deployment(at).MaxBatch)
	return sim.BatchDecision{Count: count}
}

func (fitting) String() string { return "fitting" }

// given is a stream of given requests, with times in steps.
type given struct {
	requests []fleet.Request
	step     time.Duration
}

func (s *given) Next(r *fleet.Request) bool {
	if len(s.requests) == 0 {
		return false
	}
	*r, s.requests = s.requests[0], s.requests[1:]
	r.Arrival *= kernel.Time(s.step)
	r.Patience *= s.step
	return true
}

func (s *given) Err() error { return nil }

// actor is an allocator that carries out the next act of its list at each decision, as far as the
// act is allowed.
type actor struct{ acts []act }

func (a *actor) Allocate(v *sim.View) (sim.Plan, error) {
	var p sim.Plan
	if len(a.acts) == 0 {
		return p, nil
	}
	now := a.acts[0]
	a.acts = a.acts[1:]
	if now.drain >= 0 && v.Active() > 0 {
		if at := v.ActiveAt(now.drain % v.Active()); v.Replica(at).State < fleet.Draining {
			p.Drain = []fleet.ReplicaID{at}
		}
	}
	if now.stop >= 0 && now.stop < v.Live() {
		p.Stop = []fleet.MachineID{v.LiveAt(now.stop)}
	}
	if kind := fleet.TypeID(now.boot); now.boot >= 0 && v.Rented(kind) < v.Spec().Types[kind].Max {
		p.Boot = []fleet.TypeID{kind}
		for _, d := range now.load {
			if v.Spec().Deployments[d].Type == kind {
				p.Load = append(p.Load, sim.Placement{Deployment: fleet.DeploymentID(d), Machine: sim.Booted(0)})
			}
		}
	}
	return p, nil
}

func (*actor) String() string { return "actor" }
