package admission

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// EarlyDrop turns a request away that would miss its objective at every ready replica of its model.
//
// With an estimate it counts what is in front of the request: the services under way, the batches
// before it, and the batch that it will be in (line.go). An LLM request is judged by its first
// token (firsttoken.go), against the objective of the first token, the latency objective, or the
// tighter of the two. Without an estimate, a request is taken to start alone and at once.
//
// While no replica is ready every request is admitted, because nobody knows when one will be. A
// request without an objective is always admitted.
type EarlyDrop struct {
	sim.Handlers
	estimate bool
	order    sim.Order // nil: first come, first served
	underway underway
	flows    []flow // of requests, by model
	slots    slots  // scratch: the slots of the replicas that are asked
	next     batch  // scratch: the batch that is being formed
}

// NewEarlyDrop returns the admission for replicas that serve in an order, nil for first come first
// served. Estimate says whether it counts what is in front of a request.
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

// inTime asks the ready replicas one after the other, until one could serve the request in time.
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

// tighter returns the smaller of two objectives, of which 0 is none.
func tighter(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// String returns "early-drop", with "alone" if nothing in front of a request counts.
func (a *EarlyDrop) String() string {
	if !a.estimate {
		return "early-drop(alone)"
	}
	return "early-drop"
}
