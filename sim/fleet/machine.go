package fleet

import (
	"wavetank/sim/kernel"
)

// MachineState is where a machine is in its life.
type MachineState uint8

// A machine boots, is up, may fail and be up again after its repair, and is released. A cordoned
// machine takes no new replica and is released with its last one.
const (
	Booting MachineState = iota
	Up
	Failed
	Released
)

// Machine is one rented machine.
type Machine struct {
	Type     TypeID
	State    MachineState
	Cordoned bool
	Ordered  kernel.Time // billed from here
	UpAt     kernel.Time // when it is to be up by the mean of boots; from then on, since when it is
	Replicas int         // replicas on it, in any state

	room   Room
	placed []ReplicaID
}

// Room returns what no replica holds of the machine. It must not be changed or kept.
func (m *Machine) Room() *Room { return &m.room }

// Idle reports whether a machine holds no replica.
func (m *Machine) Idle() bool { return m.Replicas == 0 }
