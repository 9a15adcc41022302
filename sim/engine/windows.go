package engine

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// windows folds facts into windows, one per control period.
type windows struct {
	sim.Handlers
	spec   *fleet.Spec
	parted bool // a model decodes for another
	tokens bool // there are token replicas
	open   *sim.Window
	hidden []*sim.Window // finished windows that the observation delay still hides, oldest first
	shown  sim.History
	spare  *sim.Window // a window whose memory is used again
	level  []level     // per deployment
}

// level counts busy slots and ready replicas of a deployment, and sums them over time.
type level struct {
	busy, ready int // slots in service; replicas ready or draining
	since       kernel.Time
	slotTime    time.Duration // busy time of slots in the open window, summed over slots
	// time of steps in the open window, by the number of requests in the step
	running []time.Duration
}

// newWindows returns the windows of a run. With byClass, they also count by class of request.
func newWindows(c *fleet.Spec, byClass bool) *windows {
	w := &windows{spec: c, tokens: servesTokens(c), open: sim.NewWindow(c, 0), level: make([]level, len(c.Deployments))}
	if byClass {
		w.open.ByClass(c)
	}
	for i := range c.Models {
		w.parted = w.parted || c.Models[i].Decoder > 0
	}
	w.On(w.arrived, sim.RequestArrived)
	w.On(w.handedOver, sim.RequestPrefilled)
	w.On(w.firstToken, sim.RequestFirstToken)
	w.On(w.finished, sim.RequestFinished)
	w.On(w.leave, sim.RequestAnswered)
	w.On(w.lost, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn, sim.RequestCancelled)
	if w.parted {
		w.On(w.moves, sim.RequestRetried)
	}
	w.On(func(f *sim.Fact) { w.work(f, 1) }, sim.BatchStarted)
	w.On(func(f *sim.Fact) { w.work(f, -1) }, sim.BatchFinished)
	w.On(func(f *sim.Fact) { w.work(f, -f.Count) }, sim.BatchesLost)
	w.On(w.stepped, sim.StepsTaken)
	w.On(func(f *sim.Fact) { w.step(f.Deployment, f.At).ready++ }, sim.ReplicaReady)
	w.On(func(f *sim.Fact) { w.step(f.Deployment, f.At).ready-- }, sim.ReplicaRemoved, sim.ReplicaLost)
	return w
}

// pool returns the model whose replicas had the request of a fact, until the fact. For a request
// that was handed over and ends, that is the decode model, although the fact names the model that
// the request came for.
func (w *windows) pool(f *sim.Fact) fleet.ModelID {
	if w.parted && f.Deployment >= 0 {
		return w.spec.Deployments[f.Deployment].Model
	}
	return f.Model
}

// class returns the counts of the class of a request at a model, or nil if the windows do not count
// by class.
func (w *windows) class(m fleet.ModelID, f *sim.Fact) *sim.ModelWindow {
	if w.open.Classes == nil || int(f.Request.Class) >= len(w.open.Classes[m]) {
		return nil
	}
	return &w.open.Classes[m][f.Request.Class]
}

// enters adds a request to the requests of a model that are in the system; leaves removes one.
// Presence is the integral of their number over the window. So enters subtracts the time since the
// start of the window, leaves adds it, and the end of the window adds the length of the window for
// each request that is still there.
func (w *windows) enters(m *sim.ModelWindow, at kernel.Time) {
	m.InSystem++
	m.Presence -= at.Sub(w.open.Start)
}

func (w *windows) leaves(m *sim.ModelWindow, at kernel.Time) {
	m.InSystem--
	m.Presence += at.Sub(w.open.Start)
}

// leave removes a request from the system, at the model whose replicas had it.
func (w *windows) leave(f *sim.Fact) {
	from := w.pool(f)
	w.leaves(&w.open.Models[from], f.At)
	if class := w.class(from, f); class != nil {
		w.leaves(class, f.At)
	}
}

// moves moves a request from the replicas of one model to those of another.
func (w *windows) moves(f *sim.Fact) {
	if w.pool(f) == f.Model {
		return
	}
	w.leave(f)
	w.enters(&w.open.Models[f.Model], f.At)
	if class := w.class(f.Model, f); class != nil {
		w.enters(class, f.At)
	}
}

// arrived counts an arrival for its model.
func (w *windows) arrived(f *sim.Fact) {
	m := &w.open.Models[f.Model]
	offer(m, f)
	w.enters(m, f.At)
	if class := w.class(f.Model, f); class != nil {
		offer(class, f)
		w.enters(class, f.At)
	}
}

// handedOver counts a request for the model that decodes it.
func (w *windows) handedOver(f *sim.Fact) {
	offer(&w.open.Models[f.Model], f)
	if class := w.class(f.Model, f); class != nil {
		offer(class, f)
	}
	w.moves(f)
}

// offer counts a request that a model is to serve.
func offer(m *sim.ModelWindow, f *sim.Fact) {
	m.Offered++
	m.Prompt += int64(f.Request.Input)
}

// firstToken counts the first token of a request.
func (w *windows) firstToken(f *sim.Fact) {
	inTime := fleet.Objectives{FirstToken: w.spec.Objectives(f.Request).FirstToken}.Met(f.Span, 0, 0)
	begin(&w.open.Models[f.Model], inTime)
	if class := w.class(f.Model, f); class != nil {
		begin(class, inTime)
	}
}

func begin(m *sim.ModelWindow, inTime bool) {
	m.FirstTokens++
	if inTime {
		m.FirstInTime++
	}
}

// finished counts a request that was served.
func (w *windows) finished(f *sim.Fact) {
	inTime, quick := false, false
	if t := f.Timings; t != nil {
		o, perToken := w.spec.Objectives(f.Request), t.PerToken(f.Span, f.Request.Output)
		inTime, quick = o.Met(t.FirstToken, perToken, f.Span), fleet.Objectives{PerToken: o.PerToken}.Met(0, perToken, 0)
	} else {
		// 0: no objective; but for a branch of a pipeline: no time is left
		most := w.spec.Objective(f.Request)
		inTime = f.Span <= most || most == 0 && f.Request.Pipeline == 0
	}
	answer(&w.open.Models[f.Model], f, inTime, quick)
	if class := w.class(f.Model, f); class != nil {
		answer(class, f, inTime, quick)
	}
	if f.Network == 0 { // else it has left before
		w.leave(f)
	}
}

// answer counts a request that a model has served. Quick says that its time per token met the
// objective.
func answer(m *sim.ModelWindow, f *sim.Fact, inTime, quick bool) {
	m.Finished++
	m.Latency += f.Span
	m.Answered += int64(f.Request.Output)
	if inTime {
		m.InTime++
	} else {
		m.Late++
	}
	if quick {
		m.PerTokenInTime++
	}
}

// lost counts a request that was not served.
func (w *windows) lost(f *sim.Fact) {
	lose(&w.open.Models[f.Model], f)
	if class := w.class(f.Model, f); class != nil {
		lose(class, f)
	}
	w.leave(f)
}

func lose(m *sim.ModelWindow, f *sim.Fact) {
	m.Lost++
	switch f.Kind {
	case sim.RequestRejected:
		m.Rejected++
	case sim.RequestDropped:
		m.Dropped++
	}
}

// stepped counts the time of steps of a token replica.
func (w *windows) stepped(f *sim.Fact) {
	_, running := f.Steps.Alike()
	n := min(running, w.spec.Deployments[f.Deployment].MaxBatch)
	l := &w.level[f.Deployment]
	l.running = fleet.AtLeast(l.running, int32(n))
	l.running[n] += f.Span
}

// work changes the number of busy slots. Token replicas are counted by their steps instead.
func (w *windows) work(f *sim.Fact, slots int) {
	if w.spec.Deployments[f.Deployment].Tokens == nil {
		w.step(f.Deployment, f.At).busy += slots
	}
}

// step sums the levels of a deployment up to an instant.
func (w *windows) step(d fleet.DeploymentID, now kernel.Time) *level {
	l := &w.level[d]
	span := now.Sub(l.since)
	l.slotTime += span * time.Duration(l.busy)
	w.open.Deployments[d].Ready += span * time.Duration(l.ready)
	l.since = now
	return l
}
