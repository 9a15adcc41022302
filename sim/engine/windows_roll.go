package engine

import (
	"slices"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// roll finishes the open window now, and shows the finished windows that are at least delay old. It
// returns the newest window that it shows, or nil if it shows none.
func (w *windows) roll(v *sim.View, delay time.Duration) (window *sim.Window) {
	now := v.Now()
	w.close(v)
	w.hidden = append(w.hidden, w.open)
	w.open = w.following(now)
	old := 0
	for ; old < len(w.hidden) && w.hidden[old].End.Add(delay) <= now; old++ {
		window = w.hidden[old]
		w.spare = w.shown.Add(window)
	}
	w.hidden = slices.Delete(w.hidden, 0, old)
	return window
}

// close completes the open window, which ends now.
func (w *windows) close(v *sim.View) {
	open, now := w.open, v.Now()
	open.End = now
	for d := range w.level {
		l := w.step(fleet.DeploymentID(d), now)
		for n, span := range l.running {
			part := w.spec.Deployments[d].Utilization(n) / float64(w.spec.Deployments[d].Tokens.Engines())
			l.slotTime += time.Duration(float64(span) * part)
			l.running[n] = 0
		}
		// A step may have begun in the window before, so Busy is limited to Ready.
		of := &open.Deployments[d]
		busy := l.slotTime / time.Duration(w.spec.Deployments[d].Slots)
		if share := w.spec.Deployments[d].TimeShare; share > 0 {
			busy = busy * fleet.WholeGPU / time.Duration(share)
		}
		of.Busy = min(busy, of.Ready)
		l.slotTime = 0
	}
	for m := range open.Models {
		present(open.Models[m:m+1], open.Length())
		open.Waiting[m] = v.Waiting(fleet.ModelID(m))
	}
	for m := range open.Classes {
		present(open.Classes[m], open.Length())
	}
	if w.tokens {
		w.readCaches(v)
	}
}

// present adds the length of a window to the presence, for each request in the system at its end.
func present(list []sim.ModelWindow, length time.Duration) {
	for i := range list {
		list[i].Presence += time.Duration(list[i].InSystem) * length
	}
}

// readCaches reads how full the KV caches of the ready replicas are.
func (w *windows) readCaches(v *sim.View) {
	for m := range w.spec.Models {
		for i := range v.Ready(fleet.ModelID(m)) {
			at := v.ReadyAt(fleet.ModelID(m), i)
			load, of := v.Tokens(at), &w.open.Deployments[v.Replica(at).Deployment]
			of.Held += load.Held
			of.Blocks += load.Blocks
		}
	}
}

// following returns the window that begins at now. It counts the requests that are in the
// system at now.
func (w *windows) following(now kernel.Time) *sim.Window {
	next := w.spare
	if w.spare = nil; next == nil {
		next = sim.NewWindow(w.spec, now)
		if w.open.Classes != nil {
			next.ByClass(w.spec)
		}
	}
	next.Start, next.End = now, now
	clear(next.Deployments)
	for m := range next.Models {
		remain(next.Models[m:m+1], w.open.Models[m:m+1])
	}
	for m := range next.Classes {
		remain(next.Classes[m], w.open.Classes[m])
	}
	return next
}

// remain clears the counts of a new window, except for the requests that are in the system.
func remain(next, last []sim.ModelWindow) {
	for i := range next {
		next[i] = sim.ModelWindow{InSystem: last[i].InSystem}
	}
}
