package control

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// Signal is a quantity of one model that a scaler watches.
type Signal int

// The signals.
const (
	// Load is the arriving work as a share of the work that the ready replicas can do. It is the
	// share of time in which they serve, times arrived work over finished work. It is above 1 if
	// requests pile up or are turned away. It is like the CPU of a pod relative to its CPU request.
	Load            Signal = iota
	KVShare                // share of the KV cache in use, mean over the token replicas
	Concurrency            // requests in the system, in service or not
	Waiting                // requests that have not been started
	LateFirstTokens        // share of first tokens that came later than the objective
	LatePerToken           // share of answers whose time per token exceeded the objective
	Scheduled              // replicas that a schedule asks for
	signals
)

// String returns the signal's name in a scenario.
func (s Signal) String() string {
	return [...]string{"utilization", "kv-share", "concurrency", "waiting", "late-first-tokens", "late-per-token", "cron"}[s]
}

// share reports whether a signal is a share, so that a target above 1 makes no sense.
func (s Signal) share() bool { return s.kind() != ofTotal }

// kind says how a signal is compared with a target.
type kind int8

const (
	ofPods  kind = iota // a mean over the ready replicas
	ofTotal             // a sum over all replicas, with a target per replica
	ofWhole             // one value for the whole model, which falls as replicas are added
)

func (s Signal) kind() kind {
	switch s {
	case Concurrency, Waiting, Scheduled:
		return ofTotal
	case LateFirstTokens, LatePerToken:
		return ofWhole
	}
	return ofPods
}

// reading holds the values of the signals of one model at an instant.
type reading struct {
	value [signals]float64
	known [signals]bool
}

func (r *reading) set(s Signal, value float64) { r.value[s], r.known[s] = value, true }

// get returns the value of a signal. ok is false if there is no value, for example for Load while
// no replica is ready.
func (r *reading) get(s Signal) (value float64, ok bool) { return r.value[s], r.known[s] }

// meter reads the signals of one model from the windows of a run.
type meter struct {
	model   fleet.ModelID
	from    fleet.ModelID // the model that requests name; differs if model decodes for it
	end     kernel.Time   // end of the last window read
	waiting int           // requests that waited at this end
	growth  int           // by how many waiting requests the last window added
}

func newMeter(c *fleet.Spec, m fleet.ModelID, w *sim.Window) meter {
	return meter{model: m, from: c.Asked(m), end: w.End}
}

// read returns the signals of the model in a window, for its replicas of the given deployments.
func (t *meter) read(c *fleet.Spec, w *sim.Window, deployments []int) *reading {
	r := &reading{}
	if w.End > t.end {
		t.growth, t.waiting, t.end = w.Waiting[t.model]-t.waiting, w.Waiting[t.model], w.End
	}
	r.set(Waiting, float64(t.waiting))
	r.set(Concurrency, w.Concurrency(t.model))
	if load, ok := t.load(c, w, deployments); ok {
		r.set(Load, load)
	}
	held, blocks := 0, 0
	for _, d := range deployments {
		held += w.Deployments[d].Held
		blocks += w.Deployments[d].Blocks
	}
	if blocks > 0 {
		r.set(KVShare, float64(held)/float64(blocks))
	}
	answers := &w.Models[t.from]
	if n := answers.FirstTokens; n > 0 {
		r.set(LateFirstTokens, float64(n-answers.FirstInTime)/float64(n))
	}
	if n := answers.Finished; n > 0 {
		r.set(LatePerToken, float64(n-answers.PerTokenInTime)/float64(n))
	}
	return r
}

// load returns the signal Load of a window. A request that waits or was rejected counts with the
// mean time of a finished request. If none finished, it counts by the planned capacity.
func (t *meter) load(c *fleet.Spec, w *sim.Window, deployments []int) (load float64, ok bool) {
	var busy, ready, served float64
	for _, d := range deployments {
		of := &w.Deployments[d]
		busy += of.Busy.Seconds()
		ready += of.Ready.Seconds()
		served += of.Ready.Seconds() * c.Deployments[d].Capacity
	}
	if ready == 0 {
		return 0, false
	}
	answers := &w.Models[t.from]
	if put := float64(answers.Lost + t.growth); answers.Finished > 0 {
		busy += put * busy / float64(answers.Finished)
	} else if served > 0 {
		busy += put * ready / served
	}
	return max(0, busy/ready), true
}
