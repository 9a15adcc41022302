package engine

import (
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// turns lets the replicas on a GPU that is shared in time take turns: one batch at a time has the
// GPU. When it ends, the next replica that starts a batch is the first after it, in the sequence in
// which the replicas were placed, and from the first again. A replica without requests, or whose
// batcher waits, is passed over. It is nil in a run without such GPUs.
type turns struct {
	*core
	last    map[device]fleet.ReplicaID      // the replica that had the GPU last
	resumes map[fleet.ReplicaID]kernel.Time // when a replica that keeps to its share may go on
	list    []fleet.ReplicaID               // scratch of sharers; valid until the next call
}

// device is a GPU of a machine.
type device struct {
	on  fleet.MachineID
	gpu int
}

func newTurns(c *core) *turns {
	for d := range c.Spec.Deployments {
		if c.Spec.Deployments[d].TimeShare > 0 {
			return &turns{core: c, last: map[device]fleet.ReplicaID{}, resumes: map[fleet.ReplicaID]kernel.Time{}}
		}
	}
	return nil
}

// shares reports whether a replica shares its GPU in time.
func (t *turns) shares(at fleet.ReplicaID) bool { return t != nil && t.deployment(at).TimeShare > 0 }

// sharers returns the replicas on the GPU of a replica, in the sequence of their next turns.
func (t *turns) sharers(at fleet.ReplicaID) []fleet.ReplicaID {
	rep := t.fleet.Replica(at)
	last, any := t.last[device{rep.Machine, rep.GPU}]
	t.list = t.list[:0]
	later := 0
	for _, other := range t.fleet.Machine(rep.Machine).Placed() {
		if r := t.fleet.Replica(other); r.GPU != rep.GPU || r.State == fleet.Loading || t.deployment(other).TimeShare == 0 {
			continue
		}
		if t.list = append(t.list, other); any && other <= last {
			later = len(t.list)
		}
	}
	n := len(t.list)
	t.list = append(t.list, t.list[:later]...)
	return t.list[later : n+later]
}

// busy reports whether one of some replicas has a batch in service.
func (t *turns) busy(list []fleet.ReplicaID) bool {
	for _, at := range list {
		if t.fleet.Replica(at).Busy > 0 {
			return true
		}
	}
	return false
}

// rests reports whether a replica keeps to its share of time and may not start a batch yet
// (fleet.Spec.KeepsShares). It is then woken when it may.
func (t *turns) rests(at fleet.ReplicaID) bool {
	until, now := t.resumes[at], t.queue.Now()
	if until <= now {
		return false
	}
	t.fleet.Replica(at).Wake++ // an earlier alarm is outdated
	t.queue.Schedule(until, event{kind: alarm, index: int32(at), epoch: t.fleet.Replica(at).Wake})
	return true
}

// took records that a replica has started a batch that takes a time.
func (t *turns) took(at fleet.ReplicaID, span time.Duration) {
	rep := t.fleet.Replica(at)
	t.last[device{rep.Machine, rep.GPU}] = at
	if t.Spec.KeepsShares {
		t.resumes[at] = t.queue.Now().Add(span + t.deployment(at).Others)
	}
}

// free lets the other replicas on a GPU start what they can at the end of the present instant,
// after a replica has left the GPU to them.
func (t *turns) free(at fleet.ReplicaID) {
	if !t.shares(at) {
		return
	}
	for _, other := range t.sharers(at) {
		if t.fleet.Replica(other).Queued() > 0 {
			t.touch(other)
		}
	}
}
