package routing

import (
	"math"
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// WeightedRoundRobin gives each replica a share of the requests in proportion to its planned
// capacity, as evenly over time as possible. It is nginx's smooth weighted round-robin:
//
//   - A replica that becomes open has score 0.
//   - At each request the score of every open replica rises by its weight.
//   - The replica with the highest score takes the request, and its score falls by the sum of all
//     weights: the replica pays. Ties go to the lowest identity.
//
// Weights are capacities in thousandths of a request per second.
type WeightedRoundRobin struct {
	models []weighted
}

// weighted holds the scores of a model's replicas. Replicas of one deployment have the same weight,
// so their scores rise equally, and their order changes only when one pays. So each decision only
// compares the first replicas of the deployments.
type weighted struct {
	roster roster
	groups []group
	total  float64 // sum of the weights of the open replicas
}

// group holds the replicas of one deployment, the highest score first. Ties are in the order of the
// numbers. A replica that pays goes to the end of the line or close to it, so a decision takes
// constant time.
type group struct {
	deployment fleet.DeploymentID
	weight     float64
	rise       float64 // sum of the rises since it was last set to 0
	line       []score
	head       int // index of the first replica in line; earlier entries are outdated
}

// score holds how much a replica has paid. Its score is the group's rise minus paid. Both are whole
// numbers.
type score struct {
	paid   float64
	number int
}

func (s score) before(other score) bool {
	return s.paid < other.paid || s.paid == other.paid && s.number < other.number
}

// exact bounds the numbers of a group: a float64 holds sums of whole numbers up to this bound
// exactly.
const exact = 1 << 51

// NewWeightedRoundRobin returns a router in which all scores are zero.
func NewWeightedRoundRobin() *WeightedRoundRobin { return &WeightedRoundRobin{} }

// Route implements sim.Router.
func (p *WeightedRoundRobin) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	p.models = fleet.AtLeast(p.models, r.Model)
	w := &p.models[r.Model]
	w.roster.sync(v, r.Model, func(at fleet.ReplicaID) { w.join(v, at) }, func(at fleet.ReplicaID) { w.leave(v, at) })
	var best *group
	var first score
	for i := range w.groups {
		g := &w.groups[i]
		g.rise += g.weight
		if g.head == len(g.line) {
			continue
		}
		s := g.line[g.head]
		s.paid -= g.rise
		if best == nil || s.before(first) {
			best, first = g, s
		}
	}
	if best == nil {
		return fleet.NoReplica
	}
	best.pay(w.total)
	return v.ByNumber(r.Model, first.number)
}

// pay lets the first replica in line pay a price, and moves it to its new position.
func (g *group) pay(price float64) {
	s := g.line[g.head]
	s.paid += price
	g.head++
	g.enter(s)
	if g.rise < exact {
		return
	}
	for i := g.head; i < len(g.line); i++ {
		g.line[i].paid -= g.rise
	}
	g.rise = 0
}

// enter adds a replica to the line.
func (g *group) enter(s score) {
	if len(g.line) == cap(g.line) && 2*g.head > len(g.line) {
		g.line = g.line[:copy(g.line, g.line[g.head:])]
		g.head = 0
	}
	g.line = append(g.line, s)
	i := len(g.line) - 1
	for ; i > g.head && s.before(g.line[i-1]); i-- {
		g.line[i] = g.line[i-1]
	}
	g.line[i] = s
}

// join adds an open replica with score 0.
func (w *weighted) join(v *sim.View, at fleet.ReplicaID) {
	replica := v.Replica(at)
	i := slices.IndexFunc(w.groups, func(g group) bool { return g.deployment == replica.Deployment })
	if i < 0 {
		i = len(w.groups)
		weight := max(1, math.Round(v.Deployment(at).Capacity*1000))
		w.groups = append(w.groups, group{deployment: replica.Deployment, weight: weight})
	}
	g := &w.groups[i]
	g.enter(score{g.rise, int(replica.Number)})
	w.total += g.weight
}

// leave removes a replica and its score.
func (w *weighted) leave(v *sim.View, at fleet.ReplicaID) {
	replica := v.Replica(at)
	i := slices.IndexFunc(w.groups, func(g group) bool { return g.deployment == replica.Deployment })
	g := &w.groups[i]
	g.line, g.head = slices.Delete(g.line, 0, g.head), 0
	g.line = slices.DeleteFunc(g.line, func(s score) bool { return s.number == int(replica.Number) })
	w.total -= g.weight
}

// String returns "weighted-round-robin".
func (*WeightedRoundRobin) String() string { return "weighted-round-robin" }
