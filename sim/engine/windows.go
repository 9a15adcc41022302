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
	open   *sim.Window
	closed []*sim.Window // finished windows that the observation delay still hides, oldest first
	level  []level       // per deployment
}

// level counts the slots and replicas of a deployment, and adds them up over time.
type level struct {
	busy, ready int // slots in service; replicas ready or draining
	since       kernel.Time
	slotTime    time.Duration   // of slots in service, in the open window
	running     []time.Duration // of steps of token replicas in the open window, by their requests
}

func newWindows(c *fleet.Spec) *windows {
	w := &windows{spec: c, open: sim.NewWindow(c, 0), level: make([]level, len(c.Deployments))}
	w.On(w.arrived, sim.RequestArrived, sim.RequestPrefilled)
	w.On(w.finished, sim.RequestFinished)
	w.On(w.lost, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn)
	w.On(func(f *sim.Fact) { w.work(f, 1) }, sim.BatchStarted)
	w.On(func(f *sim.Fact) { w.work(f, -1) }, sim.BatchFinished)
	w.On(func(f *sim.Fact) { w.work(f, -f.Count) }, sim.BatchesLost)
	w.On(w.stepped, sim.StepsTaken)
	w.On(func(f *sim.Fact) { w.step(f.Deployment, f.At).ready++ }, sim.ReplicaReady)
	w.On(func(f *sim.Fact) { w.step(f.Deployment, f.At).ready-- }, sim.ReplicaRemoved, sim.ReplicaLost)
	return w
}

// arrived counts a request for a model.
func (w *windows) arrived(f *sim.Fact) { w.open.Models[f.Model].Offered++ }

// finished counts a request that was served.
func (w *windows) finished(f *sim.Fact) {
	m := &w.open.Models[f.Model]
	m.Finished++
	m.Latency += f.Span
}

// lost counts a request that was not served.
func (w *windows) lost(f *sim.Fact) { w.open.Models[f.Model].Lost++ }

// stepped adds steps of a token replica.
func (w *windows) stepped(f *sim.Fact) {
	n := min(f.Steps.Running, w.spec.Deployments[f.Deployment].MaxBatch)
	l := &w.level[f.Deployment]
	l.running = fleet.AtLeast(l.running, int32(n))
	l.running[n] += f.Span
}

// work changes the number of slots in service. What a token replica does is counted by its steps.
func (w *windows) work(f *sim.Fact, slots int) {
	if w.spec.Deployments[f.Deployment].Tokens == nil {
		w.step(f.Deployment, f.At).busy += slots
	}
}

// step adds up the levels of a deployment until an instant.
func (w *windows) step(d fleet.DeploymentID, now kernel.Time) *level {
	l := &w.level[d]
	span := now.Sub(l.since)
	l.slotTime += span * time.Duration(l.busy)
	w.open.Deployments[d].Ready += span * time.Duration(l.ready)
	l.since = now
	return l
}

// roll finishes the open window at now. It returns the newest window that is at least delay old, or
// nil.
func (w *windows) roll(now kernel.Time, delay time.Duration) *sim.Window {
	for d := range w.level {
		l := w.step(fleet.DeploymentID(d), now)
		for n, span := range l.running {
			l.slotTime += time.Duration(float64(span) * w.spec.Deployments[d].Utilization(n))
			l.running[n] = 0
		}
		open := &w.open.Deployments[d]
		// Steps may have begun in the window before.
		open.Busy = min(l.slotTime/time.Duration(w.spec.Deployments[d].Slots), open.Ready)
		l.slotTime = 0
	}
	w.open.End = now
	w.closed = append(w.closed, w.open)
	w.open = sim.NewWindow(w.spec, now)
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
