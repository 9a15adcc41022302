package place

import (
	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
)

// DotProduct places each replica on the machine that has most left of what the replica needs most:
// the machine, and the GPU, with the largest dot product of what is needed and what is left, each
// as shares of an empty machine (Grandl et al., "Multi-resource packing for cluster schedulers",
// SIGCOMM 2014). A MIG slice begins as with BestFit.
type DotProduct struct{}

// String returns "dot-product".
func (DotProduct) String() string { return "dot-product" }

// Place implements allocation.Placer.
func (DotProduct) Place(v *sim.View, t allocation.Targets) (sim.Plan, error) {
	return towards(v, t, least(vectorpacking.DotProduct))
}
