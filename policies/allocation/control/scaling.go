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

// ReplicaRange is how many replicas of each model a scaler may want.
type ReplicaRange struct {
	MinReplicas int
	MaxReplicas int // 0: what the limits on machines allow
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

// within keeps a number of replicas within the range and what the limits allow.
func (b ReplicaRange) within(n, allowed int) int { return min(max(n, b.MinReplicas), b.most(allowed)) }

// most returns the largest number that is wanted.
func (b ReplicaRange) most(allowed int) int {
	if b.MaxReplicas == 0 {
		return allowed
	}
	return min(b.MaxReplicas, allowed)
}

// scaler decides how many replicas of one model are wanted.
type scaler interface {
	// first returns the replicas of the first fleet, where the demand needs n within the range.
	first(now kernel.Time, n int) int

	// next returns the replicas wanted from an instant on.
	next(o *observed) int
}

// watcher is a scaler that is shown every window, not only the last one before it decides.
type watcher interface{ watch(o *observed) }

// observed is what a scaler sees of its model.
type observed struct {
	*reading
	now        kernel.Time
	start, end kernel.Time // of the window that was read
	wanted     int         // replicas that were wanted last: what spec.replicas of a workload says
	ready      int         // replicas that serve
	fresh      int         // of these, replicas that were not ready in the window
	loading    int         // replicas that are on their way
	stranded   int         // requests that wait now, where no replica is ready
}

// unready returns the replicas that are wanted and do not serve: they load, or no machine has room
// for them.
func (o *observed) unready() int { return max(o.loading, o.wanted-o.ready) }

// Scaling scales the replicas of each model by a rule of its own. It asks for numbers of replicas,
// whatever their deployment, as pods spill over to another node pool. All scalers of real systems
// are built on it. The planned capacity sizes the first fleet for the demand. It is for one run.
type Scaling struct {
	period time.Duration
	wakes  bool
	bounds ReplicaRange
	scaler func(allowed int) scaler
	pools  []*scaled // per model; nil: no deployment of it can be used
	due    kernel.Time
}

// scaled is what is kept of one model.
type scaled struct {
	scaler
	meter
	wanted  int
	allowed int
	least   float64 // capacity of the smallest of its replicas
}

// Period returns the time between two decisions; 0: the control period.
func (c *Scaling) Period() time.Duration { return c.period }

// Wakes reports whether the scaler is asked at once when a request of a model finds no replica.
func (c *Scaling) Wakes(v *sim.View, m fleet.ModelID) bool {
	return c.wakes && (c.pools == nil || c.pools[m] != nil && c.pools[m].wanted == 0)
}

// Control implements allocation.Controller. Between two decisions it only asks about models that
// have no replica but waiting requests.
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

// observe reads what a scaler sees.
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

// Unserved implements allocation.Controller. A scaler may want fewer replicas than the planned
// capacity needs. So only what the limits take from its wish counts as unserved.
func (c *Scaling) Unserved(demand, planned []float64) []float64 {
	short := allocation.Shortfall(demand, planned)
	for m, p := range c.pools {
		if p != nil && p.wanted < p.allowed && planned[m] >= p.least*float64(p.wanted)*(1-1e-9) {
			short[m] = 0
		}
	}
	return short
}
