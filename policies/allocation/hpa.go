package allocation

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"wavetank/policies/optimize"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// HPA scales the replicas of each model as the horizontal pod autoscaler of Kubernetes does (autoscaling/v2,
// standard behaviour). They run on the machines of the cheapest deployment and, where those run out, of the next
// cheapest, as pods spill over to another node pool. The metric is the share of time that replicas were in
// service over the last window; ready replicas have it, loading ones do not. It decides once per control period,
// where Kubernetes does every 15 s. The first fleet is what the expected load needs at planned capacity.
type HPA struct {
	HPAOptions
	recommenders []*recommender // per model
}

// HPAOptions are the parameters of HPA.
type HPAOptions struct {
	Target      float64 // mean utilization to keep, in (0, 1]
	Tolerance   float64 // relative deviation that changes nothing
	MinReplicas int
	MaxReplicas int    // 0: what the limits allow
	Deployment  string // only deployments whose name contains this, as Deployment.Matches tells
}

// DefaultHPAOptions aim at 70 % utilization with the tolerance of Kubernetes.
func DefaultHPAOptions() HPAOptions { return HPAOptions{Target: 0.7, Tolerance: 0.1, MinReplicas: 1} }

// NewHPA returns the scaler.
func NewHPA(o HPAOptions) (*HPA, error) {
	var faults []error
	fault := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(!(o.Target > 0 && o.Target <= 1), "target: %v is outside (0, 1]", o.Target)
	fault(!(o.Tolerance >= 0 && o.Tolerance < 1), "tolerance: %v is outside [0, 1)", o.Tolerance)
	fault(o.MinReplicas < 1 || o.MinReplicas > mostKept, "min-replicas: %d is outside [1, %d]", o.MinReplicas, mostKept)
	fault(o.MaxReplicas != 0 && o.MaxReplicas < o.MinReplicas, "max-replicas: %d is below min-replicas, %d", o.MaxReplicas, o.MinReplicas)
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return &HPA{HPAOptions: o}, nil
}

// Scale implements Scaler.
func (h *HPA) Scale(v *sim.View) (Targets, error) {
	demand := make([]float64, len(v.Spec().Models))
	for m := range demand {
		demand[m] = v.Window().Rate(fleet.ModelID(m))
	}
	p := Problem(v, demand, h.Deployment)
	order := cheapest(p)
	if h.recommenders == nil {
		h.recommenders = make([]*recommender, len(demand))
	}
	wanted := make([]float64, len(demand))
	for m, list := range order {
		if len(list) == 0 {
			continue
		}
		if h.recommenders[m] == nil {
			limit := h.MaxReplicas
			if limit == 0 {
				for _, d := range list {
					limit += most(p, d)
				}
			}
			h.recommenders[m] = &recommender{behavior: standardBehavior(min(h.MinReplicas, limit), limit)}
		}
		wanted[m] = float64(h.replicas(v, m, list, demand[m]))
	}
	replicas := fill(countable(p), order, wanted)
	keep(p, order, replicas, h.MinReplicas)
	return targets(v, replicas, demand), nil
}

// countable returns the problem in which every replica counts as one.
func countable(p optimize.Problem) optimize.Problem {
	p.Configurations = slices.Clone(p.Configurations)
	for d := range p.Configurations {
		p.Configurations[d].Capacity = 1
	}
	return p
}

// replicas returns the number wanted of a model's replicas, whatever the deployments listed, the cheapest first.
func (h *HPA) replicas(v *sim.View, m int, list []int, rate float64) int {
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
		return min(max(whole(rate/v.Spec().Deployments[list[0]].Capacity), r.least), r.most)
	case ready == 0: // nobody was there to have a metric
		u.missing, u.ready = u.ready, 0
	default:
		u.mean = float64(busy) / float64(ready)
	}
	_, n := r.next(v.Now(), u.current(), u.replicas(h.Tolerance))
	return n
}

// String returns "hpa", with the parameters that differ from their defaults.
func (h *HPA) String() string {
	standard := DefaultHPAOptions()
	var parts []string
	told := func(is bool, format string, value any) {
		if is {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	told(h.Target != standard.Target, "target %v", h.Target)
	told(h.Tolerance != standard.Tolerance, "tolerance %v", h.Tolerance)
	told(h.MinReplicas != standard.MinReplicas, "min-replicas %v", h.MinReplicas)
	told(h.MaxReplicas != 0, "max-replicas %v", h.MaxReplicas)
	told(h.Deployment != "", "deployment %v", h.Deployment)
	return label("hpa", parts...)
}
