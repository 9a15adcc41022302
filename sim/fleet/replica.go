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
	Busy       int32  // batches in service
	Slots      int32  // most batches in service at a time
	queue      queue
	State      ReplicaState
	sharing    bool        // its requests share it
	ends       kernel.Time // sum of the ends of the services under way, unless they share the replica
	*Details
}

// Details is what of a replica is rarely looked at.
type Details struct {
	GPU     int         // index of its GPU on the machine, of several the one named; 0 for a CPU replica
	Start   int         // memory slot of the GPU at which its slice begins; 0 for none
	Since   kernel.Time // when it entered its state
	place   int         // index among the model's ready replicas
	further []int       // GPUs beside GPU
	running []RequestID // whose service was begun one by one
	owed    int64       // to all in line, where the fleet weighs its lines
	shared  int64       // owed to the requests that share the replica
	tokens  int64       // of the prompts of its unfinished requests, at a token replica
}

// Serves reports whether the replica may be given requests of a model.
func (r *Replica) Serves(m ModelID) bool { return r.State == Ready && r.Model == m }

// Queued returns the number of requests that wait at the replica.
func (r *Replica) Queued() int { return int(r.queue.length) }

// Outstanding returns the number of requests that the replica was given and has not finished.
func (r *Replica) Outstanding() int { return int(r.queue.length + r.Executing) }

// Further returns the GPUs that the replica holds beside GPU, lowest first. The slice must not be changed.
func (r *Replica) Further() []int { return r.further }

// Place puts a loading replica on a machine, on one of its GPUs where the deployment needs one; where it needs
// several, on the one named and the lowest-numbered others that are whole. A slice begins at memory slot 0.
func (f *Fleet) Place(d DeploymentID, on MachineID, gpu int, now kernel.Time) (ReplicaID, error) {
	return f.PlaceAt(d, on, gpu, 0, now)
}

// PlaceAt is Place for a slice of a GPU: it begins at the memory slot given.
func (f *Fleet) PlaceAt(d DeploymentID, on MachineID, gpu, start int, now kernel.Time) (ReplicaID, error) {
	if err := f.CanPlaceAt(d, on, gpu, start); err != nil {
		return NoReplica, err
	}
	need, m := &f.spec.Deployments[d].Need, &f.machines[on]
	further := m.room.Take(need, gpu, start)
	m.Replicas++
	f.count[d].Loading++
	id := ReplicaID(len(f.replicas))
	f.replicas = append(f.replicas, Replica{
		Deployment: d, Model: f.spec.Deployments[d].Model, Machine: on, Slots: int32(f.spec.Deployments[d].Slots), queue: emptyQueue, Details: &Details{GPU: gpu, Start: start, Since: now, further: further},
	})
	f.active = append(f.active, id)
	f.number(id)
	m.placed = append(m.placed, id)
	return id, nil
}

// CanPlace says why a replica of a deployment cannot be put on a machine and GPU now; nil when it can.
func (f *Fleet) CanPlace(d DeploymentID, on MachineID, gpu int) error {
	return f.CanPlaceAt(d, on, gpu, 0)
}

// CanPlaceAt is CanPlace for a slice of a GPU that begins at the memory slot given.
func (f *Fleet) CanPlaceAt(d DeploymentID, on MachineID, gpu, start int) error {
	if err := known("deployment", d, len(f.spec.Deployments)); err != nil {
		return err
	}
	if err := f.onMachine(on); err != nil {
		return err
	}
	c, m := &f.spec.Deployments[d], &f.machines[on]
	switch {
	case m.Type != c.Type:
		return fmt.Errorf("%s cannot run on machine %d, a %s", c.Name, on, f.spec.Types[m.Type].Name)
	case m.Cordoned:
		return fmt.Errorf("machine %d is to be released and takes no new replica", on)
	case m.State == Failed:
		return fmt.Errorf("machine %d has failed and is not repaired yet", on)
	}
	return m.room.check(c, on, gpu, start)
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
	m := &f.machines[r.Machine]
	m.room.Free(&f.spec.Deployments[r.Deployment].Need, r.GPU, r.Start, r.further)
	m.Replicas--
	m.placed = remove(m.placed, id)
	f.active = remove(f.active, id)
}
