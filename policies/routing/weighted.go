package routing

import (
	"math"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// WeightedRoundRobin gives each replica its share of the requests, in proportion to its planned capacity, as
// evenly spread as can be. It is nginx's smooth weighted round-robin: at each request every ready replica's
// score rises by its weight, the one with the highest score is chosen, ties to the lowest identity, and pays
// the sum of all weights. A replica that becomes ready has score 0. Weights are capacities in thousandths of a
// request per second.
type WeightedRoundRobin struct {
	models []weighted
}

// weighted is the scores of a model's replicas. Replicas of one deployment have the same weight, so that their
// scores rise alike and their order changes only by what they pay: the best of each deployment is enough.
type weighted struct {
	roster roster
	groups []group
	total  float64 // of the weights of the ready replicas
}

// group is the replicas of one deployment. A score is rise less the replica's key; both are whole numbers.
type group struct {
	deployment fleet.DeploymentID
	weight     float64
	rise       float64
	keys       fleet.Tournament
}

// NewWeightedRoundRobin returns a router in which all scores are zero.
func NewWeightedRoundRobin() *WeightedRoundRobin { return &WeightedRoundRobin{} }

// Route implements sim.Router.
func (p *WeightedRoundRobin) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	p.models = atLeast(p.models, r.Model)
	w := &p.models[r.Model]
	w.roster.sync(v, r.Model, func(at fleet.ReplicaID) { w.join(v, at) }, w.leave)
	best, highest, from := fleet.NoReplica, math.Inf(-1), -1
	for i := range w.groups {
		g := &w.groups[i]
		g.rise += g.weight
		at, key := g.keys.Least()
		if at == fleet.NoReplica {
			continue
		}
		if score := g.rise - key; score > highest || score == highest && at < best {
			best, highest, from = at, score, i
		}
	}
	if best != fleet.NoReplica {
		w.pay(&w.groups[from], best)
	}
	return best
}

// exact bounds the numbers that a group counts with: whole numbers up to it, added once, are exact.
const exact = 1 << 51

// pay takes the sum of all weights from a replica's score.
func (w *weighted) pay(g *group, at fleet.ReplicaID) {
	g.keys.Set(at, g.keys.Key(at)+w.total)
	if g.rise < exact {
		return
	}
	for _, at := range w.roster.members {
		if key := g.keys.Key(at); key != fleet.Barred {
			g.keys.Set(at, key-g.rise)
		}
	}
	g.rise = 0
}

// join adds a ready replica with score 0.
func (w *weighted) join(v *sim.View, at fleet.ReplicaID) {
	d := v.Replica(at).Deployment
	i := 0
	for i < len(w.groups) && w.groups[i].deployment != d {
		i++
	}
	if i == len(w.groups) {
		weight := max(1, math.Round(v.Deployment(at).Capacity*1000))
		w.groups = append(w.groups, group{deployment: d, weight: weight})
	}
	g := &w.groups[i]
	g.keys.Set(at, g.rise)
	w.total += g.weight
}

// leave removes a replica and its score.
func (w *weighted) leave(at fleet.ReplicaID) {
	for i := range w.groups {
		if g := &w.groups[i]; g.keys.Key(at) != fleet.Barred {
			g.keys.Remove(at)
			w.total -= g.weight
		}
	}
}

// String returns "weighted-round-robin".
func (*WeightedRoundRobin) String() string { return "weighted-round-robin" }
