package place

import (
	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
)

// Norm places each replica on the machine and the GPU with the least sum of squares of the
// resources that then remain free, as shares of an empty machine (Panigrahy et al., "Heuristics for
// vector bin packing", 2011). Unlike BestFit, it prefers machines whose resources have equal free
// shares. A MIG slice begins at the same memory slot as with BestFit.
type Norm struct{}

// String returns "norm".
func (Norm) String() string { return "norm" }

// Place implements allocation.Placer.
func (Norm) Place(v *sim.View, t allocation.Targets) (sim.Plan, error) {
	return towards(v, t, least(vectorpacking.Norm))
}
