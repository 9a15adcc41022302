package timeline

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// counters are the counters of all models. Load and queue are sampled: a sample of the load is the
// mean rate of arrivals over the step that begins at the sample; a sample of the queue is the
// number of waiting requests at its instant. The numbers of replicas are written when they change.
type counters struct {
	t      *Recorder
	step   time.Duration
	next   kernel.Time // end of the present step
	models []modelCounters
	lines  map[int64]line // requests in flight, by ordinal
}

// line is where a request is.
type line struct {
	model fleet.ModelID
	waits bool
}

// modelCounters are the counters of a model.
type modelCounters struct {
	arrived        int // in the present step
	waiting        int
	ready, planned int
	load, queue    float64 // as written last; −1: never
	loadName       string
	queueName      string
	readyName      string
	plannedName    string
}

func newCounters(t *Recorder) counters {
	c := counters{t: t, step: t.o.Step, next: kernel.Time(t.o.Step), models: make([]modelCounters, len(t.spec.Models)), lines: map[int64]line{}}
	for i := range c.models {
		name := t.spec.Models[i].Name
		c.models[i] = modelCounters{load: -1, queue: -1, loadName: name + " load", queueName: name + " queue",
			readyName: name + " ready replicas", plannedName: name + " planned replicas"}
	}
	return c
}

// handle registers the functions for facts about requests.
func (c *counters) handle() {
	c.t.on(c.arrive, sim.RequestArrived, sim.RequestPrefilled)
	c.t.on(func(f *sim.Fact) { c.wait(f, false) }, sim.RequestStarted, sim.RequestResumed)
	c.t.on(func(f *sim.Fact) { c.wait(f, true) }, sim.RequestPreempted, sim.RequestInterrupted)
	c.t.on(c.retry, sim.RequestRetried)
	c.t.on(c.end, sim.RequestFinished, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed,
		sim.RequestUnfinished, sim.RequestWithdrawn, sim.RequestCancelled)
}

func (c *counters) arrive(f *sim.Fact) {
	c.leave(f.Request.Ordinal)
	c.models[f.Model].arrived++
	c.models[f.Model].waiting++
	c.lines[f.Request.Ordinal] = line{f.Model, true}
}

// wait records that a request waits, or no longer does.
func (c *counters) wait(f *sim.Fact, waits bool) {
	l := c.lines[f.Request.Ordinal]
	if l.waits == waits {
		return
	}
	if l.waits = waits; waits {
		c.models[l.model].waiting++
	} else {
		c.models[l.model].waiting--
	}
	c.lines[f.Request.Ordinal] = l
}

// retry records that a request waits again, perhaps at another model.
func (c *counters) retry(f *sim.Fact) {
	c.leave(f.Request.Ordinal)
	c.models[f.Model].waiting++
	c.lines[f.Request.Ordinal] = line{f.Model, true}
}

func (c *counters) end(f *sim.Fact) {
	c.leave(f.Request.Ordinal)
	delete(c.lines, f.Request.Ordinal)
}

// leave takes a request out of the queue in which it is, if it is in one.
func (c *counters) leave(request int64) {
	if l := c.lines[request]; l.waits {
		c.models[l.model].waiting--
	}
}

// replica changes the numbers of ready and of planned replicas of a model. Planned replicas are
// those that are ready or on their way.
func (c *counters) replica(id fleet.ModelID, ready, planned int) {
	m := &c.models[id]
	m.ready, m.planned = m.ready+ready, m.planned+planned
	at := c.t.now
	if at < c.t.o.From {
		return // begin writes them
	}
	if ready != 0 {
		c.t.counter(m.readyName, runProcess, at, "replicas", float64(m.ready))
	}
	if planned != 0 {
		c.t.counter(m.plannedName, runProcess, at, "replicas", float64(m.planned))
	}
}

// begin writes the numbers of replicas at the begin of the interval.
func (c *counters) begin() {
	for i := range c.models {
		m := &c.models[i]
		c.t.counter(m.readyName, runProcess, c.t.o.From, "replicas", float64(m.ready))
		c.t.counter(m.plannedName, runProcess, c.t.o.From, "replicas", float64(m.planned))
	}
}

// sample writes the samples that are due before an instant.
func (c *counters) sample(now kernel.Time) {
	for c.next <= now {
		begin := c.next.Add(-c.step)
		for i := range c.models {
			m := &c.models[i]
			c.write(m, begin)
			m.arrived = 0
		}
		if c.t.o.Reached != nil {
			c.t.o.Reached(c.next)
		}
		c.next = c.next.Add(c.step)
	}
}

// write writes a sample of a model, as far as it has changed.
func (c *counters) write(m *modelCounters, begin kernel.Time) {
	if begin < c.t.o.From || begin >= c.t.o.Until {
		return
	}
	if load := float64(m.arrived) / c.step.Seconds(); load != m.load {
		m.load = load
		c.t.counter(m.loadName, runProcess, begin, "1/s", load)
	}
	if queue := float64(m.waiting); queue != m.queue {
		m.queue = queue
		c.t.counter(m.queueName, runProcess, begin.Add(c.step), "requests", queue)
	}
}
