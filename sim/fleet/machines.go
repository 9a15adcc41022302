package fleet

import (
	"fmt"
	"slices"
	"wavetank/sim/kernel"
)

// Order rents a machine of a type now, in the zone that NextZone returns. Up is the instant at
// which it is expected to be up.
func (f *Fleet) Order(t TypeID, now, up kernel.Time) (MachineID, error) {
	return f.OrderIn(t, 0, now, up)
}

// OrderIn is Order for a machine in the given zone. 0: the zone that NextZone returns.
func (f *Fleet) OrderIn(t TypeID, in ZoneID, now, up kernel.Time) (MachineID, error) {
	if err := known("machine type", t, len(f.spec.Types)); err != nil {
		return 0, err
	}
	kind := &f.spec.Types[t]
	if f.rented[t] >= f.limit[t] {
		return 0, fmt.Errorf("no further %s may be rented: all %d are", kind.Name, f.limit[t])
	}
	if in != 0 && !slices.Contains(kind.Zones, in) {
		return 0, fmt.Errorf("no %s stands in zone %d", kind.Name, in)
	}
	if in == 0 {
		in = f.NextZone(t)
	}
	m := Machine{Type: t, Zone: in, Ordered: now, UpAt: up, room: kind.Room(), number: f.ordered[t]}
	f.ordered[t]++
	id := MachineID(len(f.machines))
	f.machines = append(f.machines, m)
	f.live = append(f.live, id)
	f.rented[t]++
	return id, nil
}

// Boot marks a booting machine as up.
func (f *Fleet) Boot(id MachineID) {
	m := &f.machines[id]
	if m.State != Booting {
		panic(fmt.Sprintf("fleet: machine %d boots in state %d", id, m.State))
	}
	m.State = Up
}

// Cordon bars a machine from new replicas. The machine is to be released with its last replica.
func (f *Fleet) Cordon(id MachineID) error {
	if err := f.onMachine(id); err != nil {
		return err
	}
	f.machines[id].Cordoned = true
	return nil
}

// Release gives an empty machine back.
func (f *Fleet) Release(id MachineID) {
	m := &f.machines[id]
	if m.State == Released || m.Replicas > 0 {
		panic(fmt.Sprintf("fleet: machine %d released in state %d with %d replicas", id, m.State, m.Replicas))
	}
	m.State = Released
	f.rented[m.Type]--
	f.live = remove(f.live, id)
}

// onMachine checks that a policy names a machine that exists and is not released.
func (f *Fleet) onMachine(id MachineID) error {
	if err := known("machine", id, len(f.machines)); err != nil {
		return err
	}
	if f.machines[id].State == Released {
		return fmt.Errorf("machine %d was released", id)
	}
	return nil
}
