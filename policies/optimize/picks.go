package optimize

import "slices"

// picks chooses replicas that fill up a machine of a type after its lead. Each time it takes the
// replica that adds most worth minus its switching price. Ties go to the lowest index.
//
// If only rates count, the worth that a replica adds never grows as others are added. So the
// configurations stand in the order of the last known values, and only the first value is computed
// anew (Minoux, "Accelerated greedy algorithms for maximizing submodular set functions", 1978). If
// accuracy counts, all values are computed each time.
type picks struct {
	*filler
	order  []pick // configurations by net, the largest first; nil: not known yet
	sorted bool   // order is up to date with the served demand
	seen   int    // number of entries of growth.taken that order takes into account
	at     int    // index in order of the next configuration to look at
	again  []pick // configurations before at that may still be picked
}

// filler holds constant data on the configurations of a type.
type filler struct {
	kind     int // type
	list     []int
	falling  bool          // only rates count, for all configurations
	smallest Configuration // needs that no configuration falls below
}

// pick is a configuration with the net worth of one more replica: worth minus switching price.
type pick struct {
	configuration int
	net           float64
}

func (p pick) compare(q pick) int {
	switch {
	case p.net > q.net:
		return -1
	case p.net < q.net:
		return 1
	}
	return p.configuration - q.configuration
}

func newFiller(x *index, kind int) filler {
	r := filler{kind: kind, list: x.byType[kind], falling: true}
	for i, c := range r.list {
		f := &x.Configurations[c]
		r.falling = r.falling && x.plain[f.Model]
		if i == 0 {
			r.smallest = *f
			r.smallest.Host, r.smallest.Device = slices.Clone(f.Host), slices.Clone(f.Device)
			continue
		}
		lower(r.smallest.Host, f.Host)
		lower(r.smallest.Device, f.Device)
		r.smallest.Devices = min(r.smallest.Devices, f.Devices)
	}
	return r
}

// reset prepares p for a new growth.
func (p *picks) reset(r *filler) {
	p.filler, p.sorted, p.order, p.seen = r, false, p.order[:0], 0
}

// lower sets each entry of list to the smaller one of the two lists. Entries missing in other count
// as 0.
func lower(list, other []int64) {
	for i := range list {
		if i >= len(other) {
			list[i] = 0
		} else {
			list[i] = min(list[i], other[i])
		}
	}
}

// fill fills up the scratch machine of a growth after the replicas of the lead. It reports whether
// these left no room for any other.
func (p *picks) fill(g *growth, lead int, s *step) (full bool) {
	p.at, p.again = 0, p.again[:0]
	for n := len(s.adds); ; {
		if _, room := g.try.device(&p.smallest); !room {
			return n == len(s.adds)
		}
		pick := p.most
		if p.falling {
			pick = p.lazy
		}
		next, ok := pick(g, lead)
		if !ok {
			return false
		}
		g.put(s, next)
	}
}

// most returns the addition that has room and adds most, after computing all values anew. It
// returns false if none adds anything.
func (p *picks) most(g *growth, lead int) (best addition, ok bool) {
	most := 0.
	for _, c := range p.list {
		if c == lead {
			continue
		}
		gain, fee := g.gain(c), g.fee(c)
		if gain-fee > most {
			if device, room := g.try.device(&g.Configurations[c]); room {
				most, best, ok = gain-fee, addition{c, device, gain, fee}, true
			}
		}
	}
	return best, ok
}

// sort orders the configurations by their present net worth, before any replica is tried. Later it
// only moves those of the models that have got replicas since.
func (p *picks) sort(g *growth) {
	if p.sorted || !p.falling {
		return
	}
	changed := g.taken[p.seen:]
	if len(p.order) == 0 || len(changed) > len(p.order) {
		p.order = p.order[:0]
		for _, c := range p.list {
			g.nets[c] = g.gain(c) - g.fee(c)
			p.order = append(p.order, pick{c, g.nets[c]})
		}
		slices.SortFunc(p.order, pick.compare)
	} else {
		p.move(g, changed)
	}
	p.sorted, p.seen = true, len(g.taken)
}

// move moves the configurations of models to their places by their present net worth.
func (p *picks) move(g *growth, models []int) {
	last := -1
	for _, m := range models {
		if m == last {
			continue
		}
		last = m
		for _, c := range g.inOrder[m] {
			if g.Configurations[c].Type == p.kind {
				p.moveOne(g, c)
			}
		}
	}
}

// moveOne moves configuration c to its place by its present net worth.
func (p *picks) moveOne(g *growth, c int) {
	now := pick{c, g.gain(c) - g.fee(c)}
	if now.net == g.nets[c] {
		return
	}
	i, _ := slices.BinarySearchFunc(p.order, pick{c, g.nets[c]}, pick.compare)
	for ; i+1 < len(p.order) && p.order[i+1].compare(now) < 0; i++ {
		p.order[i] = p.order[i+1]
	}
	for ; i > 0 && now.compare(p.order[i-1]) < 0; i-- {
		p.order[i] = p.order[i-1]
	}
	p.order[i], g.nets[c] = now, now.net
}

// lazy returns the same as most, but computes only the values that it needs.
func (p *picks) lazy(g *growth, lead int) (best addition, ok bool) {
	for {
		i := p.next(lead)
		if i < 0 || p.again[i].net <= 0 {
			return addition{}, false
		}
		c := p.again[i].configuration
		gain, fee := g.gain(c), g.fee(c)
		if gain-fee < p.again[i].net {
			p.again[i].net = gain - fee
			continue
		}
		if device, room := g.try.device(&g.Configurations[c]); room {
			return addition{c, device, gain, fee}, true
		}
		p.again = slices.Delete(p.again, i, i+1) // the machine only gets fuller
	}
}

// next returns the index in again of the best configuration that is not the lead, by the last known
// values. It returns −1 if none is left.
func (p *picks) next(lead int) int {
	first := -1
	for i := range p.again {
		if first < 0 || p.again[i].compare(p.again[first]) < 0 {
			first = i
		}
	}
	if p.at < len(p.order) && p.order[p.at].configuration == lead {
		p.at++
	}
	if p.at < len(p.order) && (first < 0 || p.order[p.at].compare(p.again[first]) < 0) {
		p.again = append(p.again, p.order[p.at])
		p.at++
		return len(p.again) - 1
	}
	return first
}
