package place

import (
	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
)

// DotProduct places each replica on the machine that has most free of the resources that the
// replica needs most. It takes the machine and the GPU with the largest dot product of the needs
// and the free resources, both as shares of an empty machine (Grandl et al., "Multi-resource
// packing for cluster schedulers", SIGCOMM 2014). A MIG slice begins at the same memory slot as
// with BestFit.
type DotProduct struct{}

// String returns "dot-product".
func (DotProduct) String() string { return "dot-product" }

// Place implements allocation.Placer.
func (DotProduct) Place(v *sim.View, t allocation.Targets) (sim.Plan, error) {
	return towards(v, t, least(vectorpacking.DotProduct))
}
