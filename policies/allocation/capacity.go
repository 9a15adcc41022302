package allocation

import (
	"wavetank/policies/optimize/classic"
	"wavetank/sim/fleet"
)

// Capacity says how much load the replicas of a deployment serve together within their objectives.
type Capacity interface {
	// Rate returns the requests per second that n replicas (n ≥ 1) of a deployment serve. 0 means
	// that not even the lowest load meets the objective.
	Rate(d fleet.DeploymentID, n int) (float64, error)
}

// Sampled is a Capacity that was found by simulating requests with the lengths of the workload.
type Sampled interface {
	Capacity
	// Lengths returns the mean lengths of the simulated requests of a model, in tokens. They are
	// zero for a model whose requests have no tokens.
	Lengths(m fleet.ModelID) (fleet.PlannedLengths, error)

	// RateFor is Rate for requests of other mean lengths. The rate may be that of lengths close to
	// the given mean. The result near holds these lengths.
	RateFor(d fleet.DeploymentID, n int, mean fleet.PlannedLengths) (rate float64, near fleet.PlannedLengths, err error)

	// First returns which of n deployments to ask for first. It differs among the runs that fill a
	// table together. So each of them finds other rates, and they do not wait for one another.
	First(n int) int
}

// Planned counts each replica with the capacity that the scenario plans: its throughput with full
// batches times a utilization (fleet.Deployment.Capacity).
type Planned struct{ Spec *fleet.Spec }

// Each returns the planned capacity of one replica of each deployment, in requests per second.
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

// Erlang sizes fleets by Erlang's C formula (1917). Its customers are batches of the largest size,
// and its servers are the slots of the replicas. A batch may wait as long as the objective minus
// its own latency. The planned capacity counts instead if no time is left to wait, and for token
// replicas, which begin requests one by one. The formula is exact if replicas serve one request at
// a time and service times are exponential.
type Erlang struct {
	spec  *fleet.Spec
	known map[crew]float64
}

// crew is a deployment with a number of replicas. It is the key of the rates found so far.
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
