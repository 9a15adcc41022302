package fleet

import (
	"fmt"
	"slices"

	"wavetank/sim/kernel"
)

// ReplicaState is where a replica is in its life.
type ReplicaState uint8

// A replica loads, is ready, drains (finishes what it was given and takes nothing new) and is gone.
const (
	Loading ReplicaState = iota
	Ready
	Draining
	Gone
)

// Replica is one running copy of a variant. What every request touches of it fills one cache line, because in a large
// fleet each look at a replica is a look into memory; Details holds the rest.
type Replica struct {
	Deployment DeploymentID
	Model      ModelID
	Machine    MachineID
	Number     int32  // among the model's replicas, in the order they were placed, from 0
	Wake       uint32 // epoch of the batcher's alarm: an alarm of another epoch is late
	Executing  int32  // requests in service
	Busy       int    // batches in service
	queue      queue
	State      ReplicaState
	sharing    bool        // its requests share it
	ends       kernel.Time // sum of the ends of the services under way, unless they share the replica
	*Details
}

// Details is what of a replica is rarely looked at.
type Details struct {
	GPU     int         // index of its GPU on the machine; 0 for a CPU replica
	Since   kernel.Time // when it entered its state
	place   int         // index among the model's ready replicas
	running []RequestID // whose service was begun one by one
	owed    int64       // to all in line, where the fleet weighs its lines
	shared  int64       // owed to the requests that share the replica
	tokens  int64       // of the prompts of its unfinished requests, at a token replica
}

// Queued returns the number of requests that wait at the replica.
func (r *Replica) Queued() int { return int(r.queue.length) }

// Outstanding returns the number of requests that the replica was given and has not finished.
func (r *Replica) Outstanding() int { return int(r.queue.length + r.Executing) }

// Place puts a loading replica on a machine, on one of its GPUs where the deployment needs one.
func (f *Fleet) Place(d DeploymentID, on MachineID, gpu int, now kernel.Time) (ReplicaID, error) {
	if err := f.CanPlace(d, on, gpu); err != nil {
		return NoReplica, err
	}
	f.take(f.catalog.Deployments[d].Need, on, gpu, 1)
	f.machines[on].Replicas++
	f.count[d].Loading++
	id := ReplicaID(len(f.replicas))
	f.replicas = append(f.replicas, Replica{
		Deployment: d, Model: f.catalog.Deployments[d].Model, Machine: on, queue: emptyQueue, Details: &Details{GPU: gpu, Since: now},
	})
	f.active = append(f.active, id)
	f.number(id)
	f.machines[on].placed = append(f.machines[on].placed, id)
	return id, nil
}

// CanPlace says why a replica of a deployment cannot be put on a machine and GPU now; nil when it can.
func (f *Fleet) CanPlace(d DeploymentID, on MachineID, gpu int) error {
	if err := known("deployment", d, len(f.catalog.Deployments)); err != nil {
		return err
	}
	if err := f.onMachine(on); err != nil {
		return err
	}
	c, m := &f.catalog.Deployments[d], &f.machines[on]
	switch {
	case m.Type != c.Type:
		return fmt.Errorf("%s cannot run on machine %d, a %s", c.Name, on, f.catalog.Types[m.Type].Name)
	case m.Cordoned:
		return fmt.Errorf("machine %d is to be released and takes no new replica", on)
	case m.State == Failed:
		return fmt.Errorf("machine %d has failed and is not repaired yet", on)
	case m.cores < c.Need.Cores:
		return fmt.Errorf("%s needs %d cores, machine %d has %d free", c.Name, c.Need.Cores, on, m.cores)
	case m.memory < c.Need.Memory:
		return fmt.Errorf("%s needs %d bytes of host memory, machine %d has %d free", c.Name, c.Need.Memory, on, m.memory)
	case c.Need.GPUShare == 0:
		return nil
	case gpu < 0 || gpu >= len(m.gpus):
		return fmt.Errorf("%s needs a GPU, machine %d has no GPU %d", c.Name, on, gpu)
	case m.gpus[gpu].share < c.Need.GPUShare:
		return fmt.Errorf("%s needs %d ‰ of a GPU, GPU %d of machine %d has %d ‰ free", c.Name, c.Need.GPUShare, gpu, on, m.gpus[gpu].share)
	case m.gpus[gpu].memory < c.Need.GPUMemory:
		return fmt.Errorf("%s needs %d bytes of GPU memory, GPU %d of machine %d has %d free", c.Name, c.Need.GPUMemory, gpu, on, m.gpus[gpu].memory)
	}
	return nil
}

// take moves resources from a machine to its replicas, or back with sign -1.
func (f *Fleet) take(need Resources, on MachineID, gpu, sign int) {
	m := &f.machines[on]
	m.cores -= sign * need.Cores
	m.memory -= int64(sign) * need.Memory
	if need.GPUShare > 0 {
		m.gpus[gpu].share -= sign * need.GPUShare
		m.gpus[gpu].memory -= int64(sign) * need.GPUMemory
	}
}

// MakeReady ends the loading of a replica: it may be given requests.
func (f *Fleet) MakeReady(id ReplicaID, now kernel.Time) {
	r := &f.replicas[id]
	if r.State != Loading {
		panic(fmt.Sprintf("fleet: replica %d becomes ready in state %d", id, r.State))
	}
	r.State, r.Since = Ready, now
	r.place = len(f.ready[r.Model])
	f.ready[r.Model] = append(f.ready[r.Model], id)
	f.count[r.Deployment].Loading--
	f.count[r.Deployment].Ready++
	f.becameReady(id)
}

// Drain bars a loading or ready replica from new requests.
func (f *Fleet) Drain(id ReplicaID, now kernel.Time) error {
	if err := known("replica", id, len(f.replicas)); err != nil {
		return err
	}
	r := &f.replicas[id]
	switch r.State {
	case Draining, Gone:
		return fmt.Errorf("replica %d drains already or is gone", id)
	case Ready:
		f.leave(id)
	case Loading:
		f.count[r.Deployment].Loading--
	}
	f.count[r.Deployment].Draining++
	r.State, r.Since = Draining, now
	return nil
}

// leave takes a replica out of the ready ones.
func (f *Fleet) leave(id ReplicaID) {
	r := &f.replicas[id]
	list := slices.Delete(f.ready[r.Model], r.place, r.place+1)
	for i := r.place; i < len(list); i++ {
		f.replicas[list[i]].place = i
	}
	f.ready[r.Model] = list
	f.count[r.Deployment].Ready--
	f.leftReady(id)
}

// Drained reports whether a draining replica has finished all that it was given.
func (f *Fleet) Drained(id ReplicaID) bool {
	r := &f.replicas[id]
	return r.State == Draining && r.Outstanding() == 0
}

// Remove takes a drained replica off its machine.
func (f *Fleet) Remove(id ReplicaID, now kernel.Time) {
	if !f.Drained(id) {
		panic(fmt.Sprintf("fleet: replica %d removed before it drained", id))
	}
	r := &f.replicas[id]
	r.State, r.Since = Gone, now
	f.count[r.Deployment].Draining--
	f.vacatePlace(id)
}

// vacatePlace gives back what a replica holds of its machine.
func (f *Fleet) vacatePlace(id ReplicaID) {
	r := &f.replicas[id]
	f.take(f.catalog.Deployments[r.Deployment].Need, r.Machine, r.GPU, -1)
	m := &f.machines[r.Machine]
	m.Replicas--
	m.placed = remove(m.placed, id)
	f.active = remove(f.active, id)
}
