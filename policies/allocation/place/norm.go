package place

import (
	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
)

// Norm places each replica on the machine, and the GPU, where the sum of the squares of what it
// leaves free is least, each as a share of an empty machine (Panigrahy et al., "Heuristics for
// vector bin packing", 2011). Unlike BestFit it prefers machines of which equal shares of all
// resources are left. A MIG slice begins as with BestFit.
type Norm struct{}

// String returns "norm".
func (Norm) String() string { return "norm" }

// Place implements allocation.Placer.
func (Norm) Place(v *sim.View, t allocation.Targets) (sim.Plan, error) {
	return towards(v, t, least(vectorpacking.Norm))
}
