package metrics

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// backlog is the tokens that are still to be processed of the LLM requests in the system, per model
// that they ask for. A prompt counts until the first token is emitted, an output token until it is.
// What a lost replica had processed is to be done again. What a preempted request has to be
// computed again is not counted twice.
type backlog struct {
	sim.Handlers
	spec   *fleet.Spec
	grid   grid
	away   map[int64]handed // requests that others decode, by ordinal
	origin []fleet.ModelID  // per model: that which requests ask for; -1: no token replicas
	left   []tally          // per model
	done   []float64        // per replica: tokens processed of the requests that it has
}

// handed is a request that another model's replicas decode.
type handed struct {
	model fleet.ModelID
	waits bool
}

// newBacklog returns an empty one. Without token replicas it wants no facts.
func newBacklog(c *fleet.Spec, g grid, away map[int64]handed, tokens bool) *backlog {
	b := &backlog{spec: c, grid: g, away: away, origin: make([]fleet.ModelID, len(c.Models)), left: make([]tally, len(c.Models))}
	for i, is := range served(c) {
		b.origin[i] = -1
		if is {
			b.origin[i] = fleet.ModelID(i)
			b.left[i].cells = make([]float64, g.count())
		}
	}
	for i := range c.Models {
		if d := c.Models[i].Decoder; d > 0 && b.origin[i] >= 0 {
			b.origin[d] = fleet.ModelID(i)
		}
	}
	if !tokens {
		return b
	}
	b.on(func(f *sim.Fact) { b.add(f, size(f.Request)) }, sim.RequestArrived)
	b.on(b.reject, sim.RequestRejected)
	b.on(func(f *sim.Fact) { b.add(f, -size(f.Request)) },
		sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn)
	b.on(b.route, sim.RequestRouted)
	b.on(func(f *sim.Fact) { b.process(f, 1) }, sim.RequestCaughtUp)
	b.on(b.step, sim.StepsTaken)
	b.on(func(f *sim.Fact) { *b.of(f) -= prefilled(f.Request) }, sim.RequestPrefilled)
	b.on(func(f *sim.Fact) { *b.of(f) -= size(f.Request) }, sim.RequestFinished)
	b.on(b.lose, sim.ReplicaLost)
	return b
}

// on lets a function handle facts of some kinds, where they are about a model that token replicas
// serve.
func (b *backlog) on(do func(*sim.Fact), kinds ...sim.FactKind) {
	b.On(func(f *sim.Fact) {
		if f.Model >= 0 && b.serves(int(f.Model)) {
			do(f)
		}
	}, kinds...)
}

// serves reports whether token replicas serve a model.
func (b *backlog) serves(model int) bool { return b.origin[model] >= 0 }

// reject takes off what is left of a request that is turned away. If the request was handed over,
// its prompt and first token are done, and it has left the model that it came for.
func (b *backlog) reject(f *sim.Fact) {
	rest := size(f.Request)
	if _, away := b.away[f.Request.Ordinal]; away {
		b.add(f, prefilled(f.Request)-rest)
	} else {
		b.add(f, -rest)
	}
}

// route gives a replica that decodes what a request brings with it.
func (b *backlog) route(f *sim.Fact) {
	if b.spec.Decodes(f.Model) {
		*b.of(f) += prefilled(f.Request)
	}
}

// lose puts back what a lost replica had processed.
func (b *backlog) lose(f *sim.Fact) {
	b.add(f, *b.of(f))
	*b.of(f) = 0
}

// prefilled returns the tokens that are processed when the first one is emitted.
func prefilled(r *fleet.Request) float64 { return float64(r.Input) + 1 }

// size returns the tokens of a request.
func size(r *fleet.Request) float64 { return float64(r.Input) + float64(r.Output) }

// of returns what the replica of a fact has processed.
func (b *backlog) of(f *sim.Fact) *float64 {
	b.done = fleet.AtLeast(b.done, f.Replica)
	return &b.done[f.Replica]
}

// add changes what is left.
func (b *backlog) add(f *sim.Fact, change float64) {
	b.left[b.origin[f.Model]].add(b.grid, f.At, change)
}

// process counts tokens that a replica has processed.
func (b *backlog) process(f *sim.Fact, n float64) {
	b.add(f, -n)
	*b.of(f) += n
}

// step counts the tokens of a run of steps. Steps of the series that ended while it was under way
// get their part.
func (b *backlog) step(f *sim.Fact) {
	left := &b.left[b.origin[f.Model]]
	left.advance(b.grid, f.At)
	for i := left.next - 1; i >= 0 && b.grid.end(i) > f.Steps.Begin; i-- {
		_, n := f.Steps.EndedBy(b.grid.end(i) - 1)
		left.cells[i] -= float64(n)
	}
	b.process(f, float64(f.Steps.Tokens+f.Steps.Prompts+int64(f.Steps.Firsts)))
}

// close ends all steps of the series.
func (b *backlog) close() {
	for i := range b.left {
		b.left[i].advance(b.grid, b.grid.until)
	}
}
