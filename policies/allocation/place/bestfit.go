package place

import (
	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
)

// BestFit places each replica on the machine where it leaves least free. On this machine it takes
// the GPU where it leaves least free. A MIG slice begins at the highest memory slot that is allowed
// and has room. If the largest slices are placed first, this rule fits any set of slices on an
// empty GPU for which some placement exists.
type BestFit struct{}

// String returns "best-fit".
func (BestFit) String() string { return allocation.DefaultPlacer }

// Place implements allocation.Placer.
func (BestFit) Place(v *sim.View, t allocation.Targets) (sim.Plan, error) {
	return towards(v, t, least(vectorpacking.Best))
}
