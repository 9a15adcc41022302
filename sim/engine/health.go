package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// health takes replicas out of rotation as the lever says. It is nil in a run without that lever.
type health struct {
	*core
	suspects []fleet.ModelID // models to judge at the end of the present instant
	check    bool            // all models are to be judged, since an interval is over
}

func newHealth(c *core) *health {
	if c.Health == nil {
		return nil
	}
	c.fleet.Closes()
	c.out = []bool{}
	return &health{core: c}
}

// inRotation reports whether a ready replica is in rotation.
func (c *core) inRotation(at fleet.ReplicaID) bool { return int(at) >= len(c.out) || !c.out[at] }

// ended tells the lever how a request at a replica has ended. A request whose client has gone does
// not count: it counted when the client went.
func (h *health) ended(kind sim.FactKind, id fleet.RequestID, at fleet.ReplicaID) {
	if h.calls && int(id) < len(h.gone) && h.gone[id] {
		return
	}
	switch kind {
	case sim.RequestFinished:
		h.answered(at, true)
	case sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed:
		h.answered(at, false)
	}
}

// answered tells the lever about an answer of a replica, or that a client gave up to wait for it.
func (h *health) answered(at fleet.ReplicaID, ok bool) {
	if at == fleet.NoReplica || !h.Health.Answered(at, ok) {
		return
	}
	if m := h.fleet.Replica(at).Model; !slices.Contains(h.suspects, m) {
		h.suspects = append(h.suspects, m)
		h.beLate()
	}
}

// due begins a check of all replicas, and schedules the next one. After the horizon there is a next
// one only while a replica is out of rotation.
func (h *health) due() {
	h.check = true
	h.beLate()
	now := h.queue.Now()
	if now < kernel.Time(h.Duration) || slices.Contains(h.out, true) {
		h.queue.Schedule(now.Add(h.Health.Interval()), event{kind: healthDue})
	}
}

// settle judges replicas at the end of an instant. Requests that wait are offered to those that are
// back in rotation.
func (h *health) settle() {
	if h.check {
		for m := range h.Spec.Models {
			h.judge(fleet.ModelID(m), true)
		}
	} else {
		for _, m := range h.suspects {
			h.judge(m, false)
		}
	}
	h.suspects, h.check = h.suspects[:0], false
}

// judge lets the lever judge the ready replicas of a model.
func (h *health) judge(m fleet.ModelID, check bool) {
	h.Health.Judge(h.viewNow(), m, check)
	back := false
	for _, at := range h.fleet.ReadyReplicas(m) {
		in := h.Health.InRotation(at)
		if in == h.inRotation(at) {
			continue
		}
		h.out = fleet.AtLeast(h.out, at)
		h.out[at], back = !in, back || in
		h.fleet.SetOpen(at, in)
	}
	if back {
		h.vacate(m)
	}
}
