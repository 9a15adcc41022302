package routing

import (
	"fmt"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// IndexPacking packs requests onto few replicas, so that the others fall idle and can be given
// back. If several open replicas have room, the request goes to one of them by index or, if recent
// is set, by recency. If none has room, the replica with the fewest unfinished requests takes it.
//
//	index   the replica with the lowest identity (Gandhi et al., "AutoScale", ACM TOCS, 2012)
//	recent  the replica whose load changed last; with room for one request this is "most recently
//	        busy" (Gandhi, Gupta, Harchol-Balter and Kozuch, "Optimality analysis of
//	        energy-performance trade-off for server farm management", Perform. Eval., 2010)
type IndexPacking struct {
	room   int
	recent bool
	order  *fleet.Measure
	turn   float64 // number of times that a load changed
	load   []int   // per replica: 1 + unfinished requests when last looked at
	last   []float64
}

// NewIndexPacking returns a router that gives a replica at most room unfinished requests while
// another replica has fewer. If room is 0, each replica has as much room as it can have requests in
// service.
func NewIndexPacking(room int, recent bool) (*IndexPacking, error) {
	if room < 0 {
		return nil, fmt.Errorf("room: %d is negative", room)
	}
	p := &IndexPacking{room: room, recent: recent}
	p.order = &fleet.Measure{Key: p.key}
	return p, nil
}

func (p *IndexPacking) key(f *fleet.Fleet, at fleet.ReplicaID) float64 {
	r := f.Replica(at)
	n, room := f.Outstanding(at), p.room
	if room == 0 {
		d := &f.Spec().Deployments[r.Deployment]
		room = d.Slots * int(d.FullBatch().Requests)
	}
	place := 0.
	if p.recent {
		place = p.recency(at, n)
	}
	if n >= room {
		return fleet.Barred
	}
	return place
}

// recency returns the key of a replica: the later its load changed, the lower the key.
func (p *IndexPacking) recency(at fleet.ReplicaID, n int) float64 {
	p.load, p.last = fleet.AtLeast(p.load, at), fleet.AtLeast(p.last, at)
	if p.load[at] != n+1 {
		if p.load[at] != 0 {
			p.turn++
			p.last[at] = -p.turn
		}
		p.load[at] = n + 1
	}
	return p.last[at]
}

// Route implements sim.Router.
func (p *IndexPacking) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	at, _ := v.Least(r.Model, p.order)
	if at == fleet.NoReplica {
		at, _ = v.Least(r.Model, fleet.LeastOutstanding)
	}
	return at
}

// String returns "index-packing", with the parameters that differ from their defaults.
func (p *IndexPacking) String() string {
	var parts []string
	if p.room != 0 {
		parts = append(parts, fmt.Sprintf("room %d", p.room))
	}
	if p.recent {
		parts = append(parts, "recent")
	}
	if len(parts) == 0 {
		return "index-packing"
	}
	return "index-packing(" + strings.Join(parts, ", ") + ")"
}
