package routing

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// WorkLeft gives each request to the open replica with the least work left. Ties go to the lowest
// identity. It knows the sizes of requests. Work left is the sum of two parts: the times that the
// waiting requests would take alone, and the remaining times of the services under way. Batches
// take less time than this sum; the router ignores this, because it is so on all replicas. Source:
// Harchol-Balter, Crovella and Murta, "On choosing a task assignment policy for a distributed
// server system", JPDC, 1999.
type WorkLeft struct {
	byTimed []*fleet.Measure // per number of services under way: the measure of such replicas
	most    []int            // per model: most services of a replica at a time; 0: not known yet
}

// NewWorkLeft returns the router.
func NewWorkLeft() *WorkLeft { return &WorkLeft{} }

// Route implements sim.Router. As time passes, the work left falls at the same speed for all
// replicas with the same number of services under way, so their order stays. Only the best replica
// for each such number is compared.
func (p *WorkLeft) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	best, least := fleet.NoReplica, fleet.Barred
	for n := range p.slots(v, r.Model) + 1 {
		at, end := v.Least(r.Model, p.byTimed[n])
		if at == fleet.NoReplica {
			continue
		}
		if left := end - float64(n)*float64(v.Now()); left < least || left == least && at < best {
			best, least = at, left
		}
	}
	return best
}

// slots returns the largest number of services that a replica of a model can have under way.
func (p *WorkLeft) slots(v *sim.View, m fleet.ModelID) int {
	p.most = fleet.AtLeast(p.most, m)
	if p.most[m] == 0 {
		p.most[m] = 1
		for i := range v.Spec().Deployments {
			if d := &v.Spec().Deployments[i]; d.Model == m {
				p.most[m] = max(p.most[m], d.Slots)
			}
		}
		for n := len(p.byTimed); n <= p.most[m]; n++ {
			p.byTimed = append(p.byTimed, workEnd(n))
		}
	}
	return p.most[m]
}

// workEnd is a measure for replicas with n services under way: the work left now, plus the work
// that n services would have done since the start of the run. The sum does not change while time
// passes.
func workEnd(n int) *fleet.Measure {
	return &fleet.Measure{Key: func(f *fleet.Fleet, at fleet.ReplicaID) float64 {
		if f.Replica(at).Timed() != n {
			return fleet.Barred
		}
		return f.WorkEnd(at)
	}}
}

// String returns "least-work-left".
func (*WorkLeft) String() string { return "least-work-left" }
