package ordering

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// EDF serves the request with the earliest deadline first. The deadline is arrival plus objective.
// A service that has begun is not interrupted. Source: Liu and Layland, 1973.
func EDF() sim.Order { return simple{"edf", sim.Line, deadline} }

// LeastSlack serves first the request that must start soonest to be in time: at its deadline minus
// its service time, alone on the model's fastest deployment.
func LeastSlack() sim.Order { return simple{"least-slack", sim.Line, slack} }

func slack(v *sim.View, r *fleet.Request) int64 {
	fastest := int64(1) << 62
	for d := range v.Spec().Deployments {
		if k := &v.Spec().Deployments[d]; k.Model == r.Model {
			fastest = min(fastest, int64(k.Latency.Latency(1)))
		}
	}
	return deadline(v, r) - int64(min(float64(fastest)*v.Spec().WorkOf(r), 1<<62))
}
