package metrics

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// backlog is the tokens that are still to be processed of the LLM requests in the system, per model
// that they ask for. A prompt counts until the first token is emitted, an output token until it is.
// What a lost replica had processed is to be done again. What a preempted request has to be
// computed anew is not counted twice.
type backlog struct {
	spec   *fleet.Spec
	grid   grid
	origin []fleet.ModelID // per model: that which requests ask for; -1: no token replicas
	left   []tally         // per model
	done   []float64       // per replica: tokens processed of the requests that it has
}

func newBacklog(c *fleet.Spec, g grid) backlog {
	b := backlog{spec: c, grid: g, origin: make([]fleet.ModelID, len(c.Models)), left: make([]tally, len(c.Models))}
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
	return b
}

// serves reports whether token replicas serve a model.
func (b *backlog) serves(model int) bool { return b.origin[model] >= 0 }

// observe follows a fact about a request or a replica. A request that is turned away may have been
// handed over: then it is away from the model that it came for.
func (b *backlog) observe(f *sim.Fact, away bool) {
	if f.Model < 0 || !b.serves(int(f.Model)) {
		return
	}
	switch f.Kind {
	case sim.RequestArrived:
		b.add(f, size(f.Request))
	case sim.RequestRejected:
		if rest := size(f.Request); !away {
			b.add(f, -rest)
		} else {
			b.add(f, float64(f.Request.Input)+1-rest)
		}
	case sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn:
		b.add(f, -size(f.Request))
	case sim.RequestRouted:
		if b.spec.Decodes(f.Model) {
			*b.of(f) += float64(f.Request.Input) + 1 // comes with it
		}
	case sim.RequestCaughtUp:
		b.process(f, 1)
	case sim.StepsTaken:
		b.step(f)
	case sim.RequestPrefilled:
		*b.of(f) -= float64(f.Request.Input) + 1
	case sim.RequestFinished:
		*b.of(f) -= size(f.Request)
	case sim.ReplicaLost:
		b.add(f, *b.of(f))
		*b.of(f) = 0
	}
}

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
