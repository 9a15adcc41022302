package control

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// HPA scales the replicas of each model as the horizontal pod autoscaler of Kubernetes does
// (autoscaling/v2, standard behaviour). It asks for numbers of replicas, whatever their deployment,
// as pods spill over to another node pool. The metric is the share of time that replicas were in
// service over the last window: ready replicas have it, loading ones do not. It decides once in a
// control period, where Kubernetes does every 15 s. The first fleet is what the demand needs at
// planned capacity. It is for one run.
type HPA struct {
	HPAOptions
	recommenders []*recommender // per model
}

// HPAOptions are the parameters of HPA.
type HPAOptions struct {
	Target      float64 // mean utilization to keep, in (0, 1]
	Tolerance   float64 // relative deviation that changes nothing
	MinReplicas int     // of each model
	MaxReplicas int     // of each model; 0: what the limits allow
}

// DefaultHPAOptions aim at 70 % utilization with the tolerance of Kubernetes.
func DefaultHPAOptions() HPAOptions { return HPAOptions{Target: 0.7, Tolerance: 0.1, MinReplicas: 1} }

// NewHPA returns the controller.
func NewHPA(o HPAOptions) (*HPA, error) {
	var faults []error
	fault := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(!(o.Target > 0 && o.Target <= 1), "target: %v is outside (0, 1]", o.Target)
	fault(!(o.Tolerance >= 0 && o.Tolerance < 1), "tolerance: %v is outside [0, 1)", o.Tolerance)
	fault(o.MinReplicas < 1 || o.MinReplicas > allocation.MostKept,
		"min-replicas: %d is outside [1, %d]", o.MinReplicas, allocation.MostKept)
	fault(o.MaxReplicas != 0 && o.MaxReplicas < o.MinReplicas,
		"max-replicas: %d is below min-replicas, %d", o.MaxReplicas, o.MinReplicas)
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return &HPA{HPAOptions: o}, nil
}

// Control implements allocation.Controller.
func (h *HPA) Control(s *allocation.Situation) allocation.Wanted {
	if h.recommenders == nil {
		h.recommenders = make([]*recommender, len(s.Cheapest))
	}
	demand := s.Demand.Total()
	wanted := make([]float64, len(demand))
	for m, list := range s.Cheapest {
		if len(list) == 0 {
			continue
		}
		if h.recommenders[m] == nil {
			limit := h.MaxReplicas
			if limit == 0 {
				for _, d := range list {
					limit += most(s.Problem, d)
				}
			}
			h.recommenders[m] = &recommender{behavior: standardBehavior(min(h.MinReplicas, limit), limit)}
		}
		wanted[m] = float64(h.replicas(s.View, m, list, demand[m]/s.Problem.Configurations[list[0]].Capacity))
	}
	return allocation.Wanted{Amount: wanted, Counts: true}
}

// most returns how many replicas of configuration d the limits allow.
func most(p optimize.Problem, d int) int {
	machines := int64(p.Types[p.Configurations[d].Type].Max)
	return int(min(int64(p.PerMachine(d))*machines, math.MaxInt32))
}

// Unserved implements allocation.Controller.
func (h *HPA) Unserved(demand, planned []float64) []float64 {
	return allocation.Shortfall(demand, planned)
}

// replicas returns the number wanted of a model's replicas, whatever the deployments listed, the
// cheapest first. First is the number that the demand needs at the start.
func (h *HPA) replicas(v *sim.View, m int, list []int, first float64) int {
	r := h.recommenders[m]
	u := usage{target: h.Target}
	var busy, ready time.Duration
	for _, d := range list {
		count, w := v.Count(fleet.DeploymentID(d)), v.Window().Deployments[d]
		u.ready += count.Ready
		u.unready += count.Loading
		busy += w.Busy
		ready += w.Ready
	}
	switch {
	case u.current() == 0:
		return min(max(whole(first), r.least), r.most)
	case ready == 0: // no replica was ready, so there is no metric
		u.missing, u.ready = u.ready, 0
	default:
		u.mean = float64(busy) / float64(ready)
	}
	_, n := r.next(v.Now(), u.current(), u.replicas(h.Tolerance))
	return n
}
