package engine

import (
	"fmt"
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// decide asks the allocator and applies its plan; at once, where instant is set, as for the first fleet.
func (r *run) decide(instant bool) {
	plan, err := r.Allocator.Allocate(r.viewNow())
	if err != nil {
		r.fail("allocator %q: %w", r.Allocator, err)
		return
	}
	r.fact = blank
	r.fact.Plan = &plan
	r.emit(sim.Decided)
	if err := r.apply(&plan, instant); err != nil {
		r.fail("allocator %q: %w", r.Allocator, err)
	}
}

// apply carries out a plan, or returns what in it breaks a law of the fleet.
func (r *run) apply(p *sim.Plan, instant bool) error {
	for i, at := range p.Drain {
		if err := r.drain(at); err != nil {
			return fmt.Errorf("drain %d: %w", i, err)
		}
	}
	for i, on := range p.Stop {
		if err := r.stop(on); err != nil {
			return fmt.Errorf("stop %d: %w", i, err)
		}
	}
	booted := make([]fleet.MachineID, len(p.Boot))
	for i, t := range p.Boot {
		on, err := r.order(t, instant)
		if err != nil {
			return fmt.Errorf("boot %d: %w", i, err)
		}
		booted[i] = on
	}
	for i, l := range p.Load {
		on := l.Machine
		if on < 0 {
			if int(-1-on) >= len(booted) {
				return fmt.Errorf("load %d: names booted machine %d of %d", i, -1-on, len(booted))
			}
			on = booted[-1-on]
		}
		if err := r.load(l, on, instant); err != nil {
			return fmt.Errorf("load %d: %w", i, err)
		}
	}
	return nil
}

// order rents a machine.
func (r *run) order(t fleet.TypeID, instant bool) (fleet.MachineID, error) {
	now := r.queue.Now()
	up, expected := now, now
	if !instant && int(t) < len(r.Spec.Types) && t >= 0 {
		up, expected = now.Add(r.starts.boot(t, &r.Spec.Types[t])), now.Add(r.Spec.Types[t].Boot)
	}
	on, err := r.fleet.Order(t, now, expected)
	if err != nil {
		return 0, err
	}
	r.starts.up = append(r.starts.up, up)
	r.tellMachine(sim.MachineOrdered, on)
	r.name(on)
	if up == now {
		r.boot(on)
	} else {
		r.queue.Schedule(up, event{kind: machineDone, index: int32(on)})
	}
	return on, nil
}

// load places a replica; it loads once its machine is up.
func (r *run) load(l sim.Placement, on fleet.MachineID, instant bool) error {
	at, err := r.fleet.PlaceAt(l.Deployment, on, l.GPU, l.Start, r.queue.Now())
	if err != nil {
		return err
	}
	r.tellReplica(sim.ReplicaLoading, at)
	if instant {
		r.becomeReady(at)
		return nil
	}
	begins := max(r.queue.Now(), r.starts.up[on])
	startup := r.starts.load(l.Deployment, &r.Spec.Deployments[l.Deployment])
	r.queue.Schedule(begins.Add(startup), event{kind: replicaDone, index: int32(at)})
	return nil
}

// becomeReady ends the loading of a replica, which takes on what no replica could.
func (r *run) becomeReady(at fleet.ReplicaID) {
	r.fleet.MakeReady(at, r.queue.Now())
	r.tellReplica(sim.ReplicaReady, at)
	r.offer(r.fleet.Replica(at).Model)
}

// drain bars a replica from new requests; one that loads or has none leaves at once.
func (r *run) drain(at fleet.ReplicaID) error {
	loading := int(at) < r.fleet.Replicas() && at >= 0 && r.fleet.Replica(at).State == fleet.Loading
	if err := r.fleet.Drain(at, r.queue.Now()); err != nil {
		return err
	}
	if loading {
		r.stopTransfer(at)
		r.leave(at, sim.ReplicaCancelled)
		return nil
	}
	r.tellReplica(sim.ReplicaDraining, at)
	r.retire(at)
	return nil
}

// retire removes a replica that has drained.
func (r *run) retire(at fleet.ReplicaID) {
	if r.fleet.Drained(at) {
		r.leave(at, sim.ReplicaRemoved)
	}
}

// leave takes a drained replica off its machine, and releases the machine when that was to be stopped.
func (r *run) leave(at fleet.ReplicaID, how sim.FactKind) {
	r.fleet.Remove(at, r.queue.Now())
	r.tellReplica(how, at)
	on := r.fleet.Replica(at).Machine
	if m := r.fleet.Machine(on); m.Cordoned && m.Idle() {
		r.release(on)
	}
}

// stop drains a machine and releases it when it is empty.
func (r *run) stop(on fleet.MachineID) error {
	if err := r.fleet.Cordon(on); err != nil {
		return err
	}
	if r.fleet.Machine(on).Idle() {
		r.release(on)
		return nil
	}
	for _, at := range slices.Clone(r.fleet.Active()) {
		rep := r.fleet.Replica(at)
		if rep.Machine == on && (rep.State == fleet.Loading || rep.State == fleet.Ready) {
			if err := r.drain(at); err != nil {
				return err
			}
		}
	}
	return nil
}

// release gives an empty machine back.
func (r *run) release(on fleet.MachineID) {
	r.fleet.Release(on)
	r.tellMachine(sim.MachineReleased, on)
}
