package optimize

import "slices"

// exchanges is how often the machines are gone through.
const exchanges = 4

// exchange refills machines, one at a time, with what adds more than they hold. A machine that
// stays rented can so change to a more accurate configuration, or to a faster one. It matters where
// accuracy counts only: without, a step of the greedy cover is not regretted for what another
// machine does. It reports whether any machine changed.
func (pk *packing) exchange() (changed bool) {
	g := newGrowth(pk)
	for range exchanges {
		again := false
		for k, list := range pk.machines {
			for i, p := range list {
				if i > 0 && slices.EqualFunc(list[i-1].loads, p.loads, PlacedReplicas.equal) && !again {
					continue // what did not help the machine before does not help this one
				}
				again = g.refill(k, p) || again
			}
		}
		if !again {
			return changed
		}
		changed = true
		clear(pk.from)
	}
	return changed
}

// refill gives a machine of type k its best filling, if that is worth more than what it holds.
func (g *growth) refill(k int, p *machineFill) bool {
	held := g.removed(p)
	most, best := held+tiny(held), []int(nil)
	for _, lead := range g.byType[k] {
		if g.gain(lead) == 0 {
			continue
		}
		s := g.filling(k, lead)
		if net := s.gain - (s.price - g.nextPrice(k)); net > most {
			most, best = net, slices.Clone(s.adds)
		}
	}
	if best == nil {
		for _, l := range p.loads {
			for range l.Replicas {
				g.replicas[l.Configuration]++
				g.added(l.Configuration)
			}
		}
		return false
	}
	p.clear(&g.Types[k])
	for _, c := range best {
		f := &g.Configurations[c]
		device, _ := p.device(f)
		p.take(f, c, device, 1)
		g.replicas[c]++
		g.added(c)
	}
	return true
}

// removed takes a machine's replicas out of what is served. It returns what they were worth, less
// the switching price that ends with them.
func (g *growth) removed(p *machineFill) (worth float64) {
	models := g.models(p)
	for _, m := range models {
		worth += g.index.worth(m, g.replicas)
	}
	for _, l := range p.loads {
		worth -= g.switching(l.Configuration, g.replicas[l.Configuration])
		g.replicas[l.Configuration] -= l.Replicas
		worth += g.switching(l.Configuration, g.replicas[l.Configuration])
	}
	for _, m := range models {
		worth -= g.index.worth(m, g.replicas)
		g.residual[m] = g.Demand[m]
		for _, c := range g.byModel[m] {
			g.residual[m] = g.rest(m, float64(g.replicas[c])*g.Configurations[c].Capacity)
		}
		g.changed(m)
	}
	return worth
}
