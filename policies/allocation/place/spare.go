package place

import (
	"slices"

	"wavetank/policies/allocation"
	"wavetank/sim/fleet"
)

// spare is a plan whose spare room is given to further replicas.
type spare struct {
	*ledger
	allocation.Targets
	useful   []fleet.DeploymentID // deployments that may get further replicas
	capacity []float64            // per model, planned requests per second
}

// useSpare gives the room that is left on the machines of a plan to further replicas. These
// machines are paid anyway. So the replicas cost nothing, and serve bursts that no plan foresees.
//
// First, surplus replicas stay if nothing else needs their room. Then replicas are loaded, one
// after the other, for the model whose capacity is the smallest multiple of its demand. Machines
// that the plan does not need are not used.
func useSpare(l *ledger, t allocation.Targets, choose chooser) {
	for i := range l.machines {
		if a := &l.machines[i]; a.replicas == 0 && !a.kept {
			a.closed = true
		}
	}
	s := spare{l, t, usefulDeployments(l.spec, t), allocation.PlannedCapacity(l.spec, l.current, t.Each)}
	s.keep()
	for s.add(choose) {
	}
}

// usefulDeployments returns the deployments that may get further replicas. For each model with
// demand these are the most accurate ones that the targets use, so that its answers do not become
// less accurate.
func usefulDeployments(c *fleet.Spec, t allocation.Targets) (list []fleet.DeploymentID) {
	most := make([]float64, len(c.Models))
	accuracy := func(d int) float64 { return c.Variants[c.Deployments[d].Variant].Accuracy }
	for d, n := range t.Replicas {
		if m := c.Deployments[d].Model; n > 0 {
			most[m] = max(most[m], accuracy(d))
		}
	}
	for d, n := range t.Replicas {
		if m := c.Deployments[d].Model; n > 0 && t.Demand[m] > 0 && t.Each[d] > 0 && accuracy(d) >= most[m] {
			list = append(list, fleet.DeploymentID(d))
		}
	}
	return list
}

// keep takes back the drains of surplus replicas whose room nothing else has taken.
func (s *spare) keep() {
	s.plan.Drain = slices.DeleteFunc(s.plan.Drain, func(id fleet.ReplicaID) bool {
		r := s.view.Replica(id)
		a, need := &s.machines[s.at[r.Machine]], &s.spec.Deployments[r.Deployment].Need
		if a.closed || !slices.Contains(s.useful, r.Deployment) {
			return false
		}
		if r.Held() == 0 { // its place is free in the ledger
			if need.Slice.Slots > 0 || !a.room.Fits(need, r.GPU) {
				return false
			}
			a.room.Take(need, r.GPU, r.Start)
		}
		s.count(r.Deployment, a, 1)
		s.capacity[r.Model] += s.Each[r.Deployment]
		return true
	})
}

// add loads one further replica. It returns false if no useful one has room.
func (s *spare) add(choose chooser) bool {
	var at site
	chosen, least := fleet.DeploymentID(-1), 0.
	for _, d := range s.useful {
		m := s.spec.Deployments[d].Model
		if multiple := s.capacity[m] / s.Demand[m]; chosen < 0 || multiple < least {
			if to, ok := choose(s.ledger, d, 0); ok {
				at, chosen, least = to, d, multiple
			}
		}
	}
	if chosen < 0 {
		return false
	}
	s.load(chosen, at)
	s.capacity[s.spec.Deployments[chosen].Model] += s.Each[chosen]
	return true
}
