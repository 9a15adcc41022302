package admission

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// EarlyDrop turns a request away if it would miss its objective at every ready replica of its
// model.
//
// With an estimate it counts the work before the end of the request: the services under way, the
// batches in front, and the batch with the request (line.go). For an LLM request it estimates the
// first token (firsttoken.go), which must come within the objective of the first token and within
// the latency objective. Without an estimate, it assumes that a request starts alone and at once.
//
// While no replica is ready, it admits every request, because it cannot know when one will be
// ready. It always admits requests without an objective.
type EarlyDrop struct {
	sim.Handlers
	estimate bool
	order    sim.Order // nil: first come, first served
	underway underway
	flows    []flow // arrival rates, by model
	slots    slots  // scratch: the slots that may serve the request
	next     batch  // scratch: the batch that is being formed
}

// NewEarlyDrop returns the admission. Estimate says whether the work in front of a request counts.
// The order is that of the replicas; nil means first come, first served.
func NewEarlyDrop(estimate bool, order sim.Order) *EarlyDrop {
	if order != nil && order.Discipline() == sim.FirstCome {
		order = nil
	}
	a := &EarlyDrop{estimate: estimate, order: order}
	if estimate {
		a.On(a.underway.note, sim.BatchStarted, sim.BatchFinished, sim.ReplicaLost)
	}
	return a
}

// Admit implements sim.Admission.
func (a *EarlyDrop) Admit(v *sim.View, r *fleet.Request) bool {
	a.flows = fleet.AtLeast(a.flows, r.Model)
	admitted := a.inTime(v, r)
	a.flows[r.Model].arrival(v.Now(), v.Spec().Models[r.Model].Target)
	return admitted
}

// inTime reports whether some ready replica could serve the request in time.
func (a *EarlyDrop) inTime(v *sim.View, r *fleet.Request) bool {
	n := v.Ready(r.Model)
	if n == 0 {
		return true
	}
	o, waited := v.Spec().Objectives(r), v.Now().Sub(r.Arrival)
	if a.estimate && v.Pending(r.Model) > 0 && v.Deployment(v.ReadyAt(r.Model, 0)).Tokens == nil {
		return o.Latency == 0 || a.endOfPending(v, r, o.Latency-waited) <= o.Latency-waited
	}
	for i := range n {
		at := v.ReadyAt(r.Model, i)
		if v.Deployment(at).Tokens != nil {
			if most := tighter(o.FirstToken, o.Latency); most == 0 || a.firstToken(v, at, r) <= most-waited {
				return true
			}
		} else if o.Latency == 0 || a.end(v, at, r, o.Latency-waited) <= o.Latency-waited {
			return true
		}
	}
	return false
}

// tighter returns the smaller of two objectives, where 0 means that there is none.
func tighter(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// String returns "early-drop", with "alone" if the work in front of a request does not count.
func (a *EarlyDrop) String() string {
	if !a.estimate {
		return "early-drop(alone)"
	}
	return "early-drop"
}
