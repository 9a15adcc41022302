package sim

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Window is what was observed between two instants: per model what was asked and what came of it, per
// deployment how busy its replicas were.
type Window struct {
	Start, End  kernel.Time
	Models      []ModelWindow
	Deployments []DeploymentWindow
}

// ModelWindow is what was observed of one model.
type ModelWindow struct {
	Offered  int           // requests that arrived
	Finished int           // requests that finished
	Lost     int           // requests rejected, timed out, dropped, failed or withdrawn
	Latency  time.Duration // sum over the finished
}

// DeploymentWindow is what was observed of one deployment.
type DeploymentWindow struct {
	// Busy is replica time in service, in whole slots, at most Ready. Of token replicas it is that
	// of the steps that ended in the window, times their Deployment.Utilization.
	Busy  time.Duration
	Ready time.Duration // replica time ready or draining
}

// Utilization returns the share of ready replica time spent in service, in [0, 1]; 0 when none was ready.
func (d DeploymentWindow) Utilization() float64 {
	if d.Ready == 0 {
		return 0
	}
	return float64(d.Busy) / float64(d.Ready)
}

// Length returns the span of the window.
func (w *Window) Length() time.Duration { return w.End.Sub(w.Start) }

// Rate returns the offered load of a model in requests per second: what arrived, served or not.
func (w *Window) Rate(m fleet.ModelID) float64 {
	if w.End == w.Start {
		return 0
	}
	return float64(w.Models[m].Offered) / w.Length().Seconds()
}

// newWindow returns a window that starts and ends at an instant.
func newWindow(c *fleet.Spec, at kernel.Time) *Window {
	return &Window{Start: at, End: at, Models: make([]ModelWindow, len(c.Models)), Deployments: make([]DeploymentWindow, len(c.Deployments))}
}

// Expectation returns the window that a fleet is started with: the load that the first period will bring, in
// requests per second per model, as if it had just been observed for a period.
func Expectation(c *fleet.Spec, rates []float64, period time.Duration) *Window {
	w := newWindow(c, 0)
	w.Start = kernel.Time(-period)
	for m := range w.Models {
		w.Models[m].Offered = int(rates[m]*period.Seconds() + 0.5)
		w.Models[m].Finished = w.Models[m].Offered
	}
	return w
}

// windows folds facts into windows, one per control period.
type windows struct {
	spec   *fleet.Spec
	open   *Window
	closed []*Window // finished windows that the observation delay still hides, oldest first
	level  []level   // per deployment
}

// level is a pair of step functions, integrated at their steps.
type level struct {
	busy, ready int // slots in service; replicas ready or draining
	since       kernel.Time
	slotTime    time.Duration   // of slots in service, in the open window
	running     []time.Duration // steps of token replicas by the requests that ran, up to those planned for, in the open window
}

func newWindows(c *fleet.Spec) *windows {
	return &windows{spec: c, open: newWindow(c, 0), level: make([]level, len(c.Deployments))}
}

// Wants implements Selective.
func (w *windows) Wants(k FactKind) bool {
	switch k {
	case RequestArrived, RequestPrefilled, RequestFinished, RequestRejected, RequestTimedOut, RequestDropped, RequestFailed, RequestWithdrawn, BatchStarted, BatchFinished, BatchesLost, StepsTaken, ReplicaReady, ReplicaRemoved, ReplicaLost:
		return true
	}
	return false
}

// Observe implements Observer.
func (w *windows) Observe(f *Fact) {
	switch f.Kind {
	case RequestArrived, RequestPrefilled:
		w.open.Models[f.Model].Offered++
	case RequestFinished:
		m := &w.open.Models[f.Model]
		m.Finished++
		m.Latency += f.Span
	case RequestRejected, RequestTimedOut, RequestDropped, RequestFailed, RequestWithdrawn:
		w.open.Models[f.Model].Lost++
	case BatchStarted:
		w.work(f, 1)
	case BatchFinished:
		w.work(f, -1)
	case BatchesLost:
		w.work(f, -f.Count)
	case StepsTaken:
		n := min(f.Steps.Running, w.spec.Deployments[f.Deployment].MaxBatch)
		l := &w.level[f.Deployment]
		l.running = fleet.AtLeast(l.running, int32(n))
		l.running[n] += f.Span
	case ReplicaReady:
		w.step(f.Deployment, f.At).ready++
	case ReplicaRemoved, ReplicaLost:
		w.step(f.Deployment, f.At).ready--
	}
}

// work changes the slots in service. A token replica's work is told by its steps.
func (w *windows) work(f *Fact, slots int) {
	if w.spec.Deployments[f.Deployment].Tokens == nil {
		w.step(f.Deployment, f.At).busy += slots
	}
}

// step integrates a deployment's levels up to an instant.
func (w *windows) step(d fleet.DeploymentID, now kernel.Time) *level {
	l := &w.level[d]
	span := now.Sub(l.since)
	l.slotTime += span * time.Duration(l.busy)
	w.open.Deployments[d].Ready += span * time.Duration(l.ready)
	l.since = now
	return l
}

// roll finishes the open window at now and returns the newest window that is at least delay old, or nil.
func (w *windows) roll(now kernel.Time, delay time.Duration) *Window {
	for d := range w.level {
		l := w.step(fleet.DeploymentID(d), now)
		for n, span := range l.running {
			l.slotTime += time.Duration(float64(span) * w.spec.Deployments[d].Utilization(n))
			l.running[n] = 0
		}
		open := &w.open.Deployments[d]
		open.Busy = min(l.slotTime/time.Duration(w.spec.Deployments[d].Slots), open.Ready) // steps may have begun in the window before
		l.slotTime = 0
	}
	w.open.End = now
	w.closed = append(w.closed, w.open)
	w.open = newWindow(w.spec, now)
	visible := -1
	for i, c := range w.closed {
		if c.End.Add(delay) <= now {
			visible = i
		}
	}
	if visible < 0 {
		return nil
	}
	window := w.closed[visible]
	w.closed = w.closed[visible+1:]
	return window
}
