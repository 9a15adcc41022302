package allocation

import (
	"wavetank/policies/optimize/classic"
	"wavetank/sim/fleet"
)

// Capacity says what replicas of a deployment serve together within their model's objectives.
type Capacity interface {
	// Rate returns the requests per second that n replicas (n ≥ 1) of a deployment serve; 0: not
	// even a slow trickle meets the objective.
	Rate(d fleet.DeploymentID, n int) (float64, error)
}

// Sampled is a Capacity that was found with requests of the workload's own lengths.
type Sampled interface {
	Capacity
	// Lengths returns the mean lengths of the requests of a model that it was found with; zero for
	// a model whose requests have no tokens.
	Lengths(m fleet.ModelID) (fleet.PlannedLengths, error)

	// RateFor is Rate for requests of other mean lengths, or of lengths near to these: it returns
	// those that the rate is for.
	RateFor(d fleet.DeploymentID, n int, mean fleet.PlannedLengths) (rate float64, near fleet.PlannedLengths, err error)
}

// Planned counts a replica as the scenario's planning does: its throughput with full batches times
// a utilization (fleet.Deployment.Capacity).
type Planned struct{ Spec *fleet.Spec }

// Each returns what it counts of one replica of each deployment, in requests per second.
func (p Planned) Each() []float64 {
	each := make([]float64, len(p.Spec.Deployments))
	for d := range each {
		each[d] = p.Spec.Deployments[d].Capacity
	}
	return each
}

// Rate implements Capacity.
func (p Planned) Rate(d fleet.DeploymentID, n int) (float64, error) {
	return float64(n) * p.Spec.Deployments[d].Capacity, nil
}

// Erlang sizes by Erlang's C (1917). Batches of the largest size are the customers and slots the
// servers. A batch may wait for what its own latency leaves of the objective. Where that is
// nothing, and of token replicas, which begin with requests one by one, the planned capacity
// counts. It is right where replicas serve one request at a time with exponential service.
type Erlang struct {
	spec  *fleet.Spec
	known map[crew]float64
}

// crew is so many replicas of a deployment.
type crew struct {
	deployment fleet.DeploymentID
	replicas   int
}

// NewErlang returns the capacity for one run.
func NewErlang(c *fleet.Spec) *Erlang { return &Erlang{c, map[crew]float64{}} }

// Rate implements Capacity.
func (e *Erlang) Rate(d fleet.DeploymentID, n int) (float64, error) {
	rate, known := e.known[crew{d, n}]
	if !known {
		rate = e.rate(&e.spec.Deployments[d], n)
		e.known[crew{d, n}] = rate
	}
	return rate, nil
}

func (e *Erlang) rate(k *fleet.Deployment, n int) float64 {
	m := &e.spec.Models[k.Model]
	full := k.FullBatch()
	spare := m.Target - full.Takes
	share := 1 - m.Percentile/100
	if spare <= 0 || share <= 0 || k.Tokens != nil || k.Capacity == 0 {
		return float64(n) * k.Capacity
	}
	speed, slots := 1/full.Takes.Seconds(), n*k.Slots
	low, high := 0., float64(slots)*speed // batches per second
	for range 60 {
		if half := (low + high) / 2; classic.MinServersForWait(half, speed, spare.Seconds(), share) <= slots {
			low = half
		} else {
			high = half
		}
	}
	return low * full.Requests
}
