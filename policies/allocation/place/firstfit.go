package place

import (
	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// FirstFit places each replica on the oldest machine with room. On the machine it chooses the GPU
// as BestFit does.
type FirstFit struct{}

// String returns "first-fit".
func (FirstFit) String() string { return "first-fit" }

// Place implements allocation.Placer.
func (FirstFit) Place(v *sim.View, t allocation.Targets) (sim.Plan, error) {
	return towards(v, t, firstFit)
}

func firstFit(l *ledger, d fleet.DeploymentID, from int) (at site, ok bool) {
	for i := from; i < len(l.machines); i++ {
		if at, _, ok := l.best(i, d, vectorpacking.Best); ok {
			return at, true
		}
	}
	return site{}, false
}
