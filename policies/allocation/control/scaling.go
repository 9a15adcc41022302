package control

import (
	"errors"
	"fmt"
	"math"
	"time"

	"wavetank/policies/allocation"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// ReplicaRange bounds the number of replicas of each model that a scaler may want.
type ReplicaRange struct {
	MinReplicas int
	MaxReplicas int // 0: as many as the limits on machines allow
}

func (b ReplicaRange) validate(least int) error {
	var faults []error
	if b.MinReplicas < least || b.MinReplicas > allocation.MostKept {
		faults = append(faults, fmt.Errorf("min-replicas: %d is outside [%d, %d]", b.MinReplicas, least, allocation.MostKept))
	}
	if b.MaxReplicas != 0 && b.MaxReplicas < max(1, b.MinReplicas) {
		faults = append(faults, fmt.Errorf("max-replicas: %d is below min-replicas, %d", b.MaxReplicas, b.MinReplicas))
	}
	return errors.Join(faults...)
}

// within moves a number of replicas into the range. Allowed is the number that the limits on
// machines allow.
func (b ReplicaRange) within(n, allowed int) int { return min(max(n, b.MinReplicas), b.most(allowed)) }

// most returns the largest number of replicas that may be wanted.
func (b ReplicaRange) most(allowed int) int {
	if b.MaxReplicas == 0 {
		return allowed
	}
	return min(b.MaxReplicas, allowed)
}

// scaler decides how many replicas of one model are wanted.
type scaler interface {
	// first returns the number of replicas of the first fleet. The demand needs n, which is within
	// the range.
	first(now kernel.Time, n int) int

	// next returns the number of replicas wanted from now on.
	next(o *observed) int
}

// watcher is a scaler that sees every window, not only the last window before a decision.
type watcher interface{ watch(o *observed) }

// observed is the information on its model that a scaler has at a decision.
type observed struct {
	*reading
	now        kernel.Time
	start, end kernel.Time // the last window
	wanted     int         // replicas wanted last, as in spec.replicas of a Kubernetes workload
	ready      int         // ready replicas
	fresh      int         // ready replicas that were not ready in the last window
	loading    int         // replicas that boot or load
	stranded   int         // requests that wait now, if no replica is ready
}

// unready returns the number of wanted replicas that do not serve, because they load, or because no
// machine has room for them.
func (o *observed) unready() int { return max(o.loading, o.wanted-o.ready) }

// Scaling scales the replicas of each model by a scaler. It asks for a number of replicas and
// leaves their deployments to the planner, as pods may run in another node pool. All scalers of
// real systems are built on it. The first fleet is sized for the demand by the planned capacity. A
// Scaling serves one run.
type Scaling struct {
	period time.Duration
	wakes  bool
	bounds ReplicaRange
	scaler func(allowed int) scaler
	pools  []*scaled // per model; nil: none of its deployments can be used
	due    kernel.Time
}

// scaled is the state of one model.
type scaled struct {
	scaler
	meter
	wanted  int
	allowed int
	least   float64 // smallest planned capacity of one replica
}

// Period returns the time between two decisions; 0: the control period.
func (c *Scaling) Period() time.Duration { return c.period }

// Wakes reports whether the scaler is asked at once when a request of a model finds no replica.
func (c *Scaling) Wakes(v *sim.View, m fleet.ModelID) bool {
	return c.wakes && (c.pools == nil || c.pools[m] != nil && c.pools[m].wanted == 0)
}

// Control implements allocation.Controller. Between two decisions it only decides on models for
// which requests wait although no replica is wanted.
func (c *Scaling) Control(s *allocation.Situation) allocation.Wanted {
	now := s.View.Now()
	if c.pools == nil {
		c.due = now.Add(c.period)
		c.begin(s)
		return c.amounts()
	}
	tick := now >= c.due
	if tick {
		c.due = now.Add(c.period)
	}
	for m, p := range c.pools {
		if p == nil {
			continue
		}
		o := p.observe(s, s.Cheapest[m])
		if w, ok := p.scaler.(watcher); ok {
			w.watch(o)
		}
		if tick || c.wakes && p.wanted == 0 && o.stranded > 0 {
			p.wanted = p.next(o)
		}
	}
	return c.amounts()
}

func (c *Scaling) amounts() allocation.Wanted {
	wanted := make([]float64, len(c.pools))
	for m, p := range c.pools {
		if p != nil {
			wanted[m] = float64(p.wanted)
		}
	}
	return allocation.Wanted{Amount: wanted, Counts: true}
}

// begin sizes the first fleet.
func (c *Scaling) begin(s *allocation.Situation) {
	c.pools = make([]*scaled, len(s.Cheapest))
	demand := s.Demand.Total()
	for m, list := range s.Cheapest {
		if len(list) == 0 {
			continue
		}
		p := &scaled{meter: newMeter(s.View.Spec(), fleet.ModelID(m), s.View.Window()), least: math.Inf(1)}
		for _, d := range list {
			p.allowed += most(s, d)
			p.least = min(p.least, s.Problem.Configurations[d].Capacity)
		}
		p.scaler = c.scaler(p.allowed)
		n := whole(demand[m] / s.Problem.Configurations[list[0]].Capacity)
		p.wanted = p.first(s.View.Now(), c.bounds.within(n, p.allowed))
		c.pools[m] = p
	}
}

// most returns how many replicas of configuration d the largest number of machines holds.
func most(s *allocation.Situation, d int) int {
	p := &s.Problem
	machines := int64(s.View.Spec().Types[p.Configurations[d].Type].Max)
	return int(min(int64(p.PerMachine(d))*machines, mostWhole))
}

// observe returns the information for a scaler.
func (p *scaled) observe(s *allocation.Situation, list []int) *observed {
	v := s.View
	o := &observed{now: v.Now(), start: v.Window().Start, end: v.Window().End, wanted: p.wanted, reading: p.read(v.Spec(), v.Window(), list)}
	for _, d := range list {
		count := v.Count(fleet.DeploymentID(d))
		o.ready += count.Ready
		o.loading += count.Loading
	}
	if o.ready == 0 {
		o.stranded = v.Waiting(p.model)
	}
	for i := range v.Ready(p.model) {
		if v.Replica(v.ReadyAt(p.model, i)).Since >= o.end {
			o.fresh++
		}
	}
	return o
}

// Unserved implements allocation.Controller. A scaler may want fewer replicas than the demand
// needs. So demand counts as unserved only if the limits allow fewer replicas than the scaler
// wants.
func (c *Scaling) Unserved(demand, planned []float64) []float64 {
	short := allocation.Shortfall(demand, planned)
	for m, p := range c.pools {
		if p != nil && p.wanted < p.allowed && planned[m] >= p.least*float64(p.wanted)*(1-1e-9) {
			short[m] = 0
		}
	}
	return short
}
