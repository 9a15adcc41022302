package place

import (
	"errors"
	"fmt"
	"slices"

	"wavetank/policies/allocation"
	"wavetank/policies/optimize/vectorpacking"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Spread places the replicas of a model evenly over zones, as a topology spread constraint of
// Kubernetes does (topologySpreadConstraints of a pod, with the zone as topologyKey).
//
// The skew of a zone is the number of the model's replicas there, less the number in the zone with
// the fewest. Only zones count that are not down, and in which machines of the model's deployments
// may stand. A replica goes to a zone whose skew is at most MaxSkew afterwards: to the zone with
// the fewest replicas of the model that has room, and there to the machine on which least is left
// free. If no such machine has room, a new one is ordered in such a zone. Machines that stand in no
// zone are not restricted. Replicas that drain do not keep the skew, as in Kubernetes.
type Spread struct {
	MaxSkew int  // at least 1
	Anyway  bool // a replica that may go nowhere goes to any machine with room (ScheduleAnyway)
}

// NewSpread returns the placer, or an error if the skew is out of range.
func NewSpread(maxSkew int, anyway bool) (*Spread, error) {
	if maxSkew < 1 {
		return nil, errors.New("max-skew: it is at least 1")
	}
	return &Spread{maxSkew, anyway}, nil
}

// String returns the name, with the parameters that differ from the defaults.
func (s *Spread) String() string {
	switch {
	case s.Anyway:
		return fmt.Sprintf("spread(%d, anyway)", s.MaxSkew)
	case s.MaxSkew != 1:
		return fmt.Sprintf("spread(%d)", s.MaxSkew)
	}
	return "spread"
}

// Place implements allocation.Placer. It does not follow the layout of a solver.
func (s *Spread) Place(v *sim.View, t allocation.Targets) (sim.Plan, error) {
	if t.Layout != nil {
		t.Altered()
	}
	return towardsGoal(v, goal{Targets: t, choose: s.choose, spread: s})
}

// choose is the chooser of Spread.
func (s *Spread) choose(l *ledger, d fleet.DeploymentID, from int) (best site, ok bool) {
	m := l.spec.Deployments[d].Model
	fewest, least := 0, 0.
	for i := from; i < len(l.machines); i++ {
		in := l.machines[i].zone
		at, score, fits := l.best(i, d, vectorpacking.Best)
		if !fits || !l.zoned.allows(m, in) {
			continue
		}
		if n := l.zoned.replicas[m][in]; !ok || n < fewest || n == fewest && score < least {
			best, fewest, least, ok = at, n, score, true
		}
	}
	return best, ok
}

// bootWhere orders a machine for a replica in a zone that may have it: in the zone with the fewest
// replicas of the model, then with the fewest machines of the type. It returns false if there is
// none, or if the limit is reached.
func (l *ledger) bootWhere(d fleet.DeploymentID) bool {
	c := &l.spec.Deployments[d]
	in, fewest := fleet.ZoneID(-1), 0
	machines := make([]int, len(l.spec.Zones)+1)
	for i := range l.machines {
		if l.machines[i].kind == c.Type {
			machines[l.machines[i].zone]++
		}
	}
	list := l.spec.Types[c.Type].Zones
	if len(list) == 0 {
		return l.order(c.Type, 0)
	}
	for _, z := range list {
		n := l.zoned.replicas[c.Model][z]
		if !l.view.Down(z) && l.zoned.allows(c.Model, z) && (in < 0 || n < fewest || n == fewest && machines[z] < machines[in]) {
			in, fewest = z, n
		}
	}
	if in < 0 && l.zoned.anyway() {
		in = l.view.NextZone(c.Type)
	}
	return in > 0 && l.order(c.Type, in)
}

// zoned counts the replicas of each model by zone. It is empty if no placer asks for them.
type zoned struct {
	by       *Spread
	replicas [][]int          // per model and zone, loading and ready; zone 0: in no zone
	eligible [][]fleet.ZoneID // per model
}

// newZoned returns the counts before any replica is counted.
func newZoned(v *sim.View, by *Spread) zoned {
	z := zoned{by: by}
	if by == nil {
		return z
	}
	c := v.Spec()
	z.replicas, z.eligible = make([][]int, len(c.Models)), make([][]fleet.ZoneID, len(c.Models))
	for m := range z.replicas {
		z.replicas[m] = make([]int, len(c.Zones)+1)
	}
	for d := range c.Deployments {
		list := &z.eligible[c.Deployments[d].Model]
		for _, in := range c.Types[c.Deployments[d].Type].Zones {
			if !v.Down(in) && !slices.Contains(*list, in) {
				*list = append(*list, in)
			}
		}
	}
	return z
}

// count adds a number of replicas of a model in a zone.
func (z *zoned) count(m fleet.ModelID, in fleet.ZoneID, n int) {
	if z.by != nil {
		z.replicas[m][in] += n
	}
}

// allows reports whether one more replica of a model in a zone keeps the largest skew.
func (z *zoned) allows(m fleet.ModelID, in fleet.ZoneID) bool {
	if in == 0 {
		return true
	}
	n := z.replicas[m][in] + 1
	for _, other := range z.eligible[m] {
		if n-z.replicas[m][other] > z.by.MaxSkew {
			return false
		}
	}
	return true
}

// anyway reports whether a replica that may go nowhere goes to any machine.
func (z *zoned) anyway() bool { return z.by != nil && z.by.Anyway }
