package allocation

import "wavetank/sim/fleet"

// Capacity says what replicas of a deployment serve together within their model's objectives.
type Capacity interface {
	// Rate returns the requests per second that n replicas (n ≥ 1) of a deployment serve; 0: not
	// even a slow trickle meets the objective.
	Rate(d fleet.DeploymentID, n int) (float64, error)
}
