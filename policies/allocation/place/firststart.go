package place

import (
	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// FirstStart places as BestFit does, but a MIG slice begins at the lowest memory slot that is
// allowed and has room.
type FirstStart struct{}

// String returns "first-start".
func (FirstStart) String() string { return "first-start" }

// Place implements allocation.Placer.
func (FirstStart) Place(v *sim.View, t allocation.Targets) (sim.Plan, error) {
	return towards(v, t, firstStart)
}

func firstStart(l *ledger, d fleet.DeploymentID, from int) (at site, ok bool) {
	at, ok = least(vectorpacking.Best)(l, d, from)
	if slice := l.spec.Deployments[d].Need.Slice; ok && slice.Slots > 0 {
		at.start = l.machines[at.machine].room.GPUs[at.gpu].FirstStart(slice)
	}
	return at, ok
}
