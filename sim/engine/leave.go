package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// leaving removes replicas and machines that the allocator wants to leave the fleet. Replicas
// drain. A machine is released once it is empty.
type leaving struct {
	*core
	loading  *loading
	sleepers *sleepers
}

// drain bars a replica from new requests. A replica that loads, or has no requests, leaves at once.
func (l *leaving) drain(at fleet.ReplicaID) error {
	isLoading := int(at) < l.fleet.Replicas() && at >= 0 && l.fleet.Replica(at).State == fleet.Loading
	if err := l.fleet.Drain(at, l.queue.Now()); err != nil {
		return err
	}
	if isLoading {
		l.loading.stop(at)
		l.leave(at, sim.ReplicaCancelled)
		return nil
	}
	l.emitReplica(sim.ReplicaDraining, at)
	l.retire(at)
	l.awaitGrace(at)
	return nil
}

// stop drains a machine and releases it when it is empty.
func (l *leaving) stop(on fleet.MachineID) error {
	if err := l.fleet.Cordon(on); err != nil {
		return err
	}
	if l.fleet.Machine(on).Idle() {
		l.release(on)
		return nil
	}
	return l.drainAll(on)
}

// drainAll drains all replicas of a machine.
func (l *leaving) drainAll(on fleet.MachineID) error {
	for _, at := range slices.Clone(l.fleet.Machine(on).Placed()) {
		if rep := l.fleet.Replica(at); rep.State == fleet.Loading || rep.State == fleet.Ready {
			if err := l.drain(at); err != nil {
				return err
			}
		}
	}
	return nil
}

// retire removes a replica that has drained.
func (l *leaving) retire(at fleet.ReplicaID) {
	if l.fleet.Drained(at) {
		l.leave(at, sim.ReplicaRemoved)
	}
}

// leave takes a drained replica off its machine. It releases the machine if that is to be stopped
// and is now empty.
func (l *leaving) leave(at fleet.ReplicaID, how sim.FactKind) {
	l.fleet.Remove(at, l.queue.Now())
	l.emitReplica(how, at)
	l.sleepers.left(at, how)
	on := l.fleet.Replica(at).Machine
	if m := l.fleet.Machine(on); m.Cordoned && m.Idle() {
		l.release(on)
	}
}

// release gives an empty machine back.
func (l *leaving) release(on fleet.MachineID) {
	l.fleet.Release(on)
	l.sleepers.end(on)
	l.emitMachine(sim.MachineReleased, on)
}
