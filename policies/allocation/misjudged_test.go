package allocation_test

import (
	"testing"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim/fleet"
)

// TestMisjudgedCapacitiesAreWrongByTheirFactors: each deployment has its own factor, for any number
// of replicas.
func TestMisjudgedCapacitiesAreWrongByTheirFactors(t *testing.T) {
	of := allocation.Planned{Spec: policytest.Pair()}
	factor := make([]float64, len(of.Spec.Deployments))
	for d := range factor {
		factor[d] = 1 + float64(d)/4
	}
	wrong := allocation.Misjudged(of, factor)
	for d, each := range of.Each() {
		for n := 1; n < 4; n++ {
			if rate, err := wrong.Rate(fleet.DeploymentID(d), n); err != nil || rate != each*float64(n)*factor[d] {
				t.Errorf("%d replicas of deployment %d serve %v, want %v times %v: %v", n, d, rate, factor[d], each*float64(n), err)
			}
		}
	}
}
