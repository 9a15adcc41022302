package ordering

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// EDF serves the request with the earliest deadline first: arrival plus objective (Liu and Layland
// 1973). A service that has begun is not interrupted.
func EDF() sim.Order { return simple{"edf", sim.Line, deadline} }

// LeastSlack serves the request first that could be put off least: deadline minus service time, the
// latter on the model's fastest deployment for a batch of one.
func LeastSlack() sim.Order { return simple{"least-slack", sim.Line, slack} }

func slack(v *sim.View, r *fleet.Request) int64 {
	fastest := int64(1) << 62
	for d := range v.Spec().Deployments {
		if k := &v.Spec().Deployments[d]; k.Model == r.Model {
			fastest = min(fastest, int64(k.Latency.Latency(1)))
		}
	}
	return deadline(v, r) - int64(min(float64(fastest)*r.Work, 1<<62))
}
