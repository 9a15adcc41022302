package fleet

import (
	"fmt"
	"slices"
	"wavetank/sim/kernel"
)

// Place puts a loading replica on a machine. If it needs a GPU, it takes the given one. If it needs
// several GPUs, it also takes the free whole GPUs with the lowest indices. A slice begins at memory
// slot 0.
func (f *Fleet) Place(d DeploymentID, on MachineID, gpu int, now kernel.Time) (ReplicaID, error) {
	return f.PlaceAt(d, on, gpu, 0, now)
}

// PlaceAt is Place for a slice of a GPU that begins at the given memory slot.
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

// CanPlace says why a replica of a deployment cannot be put on a machine and GPU now, or nil when
// it can.
func (f *Fleet) CanPlace(d DeploymentID, on MachineID, gpu int) error {
	return f.CanPlaceAt(d, on, gpu, 0)
}

// CanPlaceAt is CanPlace for a slice of a GPU that begins at the given memory slot.
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
	case m.Maintained:
		return fmt.Errorf("machine %d is under maintenance", on)
	case m.State == Failed:
		return fmt.Errorf("machine %d has failed and is not repaired yet", on)
	}
	return m.room.check(c, on, gpu, start)
}

// MakeReady ends the loading of a replica. From then on it may be given requests.
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
	if f.closes {
		f.joinOpen(id)
	}
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

// leave removes a replica from the list of ready replicas.
func (f *Fleet) leave(id ReplicaID) {
	r := &f.replicas[id]
	if f.closes && !r.closed {
		f.quitOpen(id)
	}
	list := slices.Delete(f.ready[r.Model], r.place, r.place+1)
	for i := r.place; i < len(list); i++ {
		f.replicas[list[i]].place = i
	}
	f.ready[r.Model] = list
	f.count[r.Deployment].Ready--
	f.leftReady(id)
}

// Drained reports whether a draining replica has finished all its requests.
func (f *Fleet) Drained(id ReplicaID) bool {
	r := &f.replicas[id]
	return r.State == Draining && r.Held() == 0
}

// Remove removes a drained replica from its machine.
func (f *Fleet) Remove(id ReplicaID, now kernel.Time) {
	if !f.Drained(id) {
		panic(fmt.Sprintf("fleet: replica %d removed before it drained", id))
	}
	r := &f.replicas[id]
	r.State, r.Since = Gone, now
	f.count[r.Deployment].Draining--
	f.vacatePlace(id)
}

// vacatePlace frees the resources that a replica holds on its machine.
func (f *Fleet) vacatePlace(id ReplicaID) {
	r := &f.replicas[id]
	m := &f.machines[r.Machine]
	m.room.Free(&f.spec.Deployments[r.Deployment].Need, r.GPU, r.Start, r.further)
	m.Replicas--
	m.placed = remove(m.placed, id)
	f.active = remove(f.active, id)
}
