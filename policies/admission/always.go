package admission

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Always admits every request.
type Always struct{}

// NewAlways returns the admission.
func NewAlways() Always { return Always{} }

// Admit implements sim.Admission.
func (Always) Admit(*sim.View, *fleet.Request) bool { return true }

// String returns "always".
func (Always) String() string { return "always" }
