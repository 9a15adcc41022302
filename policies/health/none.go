package health

import (
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// none leaves every replica in rotation.
type none struct{}

// NewNone returns the lever that changes nothing.
func NewNone() sim.Health { return none{} }

func (none) Interval() time.Duration              { return time.Hour }
func (none) Answered(fleet.ReplicaID, bool) bool  { return false }
func (none) Judge(*sim.View, fleet.ModelID, bool) {}
func (none) InRotation(fleet.ReplicaID) bool      { return true }
func (none) String() string                       { return "none" }
