package engine_test

import (
	"fmt"

	"wavetank/policies/admission"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// strictly checks the answers of early-drop, for batch replicas and works of 1. Early-drop must
// reject a request that would be late at every ready replica even alone. Without an estimate it
// must admit all other requests.
type strictly struct {
	*admission.EarlyDrop
	fault *error
	asked *int64
}

func (s strictly) Admit(v *sim.View, r *fleet.Request) bool {
	admitted := s.EarlyDrop.Admit(v, r)
	most := v.Spec().Objectives(r).Latency
	if v.Ready(r.Model) == 0 || most == 0 || v.Deployment(v.ReadyAt(r.Model, 0)).Tokens != nil {
		return admitted
	}
	inTime := false
	for i := range v.Ready(r.Model) {
		d := v.Deployment(v.ReadyAt(r.Model, i))
		inTime = inTime || d.Alone(&v.Spec().Models[r.Model], r, 1) <= most
	}
	*s.asked++
	if admitted && !inTime || !admitted && inTime && s.String() == "early-drop(alone)" {
		*s.fault = fmt.Errorf("at %v %s answers %v to request %d, which alone is in time: %v", v.Now(), s, admitted, r.Ordinal, inTime)
	}
	return admitted
}
