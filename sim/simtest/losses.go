package simtest

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// place records which replica has which request. It checks that the facts of a request agree with
// the state of its replica.
func (c *InvariantChecker) place(f *sim.Fact) {
	id := f.Request.Ordinal
	at, given := c.at[id]
	state := c.replica[at]
	switch f.Kind {
	case sim.RequestRouted:
		if c.replica[f.Replica] != sim.ReplicaReady {
			c.fault(f, "request %d is given to replica %d, which is %v", id, f.Replica, c.replica[f.Replica])
		}
		c.at[id] = f.Replica
		c.had[f.Replica]++
		return
	case sim.RequestStarted, sim.RequestPreempted, sim.RequestResumed:
		if state != sim.ReplicaReady && state != sim.ReplicaDraining {
			c.fault(f, "request %d is served at replica %d, which is %v", id, at, state)
		}
		return
	case sim.RequestInterrupted, sim.RequestRetried, sim.RequestFailed:
		if state != sim.ReplicaLost || f.Replica != at {
			c.fault(f, "request %d was at replica %d, which is %v; the fact says %d", id, at, state, f.Replica)
		}
		if f.Kind == sim.RequestInterrupted {
			return
		}
		if f.Kind == sim.RequestRetried {
			c.Retried++
		}
	case sim.RequestFinished, sim.RequestAnswered, sim.RequestDropped, sim.RequestTimedOut, sim.RequestWithdrawn, sim.RequestCancelled:
		if given && state != sim.ReplicaReady && state != sim.ReplicaDraining {
			c.fault(f, "request %d was at replica %d, which is %v", id, at, state)
		}
	}
	if given {
		c.had[at]--
		delete(c.at, id)
	}
}

// hold adds the resources of a replica to those used on its machine, or subtracts them with sign
// -1. It checks that the machine has enough, and may take new replicas.
func (c *InvariantChecker) hold(f *sim.Fact, sign int) {
	need, used, kind := c.spec.Deployments[f.Deployment].Need, c.used[f.Machine], &c.spec.Types[f.Type]
	used.Cores += sign * need.Cores
	used.Memory += int64(sign) * need.Memory
	used.GPUShare += sign * need.GPUShare * need.Devices()
	used.GPUMemory += int64(sign*need.Devices()) * need.GPUMemory
	c.used[f.Machine] = used
	if used.Cores > kind.Cores || used.Memory > kind.Memory || used.GPUShare > kind.GPUs*fleet.WholeGPU || used.GPUMemory > int64(kind.GPUs)*kind.GPUMemory {
		c.fault(f, "machine %d holds %+v, more than a %s has", f.Machine, used, kind.Name)
	}
	if state := c.machine[f.Machine]; sign > 0 && (state == sim.MachineFailed || state == sim.MachineReclaiming || state == sim.MachineReleased) {
		c.fault(f, "replica %d is put on a machine that is %v", f.Replica, state)
	}
}

// rent counts a machine that is ordered, and checks the limit of its type.
func (c *InvariantChecker) rent(f *sim.Fact) {
	c.rented[f.Type]++
	kind := &c.spec.Types[f.Type]
	limit := kind.Max
	for _, s := range kind.Supply {
		if s.From <= f.At {
			limit = min(s.Machines, kind.Max)
		}
	}
	if c.rented[f.Type] > limit {
		c.fault(f, "%d machines of type %s are rented, but at most %d can be", c.rented[f.Type], kind.Name, limit)
	}
}
