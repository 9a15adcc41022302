package control

import (
	"wavetank/policies/allocation"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Signal is what a scaler watches of the replicas of one model.
type Signal int

// The signals.
const (
	// Load is the work that arrives, as a share of what the ready replicas can do. It is the share
	// of time that they were in service, times how much more arrived than they worked off: above 1
	// where requests pile up or are turned away. The CPU of a pod above its request is such a
	// share, too.
	Load        Signal = iota
	KVShare            // share of the KV cache in use, in the mean over token replicas
	Concurrency        // requests in the system, in service or not
	Waiting            // requests that have not been started
	Scheduled          // replicas that a schedule asks for
	signals
)

// String returns what users call the signal.
func (s Signal) String() string {
	return [...]string{"utilization", "kv-share", "concurrency", "waiting", "cron"}[s]
}

// kind is how a signal is set against a target.
type kind int8

const (
	ofPods  kind = iota // a mean over the ready replicas
	ofTotal             // a sum over all replicas, of which each should have its target
	ofWhole             // a value that falls as replicas are added
)

func (s Signal) kind() kind {
	switch s {
	case Concurrency, Waiting, Scheduled:
		return ofTotal
	}
	return ofPods
}

// reading is what the signals of one model show at an instant.
type reading struct {
	value [signals]float64
	known [signals]bool
}

func (r *reading) set(s Signal, value float64) { r.value[s], r.known[s] = value, true }

// get returns a signal; ok is false where there is nothing to be read, as of replicas while none is
// ready.
func (r *reading) get(s Signal) (value float64, ok bool) { return r.value[s], r.known[s] }

// meter reads the signals of one model. It is asked once at each decision.
type meter struct {
	model   fleet.ModelID
	end     kernel.Time // of the last window that was read
	waiting int         // requests that waited then
	growth  int         // by how many they became more in the last window
}

// read returns what the signals show of a model's replicas, whose deployments are listed.
func (t *meter) read(s *allocation.Situation, list []int) *reading {
	v, w := s.View, s.View.Window()
	r := &reading{}
	waiting := v.Waiting(t.model)
	if w.End > t.end {
		t.growth, t.waiting, t.end = waiting-t.waiting, waiting, w.End
	}
	r.set(Waiting, float64(waiting))
	r.set(Concurrency, float64(inSystem(v, t.model)))
	if load, ok := t.load(v.Spec(), w, list); ok {
		r.set(Load, load)
	}
	if share, ok := kvShare(v, t.model); ok {
		r.set(KVShare, share)
	}
	return r
}

// load returns the signal Load of a window. What was put off or turned away counts by the time that
// the finished requests took each, or by the planned capacity where none finished.
func (t *meter) load(c *fleet.Spec, w *sim.Window, list []int) (load float64, ok bool) {
	var busy, ready, served float64
	for _, d := range list {
		busy += w.Deployments[d].Busy.Seconds()
		ready += w.Deployments[d].Ready.Seconds()
		served += w.Deployments[d].Ready.Seconds() * c.Deployments[d].Capacity
	}
	if ready == 0 {
		return 0, false
	}
	m := &w.Models[t.model]
	if put := float64(m.Lost + t.growth); m.Finished > 0 {
		busy += put * busy / float64(m.Finished)
	} else if served > 0 {
		busy += put * ready / served
	}
	return max(0, busy/ready), true
}

// inSystem returns the requests of a model that have arrived and not ended, as far as its replicas
// and the router have them.
func inSystem(v *sim.View, m fleet.ModelID) int {
	n := v.Pending(m)
	for i := range v.Active() {
		if at := v.ActiveAt(i); v.Replica(at).Model == m {
			n += v.Outstanding(at)
		}
	}
	return n
}

// kvShare returns the mean share of KV blocks in use over the ready token replicas of a model.
func kvShare(v *sim.View, m fleet.ModelID) (share float64, ok bool) {
	n := 0
	for i := range v.Ready(m) {
		if load := v.Tokens(v.ReadyAt(m, i)); load.Blocks > 0 {
			share += float64(load.Held) / float64(load.Blocks)
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return share / float64(n), true
}
