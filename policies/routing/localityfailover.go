package routing

import (
	"fmt"
	"math"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// LocalityFailover prefers replicas near the client, as the locality failover of Istio does, which
// uses the priority levels of Envoy:
//
//	level 0  the ready replicas in the zone of the client
//	level 1  those in other zones of its region
//	level 2  all others
//
// The health of a level is min(100, ⌊100·factor·open/ready⌋), at least 1 while a replica is open,
// and else 0. If the healths add up to less than 100, they are divided by their sum. A level takes
// its health in percent of the requests, as far as the levels before it leave any. So requests
// spill over when replicas of near levels are closed: a health lever took them out of rotation, or
// a gateway holds them for full. Which level a request goes to is drawn. In a level, the request
// goes to the open replica with the fewest unfinished requests. Ties go to the lowest identity. A
// request whose client is in no zone of the run goes to any open replica by the same rule.
//
// The time of a decision grows with the number of zones. Source: Envoy, "Priority levels".
type LocalityFailover struct {
	percent int // the factor
	stream  *kernel.Stream
	nearest []*fleet.Measure // by zone: the fewest unfinished requests there
	models  []localities
}

// DefaultOverprovisioning is the default factor of LocalityFailover.
const DefaultOverprovisioning = 1.4

// levels is the number of levels.
const levels = 3

// localities holds the shares of the levels of a model by the zone of the client, and the state of
// the fleet to which they belong.
type localities struct {
	changes uint32
	ready   int
	shares  [][levels]int // in percent
}

// NewLocalityFailover returns the router. It draws from a stream of its own, named after the seed
// and the replication.
func NewLocalityFailover(factor float64, seed uint64, replication int) (*LocalityFailover, error) {
	if !(factor >= 1 && factor <= 100) {
		return nil, fmt.Errorf("overprovisioning: %v is outside [1, 100]", factor)
	}
	return &LocalityFailover{percent: int(math.Round(100 * factor)), stream: kernel.NewStream(seed, replication, "routing/locality-failover", 0)}, nil
}

// Route implements sim.Router.
func (p *LocalityFailover) Route(v *sim.View, r *fleet.Request) fleet.ReplicaID {
	if r.Zone == 0 || int(r.Zone) > len(v.Spec().Zones) || v.Open(r.Model) == 0 {
		at, _ := v.Least(r.Model, fleet.LeastOutstanding)
		return at
	}
	for z := len(p.nearest); z <= len(v.Spec().Zones); z++ {
		in := fleet.ZoneID(z)
		p.nearest = append(p.nearest, &fleet.Measure{Key: func(f *fleet.Fleet, at fleet.ReplicaID) float64 {
			if f.ZoneOf(at) != in {
				return fleet.Barred
			}
			return float64(f.Outstanding(at))
		}})
	}
	return p.least(v, r, p.level(p.shares(v, r.Model)[r.Zone]))
}

// level draws the level of a request.
func (p *LocalityFailover) level(shares [levels]int) int {
	if shares[0] == 100 {
		return 0
	}
	drawn := p.stream.IntN(100)
	for level, share := range shares {
		if drawn -= share; drawn < 0 {
			return level
		}
	}
	return levels - 1
}

// least returns the open replica of a level with the fewest unfinished requests.
func (p *LocalityFailover) least(v *sim.View, r *fleet.Request, level int) fleet.ReplicaID {
	best, fewest := fleet.NoReplica, fleet.Barred
	for z, by := range p.nearest {
		if levelOf(v.Spec(), r.Zone, fleet.ZoneID(z)) != level {
			continue
		}
		if at, key := v.Least(r.Model, by); key < fewest || at != fleet.NoReplica && key == fewest && at < best {
			best, fewest = at, key
		}
	}
	return best
}

// levelOf returns the level of replicas in a zone for a client in another one.
func levelOf(c *fleet.Spec, client, replica fleet.ZoneID) int {
	switch {
	case client == replica:
		return 0
	case replica != 0 && c.Zone(client).Region != "" && c.Zone(client).Region == c.Zone(replica).Region:
		return 1
	}
	return 2
}

// shares returns the shares of the levels of a model by the zone of the client.
func (p *LocalityFailover) shares(v *sim.View, m fleet.ModelID) [][levels]int {
	p.models = fleet.AtLeast(p.models, m)
	l := &p.models[m]
	if l.shares != nil && l.changes == v.Changes(m) && l.ready == v.Ready(m) {
		return l.shares
	}
	l.changes, l.ready = v.Changes(m), v.Ready(m)
	if l.shares == nil {
		l.shares = make([][levels]int, len(v.Spec().Zones)+1)
	}
	for client := 1; client < len(l.shares); client++ {
		var open, ready [levels]int
		for i := range v.Ready(m) {
			at := v.Replica(v.ReadyAt(m, i))
			level := levelOf(v.Spec(), fleet.ZoneID(client), v.Machine(at.Machine).Zone)
			ready[level]++
			if at.Open() {
				open[level]++
			}
		}
		l.shares[client] = priorityLoad(p.percent, open, ready)
	}
	return l.shares
}

// priorityLoad returns the shares of the requests that go to each level, in percent, from the
// factor in percent and the numbers of open and ready replicas of each level. The sum of the shares
// is 100 if some replica is open.
func priorityLoad(percent int, open, ready [levels]int) (shares [levels]int) {
	var health [levels]int
	total, first := 0, -1
	for i := range health {
		if open[i] > 0 {
			health[i] = max(1, min(100, percent*open[i]/ready[i]))
		}
		total += health[i]
		if first < 0 && health[i] > 0 {
			first = i
		}
	}
	if first < 0 {
		return shares
	}
	total = min(total, 100)
	left := 100
	for i := range shares {
		shares[i] = min(left, int(math.Round(float64(health[i])*100/float64(total))))
		left -= shares[i]
	}
	shares[first] += left // of rounding
	return shares
}

// String returns "locality-failover", with the factor if it differs from its default.
func (p *LocalityFailover) String() string {
	if factor := float64(p.percent) / 100; factor != DefaultOverprovisioning {
		return fmt.Sprintf("locality-failover(overprovisioning %v)", factor)
	}
	return "locality-failover"
}
