package control

import (
	"math"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize/classic"
	"wavetank/sim/fleet"
)

// Static sizes once, by the first demand, and keeps that. For each model it asks for as many
// replicas of the cheapest deployment as meet the latency objective under the demand.
type Static struct {
	wanted []float64 // per model, requests per second; nil until decided
}

// NewStatic returns the controller. It is for one run.
func NewStatic() *Static { return &Static{} }

// Control implements allocation.Controller.
func (s *Static) Control(now *allocation.Situation) allocation.Wanted {
	if s.wanted == nil {
		s.wanted = make([]float64, len(now.Demand))
		for m, list := range now.Cheapest {
			s.wanted[m] = now.Demand[m]
			if len(list) > 0 {
				n := servers(now.View.Spec(), fleet.DeploymentID(list[0]), now.Demand[m])
				s.wanted[m] = float64(n) * now.Problem.Configurations[list[0]].Capacity
			}
		}
	}
	return allocation.Wanted{Amount: s.wanted}
}

// Unserved implements allocation.Controller. Replicas sized by Erlang may run above their planned
// capacity, so the share of the demand counts that is planned of what was wanted.
func (s *Static) Unserved(demand, planned []float64) []float64 {
	short := make([]float64, len(demand))
	for m, got := range planned {
		if s.wanted[m] > 0 && got < s.wanted[m] {
			short[m] = demand[m] * (1 - got/s.wanted[m])
		}
	}
	return short
}

// servers returns the fewest replicas of a deployment with which a model meets its latency
// objective under a load in requests per second, by Erlang's C. Batches of the largest size are the
// customers and slots the servers. A batch may wait for what its own latency leaves of the
// objective. Where that is nothing, and of token replicas, which begin with requests one by one,
// the planned capacity decides.
func servers(c *fleet.Spec, d fleet.DeploymentID, rate float64) int {
	k := &c.Deployments[d]
	m := &c.Models[k.Model]
	full := k.FullBatch()
	spare := m.Target - full.Takes
	share := 1 - m.Percentile/100
	if spare <= 0 || share <= 0 || k.Tokens != nil {
		return int(min(math.Ceil(rate/k.Capacity), math.MaxInt32))
	}
	batches := rate / full.Requests
	speed := 1 / full.Takes.Seconds()
	slots := classic.MinServersForWait(batches, speed, spare.Seconds(), share)
	return (slots + k.Slots - 1) / k.Slots
}
