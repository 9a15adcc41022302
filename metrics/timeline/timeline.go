package timeline

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Recorder writes the facts of a run. It shows the interval [From, Until]: slices that reach beyond
// are cut there, and events outside are left out. Memory grows with the size of the fleet and the
// requests in flight.
type Recorder struct {
	sim.Handlers
	events
	spec  *fleet.Spec
	o     Extent
	now   kernel.Time // instant of the present fact; -1: none yet
	ended bool        // the end of the interval was reached

	machines map[fleet.MachineID]*machine
	replicas map[fleet.ReplicaID]*replica
	threads  int             // threads of replicas so far
	unnamed  map[track]label // names of processes and threads that have no event yet
	counters counters
}

// Extent says what a timeline shows.
type Extent struct {
	About       map[string]string // written to the file: scenario, policy and so on
	Title       string            // name of the process of the run
	From, Until kernel.Time
	Step        time.Duration        // time between two samples of load and queue
	Reached     func(at kernel.Time) // called at each sample; may be nil
	Stop        func()               // called when nothing more can be shown; may be nil
}

// The process of the run, its thread of decisions, and the process of the first machine.
const (
	runProcess = 1
	decisions  = 1

	// The thread of a machine itself; those of replicas have larger numbers. It is not 0, because
	// viewers take thread 0 for the idle thread of a processor.
	machineThread = 1
	firstMachine  = 2
)

// machine is a machine that is rented.
type machine struct {
	on      track       // its first thread
	ordered kernel.Time // begin of its boot; Never: it is up
	failed  kernel.Time // begin of its failure; Never: it is well
}

// replica is a replica that loads or is up.
type replica struct {
	name    string
	process int
	since   kernel.Time // begin of its load
	ready   kernel.Time // Never: it loads
	lanes   []lane      // one for each slot or engine that was used; the first is always there
}

// lane is one slot of a replica.
type lane struct {
	on    track
	busy  bool
	begun kernel.Time
	ends  kernel.Time // expected end of the batch; begun: not known
	size  int
}

// New returns the recorder of a run whose timeline is written to w.
func New(c *fleet.Spec, o Extent, w io.Writer) *Recorder {
	t := &Recorder{spec: c, o: o, events: events{w: w}, now: -1, unnamed: map[track]label{}, machines: map[fleet.MachineID]*machine{}, replicas: map[fleet.ReplicaID]*replica{}}
	t.counters = newCounters(t)
	t.events.open(o.About)
	t.label(track{runProcess, 0}, label{"process", o.Title, 0})
	t.label(track{runProcess, decisions}, label{"thread", "allocator", 0})
	t.on(t.order, sim.MachineOrdered)
	t.on(t.up, sim.MachineUp)
	t.on(t.fail, sim.MachineFailed)
	t.on(t.repair, sim.MachineRepaired)
	t.on(t.release, sim.MachineReleased)
	t.on(func(f *sim.Fact) { t.mark("taken back by the provider", "machine", t.machines[f.Machine].on, f.At) }, sim.MachineReclaiming)
	t.on(t.load, sim.ReplicaLoading)
	t.on(t.ready, sim.ReplicaReady)
	t.on(t.drain, sim.ReplicaDraining)
	t.on(t.gone, sim.ReplicaCancelled, sim.ReplicaRemoved, sim.ReplicaLost)
	t.on(t.start, sim.BatchStarted)
	t.on(t.done, sim.BatchFinished)
	t.on(t.lose, sim.BatchesLost)
	t.on(t.steps, sim.StepsTaken)
	t.on(t.decide, sim.Decided)
	t.counters.handle()
	t.on(func(f *sim.Fact) { t.finish(f.At) }, sim.Ended)
	return t
}

// on lets a function handle facts of some kinds within the interval. Before that, samples that are
// due are written.
func (t *Recorder) on(do func(*sim.Fact), kinds ...sim.FactKind) {
	for _, k := range kinds {
		t.On(func(f *sim.Fact) {
			if f.At > t.o.Until {
				t.after(f)
				return
			}
			t.pass(f.At)
			do(f)
		}, k)
	}
}

// pass goes on to an instant.
func (t *Recorder) pass(at kernel.Time) {
	if t.now < t.o.From && at >= t.o.From {
		t.counters.begin()
	}
	t.counters.sample(at)
	t.now = at
}

// after handles a fact after the interval. Runs of steps are told when they end, and at the latest
// before a decision. So the run may stop at the first decision after the interval.
func (t *Recorder) after(f *sim.Fact) {
	t.finish(t.o.Until)
	switch {
	case f.Kind == sim.StepsTaken && f.Steps.Begin < t.o.Until:
		t.steps(f)
	case f.Kind == sim.Decided && t.o.Stop != nil:
		t.o.Stop()
	}
}

// Close ends the file after the run. It returns the number of events, and the first error of
// writing.
func (t *Recorder) Close() (int, error) {
	t.finish(max(t.now, min(t.o.From, t.o.Until)))
	t.close()
	return t.count, t.err
}

// finish ends all slices that are still open.
func (t *Recorder) finish(at kernel.Time) {
	if t.ended {
		return
	}
	t.pass(at)
	t.ended = true
	for _, id := range slices.Sorted(maps.Keys(t.replicas)) {
		if r := t.replicas[id]; r.lanes != nil {
			t.leave(r, at)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.machines)) {
		m := t.machines[id]
		t.cut("boot", "machine", m.on, m.ordered, at)
		t.cut("failed", "machine", m.on, m.failed, at)
	}
}

// name names a process or thread, as soon as there is an event on it. The thread of a process is
// −1.
func (t *Recorder) name(on track, kind, name string, place int) {
	t.unnamed[on] = label{kind, name, place}
}

// introduce writes the names of a thread and of its process, if they are not written yet.
func (t *Recorder) introduce(on track) {
	for _, k := range [2]track{{on.process, -1}, on} {
		if l, ok := t.unnamed[k]; ok {
			delete(t.unnamed, k)
			t.label(track{k.process, max(0, k.thread)}, l)
		}
	}
}

// cut writes the part of a slice that lies in the interval, if there is one. A slice that begins at
// Never does not exist.
func (t *Recorder) cut(name, category string, on track, from, until kernel.Time, args ...arg) {
	if from == kernel.Never {
		return
	}
	begin, end := max(from, t.o.From), min(until, t.o.Until)
	if begin >= end {
		return
	}
	if begin != from || end != until {
		args = append(args, arg{key: "cut", n: 1})
	}
	t.introduce(on)
	t.slice(name, category, on, begin, end, args...)
}

// mark writes an instant event, if it lies in the interval.
func (t *Recorder) mark(name, category string, on track, at kernel.Time, args ...arg) {
	if at >= t.o.From {
		t.introduce(on)
		t.instant(name, category, on, at, args...)
	}
}

func (t *Recorder) order(f *sim.Fact) {
	process := firstMachine + int(f.Machine)
	m := &machine{track{process, machineThread}, f.At, kernel.Never}
	t.machines[f.Machine] = m
	t.name(track{process, -1}, "process", fmt.Sprintf("machine %d: %s", f.Machine, t.spec.Types[f.Type].Name), process)
	t.name(m.on, "thread", "machine", 0)
}

func (t *Recorder) up(f *sim.Fact) {
	m := t.machines[f.Machine]
	t.cut("boot", "machine", m.on, m.ordered, f.At)
	m.ordered = kernel.Never
}

func (t *Recorder) fail(f *sim.Fact) { t.machines[f.Machine].failed = f.At }

func (t *Recorder) repair(f *sim.Fact) {
	m := t.machines[f.Machine]
	t.cut("failed", "machine", m.on, m.failed, f.At)
	m.failed = kernel.Never
}

func (t *Recorder) release(f *sim.Fact) {
	m := t.machines[f.Machine]
	t.cut("boot", "machine", m.on, m.ordered, f.At)
	t.cut("failed", "machine", m.on, m.failed, f.At)
	m.ordered, m.failed = kernel.Never, kernel.Never
	t.mark("released", "machine", m.on, f.At)
}

func (t *Recorder) load(f *sim.Fact) {
	d := &t.spec.Deployments[f.Deployment]
	r := &replica{name: t.spec.Variants[d.Variant].Name, process: firstMachine + int(f.Machine), since: f.At, ready: kernel.Never}
	t.replicas[f.Replica] = r
	t.lane(r, int(f.Replica))
	t.counters.replica(f.Model, 0, 1)
}

// lane adds a lane to a replica.
func (t *Recorder) lane(r *replica, number int) *lane {
	t.threads++
	on, name := track{r.process, machineThread + t.threads}, fmt.Sprintf("replica %d: %s", number, r.name)
	if slot := len(r.lanes); slot > 0 {
		name += fmt.Sprintf(", slot %d", slot+1)
	}
	const slots = 1 << 10 // more than a replica has
	t.name(on, "thread", name, 1+number*slots+len(r.lanes))
	r.lanes = append(r.lanes, lane{on: on})
	return &r.lanes[len(r.lanes)-1]
}

func (t *Recorder) ready(f *sim.Fact) {
	r := t.replicas[f.Replica]
	t.cut("load", "replica", r.lanes[0].on, r.since, f.At)
	r.ready = f.At
	t.counters.replica(f.Model, 1, 0)
}

func (t *Recorder) drain(f *sim.Fact) {
	t.mark("drains", "replica", t.replicas[f.Replica].lanes[0].on, f.At)
	t.counters.replica(f.Model, -1, -1)
}

func (t *Recorder) gone(f *sim.Fact) {
	r := t.replicas[f.Replica]
	if f.Kind == sim.ReplicaCancelled {
		t.counters.replica(f.Model, 0, -1)
	}
	t.leave(r, f.At)
	if f.Kind == sim.ReplicaLost {
		t.mark("lost", "replica", r.lanes[0].on, f.At)
	}
	r.lanes = nil
}

// leave ends the open slices of a replica.
func (t *Recorder) leave(r *replica, at kernel.Time) {
	for i := range r.lanes {
		t.batch(&r.lanes[i], at, true)
	}
	if r.ready == kernel.Never {
		t.cut("load", "replica", r.lanes[0].on, r.since, at, arg{key: "unfinished", n: 1})
		return
	}
	t.cut("up", "replica", r.lanes[0].on, r.ready, at)
}

func (t *Recorder) start(f *sim.Fact) {
	if t.spec.Deployments[f.Deployment].Tokens != nil {
		return // its steps are shown
	}
	r := t.replicas[f.Replica]
	i := slices.IndexFunc(r.lanes, func(l lane) bool { return !l.busy })
	var l *lane
	if i >= 0 {
		l = &r.lanes[i]
	} else {
		l = t.lane(r, int(f.Replica))
	}
	l.busy, l.begun, l.ends, l.size = true, f.At, f.At.Add(f.Span), f.Count
}

// done ends a batch: the one that is expected to end now, or else the one that began last.
func (t *Recorder) done(f *sim.Fact) {
	if t.spec.Deployments[f.Deployment].Tokens != nil {
		return
	}
	var found *lane
	for i := range t.replicas[f.Replica].lanes {
		l := &t.replicas[f.Replica].lanes[i]
		if l.busy && (found == nil || l.ends == f.At || found.ends != f.At && l.begun > found.begun) {
			found = l
		}
	}
	t.batch(found, f.At, false)
}

func (t *Recorder) lose(f *sim.Fact) {
	if t.spec.Deployments[f.Deployment].Tokens != nil {
		return
	}
	for i := range t.replicas[f.Replica].lanes {
		t.batch(&t.replicas[f.Replica].lanes[i], f.At, true)
	}
}

// batch writes the batch of a lane, if it has one.
func (t *Recorder) batch(l *lane, at kernel.Time, unfinished bool) {
	if l == nil || !l.busy {
		return
	}
	l.busy = false
	args := [2]arg{{key: "requests", n: int64(l.size)}, {key: "unfinished", n: 1}}
	n := 1
	if unfinished {
		n = 2
	}
	t.cut("batch", "service", l.on, l.begun, at, args[:n]...)
}

// steps writes a run of steps of an LLM engine.
func (t *Recorder) steps(f *sim.Fact) {
	s, name := f.Steps, "decode"
	switch {
	case s.Prefilled > 0 && s.Decoding > 0:
		name = "prefill and decode"
	case s.Prefilled > 0:
		name = "prefill"
	}
	r := t.replicas[f.Replica]
	for len(r.lanes) <= s.Engine {
		t.lane(r, int(f.Replica))
	}
	t.cut(name, "service", r.lanes[s.Engine].on, s.Begin, s.Begin.Add(s.Span),
		arg{key: "steps", n: int64(s.Count)}, arg{key: "running", n: int64(s.Running)}, arg{key: "waiting", n: int64(s.Waiting)},
		arg{key: "prompt tokens", n: s.Prefilled}, arg{key: "output tokens", n: s.Tokens}, arg{key: "KV blocks", n: int64(s.HeldLast)})
}
