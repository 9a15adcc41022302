package engine

import "wavetank/sim/fleet"

// awaitGrace schedules the end of the grace period of a replica that drains, if the spec has one
// (fleet.Spec.Grace).
func (l *leaving) awaitGrace(at fleet.ReplicaID) {
	if grace := l.Spec.Grace; grace > 0 && l.fleet.Replica(at).State == fleet.Draining {
		l.queue.Schedule(l.queue.Now().Add(grace), event{kind: graceOver, index: int32(at)})
	}
}

// endGrace loses a replica that still drains when its grace period ends. Its requests are retried
// or fail. If its machine only waited for this drain to be released, the machine is released.
func (l *losses) endGrace(at fleet.ReplicaID) {
	rep := l.fleet.Replica(at)
	if rep.State != fleet.Draining {
		return
	}
	on := rep.Machine
	l.lose(at)
	l.dispatch.offer(l.cameFor(at))
	if machine := l.fleet.Machine(on); machine.Cordoned && machine.Idle() {
		l.leaving.release(on)
	}
}
