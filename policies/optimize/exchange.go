package optimize

import "slices"

// exchanges is the largest number of rounds over all machines.
const exchanges = 4

// exchange refills machines, one at a time, if another filling is worth more than the present one.
// So a machine that stays rented can change to a more accurate or faster configuration. This helps
// only if accuracy counts. If only rates count, later steps of a greedy cover do not make a better
// filling possible for an earlier machine. It reports whether any machine changed.
func (pk *packing) exchange() (changed bool) {
	g := newGrowth(pk)
	for range exchanges {
		again := false
		for k, list := range pk.machines {
			for i, p := range list {
				if i > 0 && slices.EqualFunc(list[i-1].loads, p.loads, PlacedReplicas.equal) && !again {
					continue // equal to the machine before, which did not change
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

// refill gives a machine of type k its best filling, if this is worth more than the present one.
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

// removed removes a machine's replicas from the state of the growth. It returns their worth minus
// the switching price that is saved without them.
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
			g.residual[m] = g.rest(m, float64(float64(g.replicas[c])*g.Configurations[c].Capacity))
		}
		g.changed(m)
	}
	return worth
}
