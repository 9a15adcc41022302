package metrics

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// backlog counts the tokens of the LLM requests in the system that are still to be processed, per
// model that the requests ask for:
//
//   - A prompt counts until the first token is emitted, an output token until it is emitted.
//   - Tokens that a lost replica had processed count again.
//   - Tokens that a preempted request must compute again do not count again.
type backlog struct {
	sim.Handlers
	spec   *fleet.Spec
	grid   grid
	away   map[int64]handed // requests that were handed over to a decode model, by ordinal
	origin []fleet.ModelID  // per model: the model that its requests ask for; -1: no token replicas
	left   []levelSeries    // per model: tokens still to be processed
	done   []float64        // per replica: tokens processed of its unfinished requests
}

// handed is a request that was handed over to a decode model.
type handed struct {
	model fleet.ModelID // the decode model
	waits bool          // its decoding has not begun
}

// newBacklog returns an empty backlog. Without token replicas it wants no facts.
func newBacklog(c *fleet.Spec, g grid, away map[int64]handed, tokens bool) *backlog {
	b := &backlog{spec: c, grid: g, away: away, origin: make([]fleet.ModelID, len(c.Models)), left: make([]levelSeries, len(c.Models))}
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
	b.on(func(f *sim.Fact) { b.add(f, -size(f.Request)) }, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn)
	b.on(b.leave, sim.RequestTimedOut, sim.RequestCancelled)
	b.on(b.route, sim.RequestRouted)
	b.on(func(f *sim.Fact) { b.process(f, float64(f.Count)) }, sim.RequestCaughtUp)
	b.on(b.step, sim.StepsTaken)
	b.on(func(f *sim.Fact) { *b.of(f) -= prefilled(f.Request) }, sim.RequestPrefilled)
	b.on(func(f *sim.Fact) {
		if f.Kind == sim.RequestAnswered || f.Network == 0 {
			*b.of(f) -= size(f.Request)
		}
	}, sim.RequestFinished, sim.RequestAnswered)
	b.on(b.lose, sim.ReplicaLost)
	return b
}

// on lets a function handle facts of some kinds, if they are about a model that token replicas
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

// reject subtracts the remaining tokens of a rejected request. If the request was handed over, its
// prompt and its first token have been processed.
func (b *backlog) reject(f *sim.Fact) {
	rest := size(f.Request)
	if _, away := b.away[f.Request.Ordinal]; away {
		b.add(f, prefilled(f.Request)-rest)
	} else {
		b.add(f, -rest)
	}
}

// leave subtracts the remaining tokens of a request that gave up, or whose client has gone. Its
// replica no longer holds the tokens that it has processed.
func (b *backlog) leave(f *sim.Fact) {
	done := 0.0
	if _, away := b.away[f.Request.Ordinal]; f.Count > 0 {
		done = float64(f.Request.Input) + float64(f.Count)
	} else if away {
		done = prefilled(f.Request)
	}
	b.add(f, done-size(f.Request))
	if done > 0 {
		*b.of(f) -= done
	}
}

// route counts the prompt and the first token of a request that was handed over as processed by its
// decode replica.
func (b *backlog) route(f *sim.Fact) {
	if b.spec.Decodes(f.Model) {
		*b.of(f) += prefilled(f.Request)
	}
}

// lose adds the tokens that a lost replica had processed to the backlog again.
func (b *backlog) lose(f *sim.Fact) {
	b.add(f, *b.of(f))
	*b.of(f) = 0
}

// prefilled returns how many tokens of a request have been processed when its first token is
// emitted.
func prefilled(r *fleet.Request) float64 { return float64(r.Input) + 1 }

// size returns the number of tokens of a request, prompt and output.
func size(r *fleet.Request) float64 { return float64(r.Input) + float64(r.Output) }

// of returns the counter of processed tokens of the replica of a fact.
func (b *backlog) of(f *sim.Fact) *float64 {
	b.done = fleet.AtLeast(b.done, f.Replica)
	return &b.done[f.Replica]
}

// add changes the backlog of the model of a fact.
func (b *backlog) add(f *sim.Fact, change float64) {
	b.left[b.origin[f.Model]].add(b.grid, f.At, change)
}

// process counts tokens that a replica has processed.
func (b *backlog) process(f *sim.Fact, n float64) {
	b.add(f, -n)
	*b.of(f) += n
}

// step counts the tokens of a run of steps. If steps of the series ended during the run, it
// corrects their values.
func (b *backlog) step(f *sim.Fact) {
	left := &b.left[b.origin[f.Model]]
	left.advance(b.grid, f.At)
	for i := left.next - 1; i >= 0 && b.grid.end(i) > f.Steps.Begin; i-- {
		_, n := f.Steps.EndedBy(b.grid.end(i) - 1)
		left.cells[i] -= float64(n)
	}
	b.process(f, float64(f.Steps.Tokens+f.Steps.Prompts+int64(f.Steps.Firsts)))
}

// close records the backlog at the end of every step that is left.
func (b *backlog) close() {
	for i := range b.left {
		b.left[i].advance(b.grid, b.grid.until)
	}
}
