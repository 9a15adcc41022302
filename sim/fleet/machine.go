package fleet

import (
	"wavetank/sim/kernel"
)

// MachineState is the stage in the life of a machine.
type MachineState uint8

// A machine boots, is up, and is released. While it is up it may fail; after its repair it is up
// again. A cordoned machine takes no new replica, and is released with its last replica.
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
	// under maintenance: it takes no new replica
	Maintained bool
	Zone       ZoneID      // 0: it stands in no zone
	Ordered    kernel.Time // billed from here
	// while it boots: when it will be up, if the boot takes the mean time
	// afterwards: since when it is up
	UpAt     kernel.Time
	Replicas int   // replicas on it, in any state
	number   int32 // how many machines of its type were ordered before

	room   Room
	placed []ReplicaID
}

// Room returns the free part of the machine. It must not be changed or kept.
func (m *Machine) Room() *Room { return &m.room }

// Idle reports whether a machine holds no replica.
func (m *Machine) Idle() bool { return m.Replicas == 0 }
